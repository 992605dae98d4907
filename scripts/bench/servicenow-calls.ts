/**
 * API calls per 1,000 records, operation by operation, counted by the local ServiceNow.
 * Run: npm run bench -- servicenow-calls
 */
import { Secret } from '../../src/config/secret.ts';
import { createGate } from '../../src/connectors/gate.ts';
import { createMemoryVault } from '../../src/connectors/memory-vault.ts';
import { createServiceNow } from '../../src/connectors/servicenow/servicenow.ts';
import type { StreamName } from '../../src/connectors/children.ts';
import type { TicketSystem } from '../../src/connectors/ticket-system.ts';
import { type Clock, iso } from '../../src/core/clock.ts';
import { afterPoll, startPace } from '../../src/engine/pace.ts';
import { startServiceNowSandbox } from '../../src/sandbox/servicenow.ts';

const records = 1_000;
const caseId = '5003000000D8cuIAAR';
const fields = ['short_description', 'description', 'state', 'urgency', 'contact_type'];
const updateMs = 120;

/** Time passes only when somebody waits: calls are counted, not seconds. */
let time = Date.parse('2026-03-04T05:06:07.000Z');
const clock: Clock = {
  now: () => time,
  sleep: async (ms) => {
    time += ms;
    await Promise.resolve();
  },
};

type Calls = readonly [batch: number, single: number];

/** Polls of an idle hour at the default tick, and the calls they come to. */
function idleHour(callsAPoll: number): number {
  let [pace, at, polls] = [startPace(0), 0, 0];
  for (; at < 3_600_000; at += 10_000) {
    if (at < pace.nextAt) continue;
    polls += 1;
    pace = afterPoll(pace, at, 0, 10_000, 120_000);
  }
  return polls * callsAPoll;
}

async function measure(mayBatch: boolean): Promise<ReadonlyMap<string, number>> {
  const sandbox = await startServiceNowSandbox({ now: clock.now });
  const { clientId, clientSecret } = sandbox.account;
  const connect = (): TicketSystem =>
    createServiceNow({
      settings: {
        url: sandbox.url,
        auth: { kind: 'client_credentials', clientId, clientSecret: new Secret(clientSecret) },
        maxConcurrency: 2,
      },
      vault: createMemoryVault(),
      clock,
      gate: createGate({ concurrency: 2, clock }),
    });
  sandbox.rights.change('casebridge', { batch: mayBatch });
  const results = new Map<string, number>();
  const count = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    time += 2_000;
    sandbox.forgetCalls();
    await work();
    results.set(name, sandbox.calls().filter((call) => call.counted).length);
  };
  const open = (text: string): readonly string[] =>
    Array.from(
      { length: records },
      (_, n) => sandbox.desk.create('incident', { short_description: `${text} ${n}` }, 'igor.itil').id,
    );
  const desk = connect();
  const ids = open('VPN drops');
  const probes = ids.map((id) => ({ partnerId: caseId, drawnId: id }));
  const both = { comments: true, files: true };
  const updates = (text: string) =>
    ids.map((id) => ({ object: 'incident', id, fields: { description: text }, readBack: fields }));
  const creates = (first: number) =>
    ids.map((_, n) => ({
      object: 'incident',
      fields: { short_description: `New ${n}` },
      readBack: fields,
      partnerId: caseId,
      drawnId: (first + n).toString(16).padStart(32, 'd'),
    }));
  const posts = (text: string) =>
    ids.map((recordId) => ({ object: 'incident', recordId, channel: 'public' as const, text }));
  const poll = (names: readonly StreamName[]) => () =>
    desk.changes({
      object: 'incident',
      fields,
      after: { stamp: iso(time - 15_000), id: '' },
      limit: 1_000,
      ...(names.length === 0
        ? {}
        : { streams: names.map((name) => ({ name, after: { stamp: iso(time - 15_000), id: '' }, limit: 1_000 })) }),
    });

  await desk.identity();
  // Whoever may not batch is told so once.
  await desk.update(updates('warm').slice(0, 2));
  await count('read', () => desk.read('incident', ids, fields));
  await desk.read('incident', ids.slice(0, 2), fields, both);
  await count('read with comments and files', () => desk.read('incident', ids, fields, both));
  for (const id of ids) sandbox.desk.comment('incident', id, 'Called the user back.', 'internal', 'igor.itil');
  await desk.read('incident', ids.slice(0, 2), fields, both);
  await count('read with one comment each', () => desk.read('incident', ids, fields, both));
  for (let n = 0; n < 9; n += 1)
    for (const id of ids) sandbox.desk.comment('incident', id, `Note ${n}`, 'internal', 'igor.itil');
  await count('read with ten comments each', () => desk.read('incident', ids, fields, both));
  sandbox.rights.change('casebridge', { journal: false });
  const rendering = connect();
  await rendering.read('incident', ids.slice(0, 2), fields, both);
  await count('the same, journals rendered', () => rendering.read('incident', ids, fields, both));
  sandbox.rights.change('casebridge', { journal: true });
  const gone = ids.map((_, n) => n.toString(16).padStart(32, 'e'));
  await count('read where none is there', () => desk.read('incident', gone, fields));
  await count('probe', () => desk.probe({ object: 'incident', fields, probes, control: ids[0] ?? null }));
  const find = { object: 'incident', field: 'short_description', values: ids.map((_, n) => `VPN drops ${n}`), fields };
  await count('find by 1,000 values', async () => desk.find?.([find]));
  const asks = ids.map((id) => ({ id, field: 'state', since: iso(time - 60_000) }));
  await count('field dates', () => desk.fieldDates('incident', asks));
  // Left out of the time of a desk that knows no such setting.
  Object.assign(sandbox.properties, { itemMs: (method: string) => (method === 'GET' ? 0 : updateMs) });
  const first = connect();
  await first.identity();
  await count('update, never timed', () => first.update(updates('first')));
  await count('update', () => first.update(updates('second')));
  await count('create, never timed', () => first.create(creates(0)));
  await count('create', () => first.create(creates(5_000)));
  await first.children?.post(posts('warm').slice(0, 100));
  await count('comment on each', async () => first.children?.post(posts('Here is what we found.')));
  time += 3_600_000;
  await poll(['comments', 'files', 'deletions'])();
  await count('idle poll, tickets alone', poll([]));
  await count('idle poll, comments', poll(['comments']));
  await count('idle poll, comments, files and deletions', poll(['comments', 'files', 'deletions']));
  await sandbox.stop();
  return results;
}

const [batch, single] = [await measure(true), await measure(false)];
console.log(`Calls to ServiceNow per ${records} records; updates and creates of ${updateMs} ms each\n`);
console.log('| operation | with the Batch API | without |\n|---|---:|---:|');
const row = (name: string, [a, b]: Calls): void => console.log(`| ${name} | ${a} | ${b} |`);
for (const [name, calls] of batch) row(name, [calls, single.get(name) ?? 0]);
for (const [name, calls] of batch)
  if (name.startsWith('idle poll'))
    row(name.replace('idle poll', 'idle hour'), [idleHour(calls), idleHour(single.get(name) ?? 0)]);
