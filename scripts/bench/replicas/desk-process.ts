/**
 * One local desk in a process of its own: `desk-process.ts <side> <ms a call> <ms a write>`, started by `desk.ts`, which it talks to.
 * Writes that come in one call are carried out one after another, as ServiceNow does.
 */
import type { FastifyInstance } from 'fastify';
import { setTimeout as delay } from 'node:timers/promises';
import { startSalesforceSandbox } from '../../../src/sandbox/salesforce.ts';
import { startServiceNowSandbox } from '../../../src/sandbox/servicenow.ts';
import { answerParent } from '../desk/answer-parent.ts';
import { loadOf, withTimes } from '../throughput/desk-server.ts';
import type { Ask, Log } from './messages.ts';

interface Call {
  readonly at: number;
  endedAt: number | null;
  /** Milliseconds that its answer asked to wait. */
  waitMs: number;
}

/** What was sent before an answer could be heard is no breach of it. */
const onItsWayMs = 250;
const lookEveryMs = 20;
const people = { servicenow: 'igor.itil', salesforce: 'dana.support' };
let calls: Call[] = [];
const underWay = new WeakMap<object, Call>();

/** Notes when each API call came and when its answer went: the desk's own log, below its hooks, so that refused ones are in it. */
function noteCalls(app: FastifyInstance): void {
  app.server.prependListener('request', (request, response) => {
    if (!/^\/(api|services\/data)\//.test(request.url ?? '')) return;
    const call: Call = { at: Date.now(), endedAt: null, waitMs: 0 };
    calls.push(call);
    underWay.set(request, call);
    response.once('close', () => (call.endedAt = Date.now()));
  });
  app.addHook('preHandler', async (request) => {
    if (writeMs === 0 || !underWay.has(request.raw)) return;
    await delay(loadOf('servicenow', request).writes * writeMs);
  });
  app.addHook('onSend', async (request, reply, payload: unknown) => {
    const call = underWay.get(request.raw);
    if (call === undefined) return payload;
    call.waitMs = Number(reply.getHeader('retry-after') ?? 0) * 1000;
    const timed = writeMs > 0 && typeof payload === 'string' && reply.statusCode === 200;
    return timed && request.url.endsWith('/batch') ? withTimes(payload, request, writeMs) : payload;
  });
}

const [side, latency, ofWrites] = process.argv.slice(2);
/** Salesforce saves hundreds of rows in the time of a call. */
const writeMs = side === 'servicenow' ? Number(ofWrites) : 0;
const options = { latencyMs: Number(latency), onServer: noteCalls };
const sandbox = side === 'servicenow' ? await startServiceNowSandbox(options) : await startSalesforceSandbox(options);
const { desk } = sandbox;
const person = people[sandbox.side];

function log(since: number): Log {
  const some = calls.filter((call) => call.at >= since);
  const steps = some
    .flatMap((call) => [
      { at: call.at, by: 1 },
      { at: call.endedAt ?? Number.POSITIVE_INFINITY, by: -1 },
    ])
    // At one moment the answer goes first: the grain of the clock is no concurrency.
    .toSorted((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  let most = 0;
  for (const { by } of steps) most = Math.max(most, (now += by));
  const refusals = some
    .filter((call) => call.waitMs > 0)
    .map((call) => {
      const at = call.endedAt ?? call.at;
      const until = at + call.waitMs;
      const later = some.filter((other) => other.at >= until).map((other) => other.at);
      return {
        at,
        until,
        tooEarly: some.filter((other) => other.at > at + onItsWayMs && other.at < until).length,
        firstAfterMs: later.length === 0 ? null : Math.min(...later) - until,
      };
    });
  return { calls: some.length, most, lastAt: some.at(-1)?.at ?? null, refusals };
}

async function awaitRows({ object, field, text, rows, timeoutMs }: Extract<Ask, { do: 'await' }>) {
  const until = Date.now() + timeoutMs;
  const count = (): number => desk.rows(object).filter((row) => String(row.fields[field] ?? '').includes(text)).length;
  for (let answered = -1; Date.now() < until; await delay(lookEveryMs)) {
    const now = calls.filter((call) => call.endedAt !== null).length;
    // Watching must not take the time that is measured: only an answer changes what there is.
    if (now === answered) continue;
    answered = now;
    if (count() >= rows) break;
  }
  return { at: Date.now(), rows: count() };
}

async function answer(ask: Ask): Promise<unknown> {
  switch (ask.do) {
    case 'open':
      return ask.tickets.map((fields) => desk.create(ask.object, fields, person).id);
    case 'edit':
      for (const { id, fields } of ask.edits) desk.edit(ask.object, id, fields, person);
      return { at: Date.now() };
    case 'await':
      return awaitRows(ask);
    case 'refuse':
      sandbox.faults.add({ kind: 'rate-limited', times: 1, ms: ask.seconds * 1000 });
      return null;
    case 'log':
      return log(ask.since);
    case 'forget':
      calls = calls.filter((call) => call.endedAt === null);
      sandbox.forgetCalls();
      return null;
    case 'stop':
      await sandbox.stop();
      process.disconnect();
      return null;
  }
}

answerParent(sandbox, answer);
