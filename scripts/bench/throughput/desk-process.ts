/** One local desk in a process of its own: `desk-process.ts <side>`, started by `desk.ts`, which it talks to. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { receive } from '../../../src/sandbox/content.ts';
import { startSalesforceSandbox } from '../../../src/sandbox/salesforce.ts';
import { startServiceNowSandbox } from '../../../src/sandbox/servicenow.ts';
import { answerParent } from '../desk/answer-parent.ts';
import { type DeskServer, serveAs } from './desk-server.ts';
import { ticketsOf } from './desk-tickets.ts';
import { awaitRows, shown, trace, watch, watchComments, watchFiles } from './desk-watch.ts';
import { assumed, batchQuotaMs, parseLatency } from './latency.ts';
import type { Ask, Counted, Done } from './messages.ts';

const people = { servicenow: 'igor.itil', salesforce: 'dana.support' };
const state: DeskServer = { latency: { kind: 'flat', ms: 0 }, calls: [], written: 0 };
/** The calls of one poll come close together. */
const apartMs = 500;
let added = 0;
/** The desk's clock while it stands still; null while it runs. */
let stoppedAt: number | null = null;
const now = (): number => stoppedAt ?? Date.now();

const servicenow =
  process.argv[2] === 'servicenow'
    ? await startServiceNowSandbox({ now, onServer: serveAs('servicenow', state) })
    : null;
const sandbox = servicenow ?? (await startSalesforceSandbox({ now, onServer: serveAs('salesforce', state) }));
const { desk } = sandbox;
const person = people[sandbox.side];

function done(ids: readonly string[]): Done {
  return { ids, at: Date.now(), busy: state.calls.some((call) => call.answeredAt === null) };
}

function edit({ object, edits, clock }: Extract<Ask, { do: 'edit' }>): Done {
  stoppedAt = clock ?? null;
  const ids = edits.map(({ id, fields }) => desk.edit(object, id, fields, person).id);
  stoppedAt = null;
  return done(ids);
}

function countCalls({ since, until = Number.POSITIVE_INFINITY }: Extract<Ask, { do: 'calls' }>): Counted {
  const calls = state.calls.filter((call) => call.at >= since && call.at < until);
  const kinds = Map.groupBy(calls, (call) => `${call.kind}${call.writes > 0 ? ' with writes' : ''}`);
  return {
    calls: calls.length,
    kinds: Object.fromEntries([...kinds].map(([kind, some]) => [kind, some.length])),
    firstAt: calls[0]?.at ?? null,
    refused: calls.filter((call) => call.status >= 400).length,
    rounds: calls.filter((call, at) => call.at - (calls[at - 1]?.at ?? 0) > apartMs).length,
  };
}

function setLatency(is: string): null {
  const latency = parseLatency(is);
  if (latency === null) throw new Error(`no latency: ${is}`);
  state.latency = latency;
  if (servicenow !== null) {
    const fitting = Math.floor(batchQuotaMs / assumed.writeMs);
    servicenow.properties.batchItems = latency.kind === 'realistic' ? fitting : Number.POSITIVE_INFINITY;
  }
  return null;
}

/** Bytes that nothing can pack, made as they flow: a file of any size is never held. */
async function attach(object: string, id: string, bytes: number): Promise<void> {
  added += 1;
  const content = await receive(Readable.from(random(bytes), { objectMode: false }));
  desk.attach(object, id, { name: `${sandbox.side}-${added}.bin`, content }, person);
}

function* random(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= 65_536) yield randomBytes(Math.min(left, 65_536));
}

function column({ object, key, field }: Extract<Ask, { do: 'column' }>): Readonly<Record<string, string>> {
  const rows = desk.rows(object);
  const of = (name: string, row: (typeof rows)[number]): string => (name === 'id' ? row.id : shown(row.fields[name]));
  return Object.fromEntries(rows.map((row) => [of(key, row), of(field, row)]));
}

async function answer(ask: Ask): Promise<unknown> {
  switch (ask.do) {
    case 'open':
      return done(ask.tickets.map((fields) => desk.create(ask.object, fields, person).id));
    case 'edit':
      return edit(ask);
    case 'comment':
      for (const { id, text, channel } of ask.comments) desk.comment(ask.object, id, text, channel, person);
      return done(ask.comments.map(({ id }) => id));
    case 'watch':
      return watch(desk, state, ask);
    case 'watch-comments':
      return watchComments(sandbox.side, desk, state, ask);
    case 'watch-files':
      return watchFiles(desk, state, ask);
    case 'await-rows':
      return awaitRows(desk, state, ask);
    case 'trace':
      return trace(desk, state, ask);
    case 'calls':
      return countCalls(ask);
    case 'column':
      return column(ask);
    case 'attach':
      for (let n = 0; n < ask.times; n += 1) for (const id of ask.ids) await attach(ask.object, id, ask.bytes);
      return null;
    case 'files':
      return ask.ids.flatMap((id) => desk.files(ask.object, id).map((file) => `${file.name} ${file.hash}`));
    case 'tickets':
      return ticketsOf(sandbox.side, desk);
    case 'latency':
      return setLatency(ask.is);
    case 'forget':
      state.calls = [];
      sandbox.forgetCalls();
      return null;
    case 'stop':
      await sandbox.stop();
      process.disconnect();
      return null;
  }
}

answerParent(sandbox, answer);
