import { describe, expect, it } from 'vitest';
import type { Route } from '../../src/admin/routes/route.ts';
import { routes } from '../../src/admin/routes.ts';
import { createAdminWorld, tokenOf } from './support.ts';

type Json = Readonly<Record<string, unknown>>;

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((found, name) => (found as Json | undefined)?.[name], value);

/** Every `$ref` in a document. */
function references(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => (name === '$ref' ? [String(part)] : references(part)));
}

describe('the OpenAPI document', () => {
  const load = async (): Promise<Json> =>
    (await (await createAdminWorld()).ask('GET', '/api/openapi.json', { as: tokenOf('viewer') })).json;

  it('has every address of the table, with its role and the ways to come in', async () => {
    const document = await load();
    expect(document['openapi']).toBe('3.1.0');
    for (const [name, route] of Object.entries<Route>(routes)) {
      const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
      const operation = at(document, 'paths', path, route.method.toLowerCase()) as Json | undefined;
      expect(operation, name).toMatchObject({ operationId: name, 'x-role': route.access });
      const ways = ((operation?.['security'] ?? []) as readonly Json[]).map((way) => Object.keys(way).join('+'));
      if (route.access === 'open') expect(ways).toEqual([]);
      else if (route.access === 'signed') expect(ways).toEqual(['signature']);
      else expect(ways).toEqual(['token', route.method === 'GET' ? 'session' : 'session+csrf']);
    }
  });

  it('is whole: every reference, parameter, body and answer is there', async () => {
    const document = await load();
    for (const reference of references(document)) {
      expect(at(document, ...reference.replace('#/', '').split('/')), reference).toBeDefined();
    }
    const schemes = Object.keys(at(document, 'components', 'securitySchemes') as Json);
    for (const [path, operations] of Object.entries(document['paths'] as Json)) {
      for (const operation of Object.values(operations as Record<string, Json>)) {
        const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        const parameters = (operation['parameters'] ?? []) as readonly Json[];
        const inPath = parameters.filter((one) => one['in'] === 'path');
        expect(inPath.map((one) => one['name'])).toEqual(named);
        expect(inPath.every((one) => one['required'] === true)).toBe(true);
        expect(Object.keys(operation['responses'] as Json)).toContain('default');
        for (const way of operation['security'] as readonly Json[])
          for (const name of Object.keys(way)) expect(schemes).toContain(name);
      }
    }
    expect(new Set(Object.keys(document))).toEqual(new Set(['openapi', 'info', 'paths', 'components']));
  });

  it('describes what a conflict needs to be decided', async () => {
    const document = await load();
    const schema = at(
      document,
      'paths',
      '/api/conflicts/{id}/resolve',
      'post',
      'requestBody',
      'content',
      'application/json',
      'schema',
    );
    expect(JSON.stringify(schema)).toContain('"take"');
  });
});
