import type { FastifyInstance } from 'fastify';
import type { Fault, FaultKind } from '../../faults.ts';
import { findObject } from '../schema/schema.ts';
import { isObject } from '../values.ts';
import { bytesOf } from './body.ts';
import type { WebParts } from './server.ts';

const kinds: Readonly<Record<FaultKind, true>> = {
  'rate-limited': true,
  'rate-limited-bare': true,
  unavailable: true,
  'gateway-html': true,
  'accepted-dropped': true,
  'ok-html': true,
  'ok-error': true,
  'ok-empty': true,
  'drop-before': true,
  'drop-after': true,
  slow: true,
  'late-rows': true,
  'locked-row': true,
  'error-after': true,
  'daily-limit': true,
  'expired-token': true,
  'revoked-token': true,
};

function isFault(value: unknown): value is Fault {
  return isObject(value) && typeof value['kind'] === 'string' && value['kind'] in kinds;
}

/** Switches for tests in other processes. None of them counts as a call. */
export function controlRoutes(app: FastifyInstance, parts: WebParts): void {
  app.post('/sandbox/faults', (request, reply) => {
    const given: unknown = JSON.parse(bytesOf(request).toString());
    const list: unknown[] = Array.isArray(given) ? given : [given];
    const bad = list.find((each) => !isFault(each));
    if (bad !== undefined)
      return reply.code(400).send({ error: `not a fault: ${JSON.stringify(bad)}`, kinds: Object.keys(kinds) });
    for (const each of list) if (isFault(each)) parts.org.faults.add(each);
    return reply.send(parts.org.faults.list());
  });
  app.delete('/sandbox/faults', (_request, reply) => {
    parts.org.faults.clear();
    return reply.send([]);
  });
  app.get('/sandbox/calls', (_request, reply) => reply.send(parts.calls));
  app.get<{ Params: { object: string } }>('/sandbox/rows/:object', (request, reply) => {
    const spec = findObject(request.params.object);
    if (spec === null) return reply.code(404).send({ error: `no object ${request.params.object}` });
    return reply.send([...parts.org.table(spec).rows.values()].map((row) => row.values));
  });
}
