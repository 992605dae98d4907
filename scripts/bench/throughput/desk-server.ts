import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as delay } from 'node:timers/promises';
import type { Side } from '../../../src/core/side.ts';
import { assumed, type Latency, type Load, rowsMs, workMs } from './latency.ts';

/** An API call that a desk was asked. */
export interface Call {
  readonly at: number;
  readonly kind: string;
  /** Null until its answer goes out. */
  answeredAt: number | null;
  writes: number;
  status: number;
}

/** What a desk was asked, and how long it takes to answer; both can be changed while it runs. */
export interface DeskServer {
  latency: Latency;
  calls: Call[];
  /** Answers to writes that have gone out. */
  written: number;
}

/** A ServiceNow node gives integrations 4 threads and lets 50 wait; the next is answered 429 (servicenow-api, 12.3). */
const threads = 4;
const queue = 50;
/** Salesforce counts only calls that last longer than 20 s, and takes 25 of them at once. */
const longMs = 20_000;
const longAtOnce = 25;

declare module 'fastify' {
  interface FastifyRequest {
    benchCall?: Call;
  }
}

/** Puts a vendor's limits and a latency model before a local desk. */
export function serveAs(side: Side, state: DeskServer): (app: FastifyInstance) => void {
  const door = side === 'servicenow' ? createThreads() : createLongCalls(state);
  return (app) => {
    app.addHook('onRequest', async (request, reply) => {
      if (!isApi(request)) return undefined;
      const call: Call = { at: Date.now(), kind: kindOf(request), answeredAt: null, writes: 0, status: 0 };
      state.calls.push(call);
      request.benchCall = call;
      return (await door.enter(reply)) ? undefined : refuse(side, reply);
    });
    app.addHook('preHandler', async (request) => {
      if (request.benchCall === undefined) return;
      const load = loadOf(side, request);
      request.benchCall.writes = load.writes;
      await pause(workMs(state.latency, side, load));
    });
    app.addHook('onSend', async (request, reply, payload: unknown) => {
      const call = request.benchCall;
      if (call === undefined) return payload;
      const timed = state.latency.kind === 'realistic' && side === 'servicenow' && typeof payload === 'string';
      if (timed) await pause(rowsMs(state.latency, side, rowsOf(payload)));
      call.answeredAt = Date.now();
      call.status = reply.statusCode;
      if (call.writes > 0) state.written += 1;
      return timed && call.kind.endsWith('/batch') ? withTimes(payload, request, assumed.writeMs) : payload;
    });
  };
}

interface Door {
  /** False where the request is turned away. */
  enter(reply: FastifyReply): Promise<boolean>;
}

function createThreads(): Door {
  let free = threads;
  const waiting: (() => void)[] = [];
  return {
    enter: async (reply) => {
      if (free === 0 && waiting.length >= queue) return false;
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      reply.raw.once('close', () => {
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      });
      return true;
    },
  };
}

function createLongCalls(state: DeskServer): Door {
  return {
    enter: async () => {
      const now = Date.now();
      const long = state.calls.filter((call) => call.answeredAt === null && now - call.at > longMs);
      return Promise.resolve(long.length < longAtOnce);
    },
  };
}

/** Neither carries a header that says when to come again (KB0546297; salesforce-api, 5). */
function refuse(side: Side, reply: FastifyReply): FastifyReply {
  const message = 'TotalRequests Limit exceeded.';
  return side === 'servicenow'
    ? reply.code(429).send({ error: { message: 'Rate limit exceeded', detail: null }, status: 'failure' })
    : reply.code(403).send([{ message, errorCode: 'REQUEST_LIMIT_EXCEEDED' }]);
}

function isApi(request: FastifyRequest): boolean {
  return request.url.startsWith('/api/now/') || request.url.startsWith('/services/data/v');
}

/** Method and path, without ids. */
function kindOf({ method, url }: FastifyRequest): string {
  return `${method} ${(url.split('?')[0] ?? '').replace(/\/[0-9a-zA-Z]{15,32}(?=\/|$)/g, '/:id')}`;
}

/** Once its body is there. */
export function loadOf(side: Side, request: FastifyRequest): Load {
  const body = Buffer.isBuffer(request.body) ? request.body.toString() : '';
  if (request.method === 'GET') return { writes: 0, collectionRows: 0 };
  if (side === 'servicenow') {
    const writes = request.url.endsWith('/batch') ? count(body, /"method":"(?:PATCH|POST|PUT|DELETE)"/g) : 1;
    return { writes, collectionRows: 0 };
  }
  const composite = request.url.endsWith('/composite');
  const writes = composite ? count(body, /"method":"(?:PATCH|POST|DELETE)"/g) : 1;
  return { writes, collectionRows: writes === 0 ? 0 : count(body, /"attributes":/g) };
}

/** Rows of an answer; those of a batch stand in base64, three bytes in four characters. */
function rowsOf(payload: string): number {
  if (!payload.includes('"serviced_requests"')) return count(payload, /"sys_id":/g);
  const bodies = payload.matchAll(/"body":"([^"]*)"/g);
  return [...bodies].reduce(
    (rows, [, body]) => rows + count(Buffer.from(body ?? '', 'base64').toString(), /"sys_id":/g),
    0,
  );
}

/** What a client learns the pace of writes from: those of a batch are its items that carry something. */
export function withTimes(payload: string, request: FastifyRequest, writeMs: number): string {
  const sent = JSON.parse(String(request.body)) as { rest_requests: { id: string; method: string }[] };
  const writes = new Set(sent.rest_requests.flatMap(({ id, method }) => (method === 'GET' ? [] : [id])));
  const answer = JSON.parse(payload) as { serviced_requests: { id: string; execution_time: number }[] };
  for (const item of answer.serviced_requests) if (writes.has(item.id)) item.execution_time = writeMs;
  return JSON.stringify(answer);
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function pause(ms: number): Promise<unknown> | undefined {
  return ms <= 0 ? undefined : delay(ms);
}
