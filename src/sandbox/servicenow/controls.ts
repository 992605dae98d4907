import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { automationShape } from './automation.ts';
import type { Fault } from '../faults.ts';
import type { ServerOptions } from './server.ts';

const faultShape = z.object({
  kind: z.enum([
    'rate-limited',
    'rate-limited-bare',
    'unavailable',
    'gateway-html',
    'accepted-dropped',
    'ok-html',
    'ok-error',
    'ok-empty',
    'drop-before',
    'drop-after',
    'slow',
    'late-rows',
    'locked-row',
    'error-after',
    'daily-limit',
    'expired-token',
    'revoked-token',
  ]),
  path: z.string().optional(),
  method: z.string().optional(),
  times: z.number().int().positive().optional(),
  skip: z.number().int().nonnegative().optional(),
  ms: z.number().nonnegative().optional(),
  id: z.string().optional(),
});

/** Switches and views for tests that only have HTTP; none of it counts as an API call. */
export function routeControls(app: FastifyInstance, options: ServerOptions): void {
  const { instance } = options;
  app.post('/sandbox/faults', (request, reply) => {
    const read = faultShape.safeParse(parseBody(request.body));
    if (!read.success) return reply.code(400).send({ error: z.prettifyError(read.error) });
    instance.faults.add(given(read.data));
    return reply.code(201).send({ armed: instance.faults.list() });
  });
  app.get('/sandbox/faults', () => ({ armed: instance.faults.list(), fired: instance.faults.fired }));
  app.delete('/sandbox/faults', (_request, reply) => {
    instance.faults.clear();
    return reply.code(204).send();
  });
  app.post('/sandbox/automation', (request, reply) => {
    const read = automationShape.safeParse(parseBody(request.body));
    if (!read.success) return reply.code(400).send({ error: z.prettifyError(read.error) });
    return reply.send(Object.assign(instance.automation, read.data));
  });
  app.get('/sandbox/automation', () => instance.automation);
  app.get('/sandbox/calls', () => options.calls);
  app.delete('/sandbox/calls', (_request, reply) => {
    options.calls.length = 0;
    return reply.code(204).send();
  });
  app.get<{ Params: { table: string } }>('/sandbox/rows/:table', (request, reply) => {
    const { table } = request.params;
    if (instance.database.schema.table(table) === undefined)
      return reply.code(404).send({ error: `no table ${table}` });
    return [...instance.database.rows(table)];
  });
}

// An optional member must be left out, not undefined.
function given(data: z.infer<typeof faultShape>): Fault {
  const { kind, ...rest } = data;
  return { kind, ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) };
}

function parseBody(body: unknown): unknown {
  if (!Buffer.isBuffer(body)) return body;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // Refused below with the shape it should have had.
    return null;
  }
}
