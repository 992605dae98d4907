import { z } from 'zod';
import type { Access, Route } from './routes/route.ts';
import { routes } from './routes.ts';
import { problem } from './schemas/common.ts';

type Json = Record<string, unknown>;

/** The API as an OpenAPI 3.1 document, made from the table that the server is made from. */
export function openApi(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries<Route>(routes)) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Casebridge',
      version,
      description: 'Everything the dashboard does. Roles: viewer < operator < admin.',
    },
    paths,
    components: {
      schemas: { Problem: schemaOf(problem, 'output') },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'casebridge' },
        csrf: { type: 'apiKey', in: 'header', name: 'x-csrf-token' },
        signature: { type: 'apiKey', in: 'header', name: 'x-casebridge-signature' },
      },
    },
  };
}

function operation(name: string, route: Route): Json {
  const status = String(route.status ?? 200);
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.path.split('/')[2] ?? 'api'],
    security: securityOf(route),
    'x-role': route.access,
    ...parametersOf(route),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } },
        }),
    responses: {
      [status]: { description: route.summary, ...contentOf(route) },
      default: {
        description: 'What is wrong, where, and what to do (RFC 9457)',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function contentOf(route: Route): Json {
  if (route.stream !== undefined) return { content: { [route.stream]: { schema: { type: 'string' } } } };
  if (route.answer === undefined) return {};
  return { content: { 'application/json': { schema: schemaOf(route.answer, 'output') } } };
}

function securityOf({ access, method }: Route): readonly Json[] {
  const ways: Readonly<Record<Access, readonly Json[]>> = {
    open: [],
    signed: [{ signature: [] }],
    viewer: byTokenOrSession(method),
    operator: byTokenOrSession(method),
    admin: byTokenOrSession(method),
  };
  return ways[access];
}

function byTokenOrSession(method: Route['method']): readonly Json[] {
  return [{ token: [] }, method === 'GET' ? { session: [] } : { session: [], csrf: [] }];
}

function parametersOf({ params, query }: Route): Json {
  const all = [...parameters(params, 'path'), ...parameters(query, 'query')];
  return all.length === 0 ? {} : { parameters: all };
}

function parameters(schema: z.ZodObject | undefined, place: 'path' | 'query'): readonly Json[] {
  if (schema === undefined) return [];
  const { properties, required } = schemaOf(schema, 'input');
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(typeof properties === 'object' && properties !== null ? properties : {}).map(([name, one]) => ({
    name,
    in: place,
    required: place === 'path' || needed.includes(name),
    schema: one as unknown,
  }));
}

/** OpenAPI 3.1 takes JSON Schema 2020-12 as it is. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _version, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
