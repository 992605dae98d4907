/** One local desk in a process of its own: `desk-process.ts <side> <latency in ms>`, started by `desk.ts`, which it talks to. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { receive } from '../../../src/sandbox/content.ts';
import { startSalesforceSandbox } from '../../../src/sandbox/salesforce.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { startServiceNowSandbox } from '../../../src/sandbox/servicenow.ts';
import type { Ask, Counted, Done, Hello, Step, Watched } from './messages.ts';

const people = { servicenow: 'igor.itil', salesforce: 'dana.support' };
const lookEveryMs = 10;
let added = 0;

const [side, latency] = process.argv.slice(2);
const latencyMs = Number(latency);
const sandbox: Sandbox =
  side === 'servicenow' ? await startServiceNowSandbox({ latencyMs }) : await startSalesforceSandbox({ latencyMs });
const { desk } = sandbox;
const person = people[sandbox.side];

function done(ids: readonly string[]): Done {
  return { ids, at: Date.now(), busy: sandbox.calls().some((call) => call.status === 0) };
}

function shown(value: string | number | boolean | null | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

/** Looks after every answer that has gone out, until `look` is satisfied: watching must not take the time that is measured. */
async function lookAfterAnswers(timeoutMs: number, look: () => boolean): Promise<void> {
  const until = Date.now() + timeoutMs;
  for (let answered = -1; Date.now() < until; await delay(lookEveryMs)) {
    const now = sandbox.calls().filter((call) => call.status !== 0).length;
    if (now === answered) continue;
    answered = now;
    if (look()) return;
  }
}

async function watch({ object, key, field, expected, timeoutMs }: Extract<Ask, { do: 'watch' }>): Promise<Watched> {
  const open = new Map(Object.entries(expected));
  const seenAt: Record<string, number> = {};
  await lookAfterAnswers(timeoutMs, () => {
    for (const row of desk.rows(object)) {
      const name = key === 'id' ? row.id : shown(row.fields[key]);
      const wanted = open.get(name);
      if (wanted === undefined || shown(row.fields[field]) !== wanted) continue;
      seenAt[name] = Date.now();
      open.delete(name);
    }
    return open.size === 0;
  });
  return { seenAt, missing: open.size };
}

async function trace({ object, id, field, until, timeoutMs }: Extract<Ask, { do: 'trace' }>): Promise<readonly Step[]> {
  const steps: Step[] = [];
  await lookAfterAnswers(timeoutMs, () => {
    const text = shown(desk.row(object, id)?.fields[field]);
    if (text !== steps.at(-1)?.text) steps.push({ at: Date.now(), text });
    return text === until;
  });
  return steps;
}

function countCalls(since: number): Counted {
  const calls = sandbox.calls().filter((call) => call.counted && call.atMs >= since);
  const kinds = Map.groupBy(
    calls,
    ({ method, path }) => `${method} ${path.replace(/\/[0-9a-zA-Z]{15,32}(?=\/|$)/g, '/:id')}`,
  );
  return {
    calls: calls.length,
    kinds: Object.fromEntries([...kinds].map(([kind, some]) => [kind, some.length])),
    firstAt: calls[0]?.atMs ?? null,
  };
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

async function answer(ask: Ask): Promise<unknown> {
  switch (ask.do) {
    case 'open':
      return done(ask.tickets.map((fields) => desk.create(ask.object, fields, person).id));
    case 'edit':
      return done(ask.edits.map(({ id, fields }) => desk.edit(ask.object, id, fields, person).id));
    case 'watch':
      return watch(ask);
    case 'trace':
      return trace(ask);
    case 'calls':
      return countCalls(ask.since);
    case 'column':
      return Object.fromEntries(
        desk
          .rows(ask.object)
          .map((row) => [
            shown(ask.key === 'id' ? row.id : row.fields[ask.key]),
            ask.field === 'id' ? row.id : shown(row.fields[ask.field]),
          ]),
      );
    case 'attach':
      for (let n = 0; n < ask.times; n += 1) for (const id of ask.ids) await attach(ask.object, id, ask.bytes);
      return null;
    case 'files':
      return ask.ids.flatMap((id) => desk.files(ask.object, id).map((file) => `${file.name} ${file.hash}`));
    case 'forget':
      sandbox.forgetCalls();
      return null;
    case 'stop':
      await sandbox.stop();
      process.disconnect();
      return null;
  }
}

process.on('message', (message: { readonly id: number; readonly ask: Ask }) => {
  void answer(message.ask).then(
    (value) => process.connected && process.send?.({ id: message.id, value }),
    (error: unknown) => process.send?.({ id: message.id, error: String(error) }),
  );
});
// A bench that was broken off takes its desks along.
process.on('disconnect', () => process.exit(0));
const { url, account } = sandbox;
const hello: Hello = { side: sandbox.side, url, clientId: account.clientId, clientSecret: account.clientSecret };
process.send?.(hello);
