import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Gate } from './auth/gate.ts';
import type { AdminContext, Who } from './context.ts';
import type { Ask, HandlersOf } from './handlers/types.ts';
import { ApiProblem } from './problem.ts';
import type { Access, Route } from './routes/route.ts';
import { type RouteName, routes } from './routes.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may ask; a route without it is refused to everybody. */
    readonly access?: Access;
    /** Asked by whatever name, where we listen to more than this machine: a health check knows only an address. */
    readonly anyHost?: boolean;
  }
}

const inside = new WeakMap<FastifyRequest, Who | null>();

/** Asks who it is before anything else, for every address there is: one that names no access lets nobody in. */
export function guard(app: FastifyInstance, gate: Gate): void {
  app.addHook('onRequest', async (request) => {
    const { access, anyHost = false } = request.routeOptions.config;
    inside.set(request, await gate.enter(request, access ?? 'viewer', anyHost));
    if (access === undefined && request.routeOptions.url !== undefined) throw notThere(request);
  });
}

export function notThere(request: FastifyRequest): ApiProblem {
  const path = request.url.split('?')[0] ?? '';
  return new ApiProblem(
    404,
    `There is nothing at ${request.method} ${path.slice(0, 200)}; docs/api.md has what there is.`,
  );
}

/** Makes a Fastify route of every row of the table: checks what comes in, and lets out what the schema names and nothing else. */
export function registerRoutes(
  app: FastifyInstance,
  context: AdminContext,
  gate: Pick<Gate, 'checkFresh'>,
  handlers: HandlersOf<RouteName>,
): void {
  for (const name of Object.keys(routes) as RouteName[]) add(app, context, gate, name, handlers);
}

function add<N extends RouteName>(
  app: FastifyInstance,
  context: AdminContext,
  gate: Pick<Gate, 'checkFresh'>,
  name: N,
  handlers: HandlersOf<RouteName>,
): void {
  const route: Route = routes[name];
  const handle = handlers[name] as (ask: Ask<N>) => Promise<unknown>;
  app.route({
    method: route.method,
    url: route.path,
    config: { access: route.access },
    ...(route.mostBytes === undefined ? {} : { bodyLimit: route.mostBytes }),
    handler: async (request, reply) => {
      const who = inside.get(request) ?? null;
      if (route.fresh?.(request.body) === true) gate.checkFresh(who);
      // Checked above by the very schemas that these types come from.
      const ask = { ...partsOf(route, request), who, operator: operatorOf(context, who), request, reply } as Ask<N>;
      if (route.stream !== undefined) void reply.type(route.stream);
      const answer = await handle(ask);
      if (route.stream !== undefined) return reply;
      return send(reply, route, answer);
    },
  });
}

function partsOf(route: Route, request: FastifyRequest): Readonly<Record<string, unknown>> {
  return {
    params: checked(route.params, request.params, 'the address'),
    query: checked(route.query, request.query, 'the query'),
    body: checked(route.body, request.body, 'the body'),
  };
}

function checked(schema: z.ZodType | undefined, value: unknown, place: string): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => ({ where: path.map(String).join('.'), what: message }));
  const [first] = issues;
  const where = first === undefined || first.where === '' ? place : `${place}, at "${first.where}"`;
  throw new ApiProblem(400, `What was sent does not fit in ${where}: ${first?.what ?? 'unknown'}.`, { issues });
}

function operatorOf({ engine, records }: AdminContext, who: Who | null): Ask<RouteName>['operator'] {
  return { store: engine.store, records, actor: who?.name ?? 'nobody', now: () => engine.clock.now() };
}

function send(reply: FastifyReply, route: Route, answer: unknown): unknown {
  // Not awaited: a reply resolves when it has been sent.
  void reply.code(route.status ?? 200);
  if (route.answer === undefined) return reply.send();
  return route.answer.parse(answer);
}
