import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { ConnectorError } from '../../../src/connectors/errors.ts';
import { createGate } from '../../../src/connectors/gate.ts';
import { createServiceNow } from '../../../src/connectors/servicenow/servicenow.ts';
import type { TicketSystem, WriteResult } from '../../../src/connectors/ticket-system.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { type ServiceNowSandbox, startServiceNowSandbox } from '../../../src/sandbox/servicenow.ts';
import { caseId, memoryVault, testClock } from './support.ts';

const clock = testClock();
let sandbox: ServiceNowSandbox;
beforeAll(async () => {
  sandbox = await startServiceNowSandbox({ now: clock.now });
});
afterAll(async () => {
  await sandbox.stop();
});
beforeEach(() => {
  sandbox.properties.itemMs = () => 0;
  sandbox.faults.clear();
});

const readBack = ['short_description', 'urgency'];

function connect(lanes = 2, time: Clock = clock): TicketSystem {
  const { clientId, clientSecret } = sandbox.account;
  return createServiceNow({
    settings: {
      url: sandbox.url,
      auth: { kind: 'client_credentials', clientId, clientSecret: new Secret(clientSecret) },
      maxConcurrency: lanes,
    },
    vault: memoryVault(),
    clock: time,
    gate: createGate({ concurrency: lanes, clock: time }),
  });
}

const incidents = (count: number): readonly string[] =>
  Array.from(
    { length: count },
    (_, n) => sandbox.desk.create('incident', { short_description: `VPN drops ${n}`, urgency: '3' }, 'igor.itil').id,
  );
const updatesOf = (ids: readonly string[], text: string) =>
  ids.map((id) => ({ object: 'incident', id, fields: { short_description: text }, readBack }));
const createsOf = (count: number, first: number) =>
  Array.from({ length: count }, (_, n) => ({
    object: 'incident',
    fields: { short_description: `Printer jams ${first + n}` },
    readBack,
    partnerId: caseId,
    drawnId: (first + n).toString(16).padStart(32, 'c'),
  }));
const modCount = (id: string): number => Number(sandbox.desk.row('incident', id)?.fields['sys_mod_count'] ?? -1);

/** API calls, and writes that the desk carried out. */
async function cost(work: () => Promise<unknown>): Promise<readonly [calls: number, writes: number]> {
  const before = sandbox.properties.itemMs;
  let writes = 0;
  sandbox.properties.itemMs = (method, path) => {
    if (method !== 'GET') writes += 1;
    return before(method, path);
  };
  sandbox.forgetCalls();
  await work();
  sandbox.properties.itemMs = before;
  return [sandbox.calls().filter((call) => call.counted).length, writes];
}

/** A call that failed as a whole, as the failure of each. */
async function eachFails(count: number, work: Promise<readonly WriteResult[]>): Promise<readonly WriteResult[]> {
  return work.catch((error: unknown) => {
    if (!(error instanceof ConnectorError)) throw error;
    return Array.from({ length: count }, (): WriteResult => ({ kind: 'failed', error }));
  });
}

/** Sends what was certainly not executed again, as the coat that retries does. */
async function insist<T>(
  items: readonly T[],
  send: (some: readonly T[]) => Promise<readonly WriteResult[]>,
): Promise<readonly WriteResult[]> {
  const results: WriteResult[] = [...(await send(items))];
  for (let round = 0; round < 5; round += 1) {
    const again = results.flatMap((one, at) => (one.kind === 'failed' && !one.error.inDoubt ? [at] : []));
    if (again.length === 0) break;
    const sent = await send(again.flatMap((at) => items[at] ?? []));
    again.forEach((at, n) => (results[at] = sent[n]!));
  }
  return results;
}

describe('what 1,000 writes cost', () => {
  it('eight calls for updates that take 120 ms each, and two ahead the first time', async () => {
    const desk = connect();
    const ids = incidents(1000);
    sandbox.properties.itemMs = (method) => (method === 'GET' ? 5 : 120);
    expect(await cost(() => desk.update(updatesOf(ids, 'first')))).toEqual([10, 1000]);
    expect(await cost(() => desk.update(updatesOf(ids, 'second')))).toEqual([8, 1000]);
    expect(ids.every((id) => modCount(id) === 2)).toBe(true);
  });

  it('two calls where an update takes next to nothing', async () => {
    const desk = connect();
    const ids = incidents(1000);
    expect(await cost(() => desk.update(updatesOf(ids, 'first')))).toEqual([4, 1000]);
    expect(await cost(() => desk.update(updatesOf(ids, 'second')))).toEqual([2, 1000]);
  });

  it('ten calls for creates of 120 ms each, instead of a hundred', async () => {
    const desk = connect();
    sandbox.properties.itemMs = () => 120;
    const [calls, writes] = await cost(() => desk.create(createsOf(1000, 10_000)));
    expect(writes).toBe(1000);
    expect(calls).toBeLessThanOrEqual(13);
  });

  it('as many calls as lanes where every call takes long, none of them a rest', async () => {
    const desk = connect(4);
    const ids = incidents(600);
    sandbox.properties.itemMs = (method) => (method === 'GET' ? 0 : 100);
    await desk.update(updatesOf(ids.slice(0, 100), 'timed'));
    // 150 fit into a call: four of 125 for 500 records.
    expect(await cost(() => desk.update(updatesOf(ids.slice(100), 'even')))).toEqual([4, 500]);
  });
});

describe('a call that the instance would refuse for its length', () => {
  it('is not made, also where a character takes three bytes', async () => {
    const ids = incidents(18);
    const desk = connect(1);
    await desk.update(updatesOf(ids, 'timed'));
    const long = ids.map((id) => ({ object: 'incident', id, fields: { description: '障'.repeat(190_000) }, readBack }));
    const [calls, writes] = await cost(async () => {
      expect((await desk.update(long)).map((one) => one.kind)).toEqual(ids.map(() => 'written'));
    });
    expect([calls, writes]).toEqual([3, 18]);
  });

  it('is made in halves where an administrator allows less than the default', async () => {
    const ids = incidents(64);
    const desk = connect(2);
    await desk.update(updatesOf(ids, 'timed'));
    sandbox.properties.maxBodyBytes = 40_000;
    const text = 'x'.repeat(1_000);
    const posts = ids.map((recordId) => ({ object: 'incident', recordId, channel: 'internal' as const, text }));
    const creates = createsOf(32, 5_000_000).map((one) => ({ ...one, fields: { description: text } }));
    try {
      const fields = { description: text };
      const written = await desk.update(ids.map((id) => ({ object: 'incident', id, fields, readBack })));
      expect(written.map((one) => one.kind)).toEqual(ids.map(() => 'written'));
      expect((await desk.create(creates)).map((one) => one.kind)).toEqual(creates.map(() => 'written'));
      expect((await desk.children?.post(posts))?.map((one) => one.kind)).toEqual(ids.map(() => 'posted'));
    } finally {
      sandbox.properties.maxBodyBytes = 10_485_760;
    }
    expect(ids.map(modCount)).toEqual(ids.map(() => 3));
  });
});

describe('deleting', () => {
  it('tells what went before the instance failed, and sends nothing behind that', async () => {
    const ids = incidents(6);
    const desk = connect(1);
    sandbox.faults.add({ kind: 'drop-after', method: 'DELETE', path: '/incident/', skip: 2, times: 1 });
    const erased = (await desk.erase?.('incident', ['no id', ...ids])) ?? [];
    const kinds = erased.map((one) => (one.kind === 'erased' ? 'erased' : one.error.data.cause));
    expect(kinds).toEqual(['not-an-id', 'erased', 'erased', 'connection-lost', ...Array(3).fill('connection-lost')]);
    expect(erased.map((one) => (one.kind === 'erased' ? null : one.error.inDoubt)).slice(3)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(ids.filter((id) => sandbox.desk.row('incident', id) !== null)).toEqual(ids.slice(3));
  });
});

describe('one write that takes longer than a batch may', () => {
  /** 100 ms each, but for this record. */
  const slowFor = (id: string) => (method: string, path: string) =>
    method === 'GET' ? 0 : path.includes(id) ? 31_000 : 100;

  it('is made by itself, and does not make all others go one by one', async () => {
    const ids = incidents(200);
    const desk = connect(1);
    sandbox.properties.itemMs = slowFor(ids[50] ?? '');
    for (const text of ['first', 'second', 'third']) {
      const [calls] = await cost(async () => {
        expect((await desk.update(updatesOf(ids, text))).map((one) => one.kind)).toEqual(ids.map(() => 'written'));
      });
      expect(calls).toBeLessThan(20);
    }
    expect(ids.map(modCount)).toEqual(ids.map(() => 3));
    sandbox.properties.itemMs = () => 100;
    expect((await cost(() => desk.update(updatesOf(ids, 'last'))))[0]).toBeLessThanOrEqual(3);
  });

  it('is found among comments by the time that it takes alone', async () => {
    const ids = incidents(200);
    const slow = ids[50] ?? '';
    const alone = (): number =>
      sandbox.calls().filter(({ method, path }) => method === 'PATCH' && path.includes(slow)).length;
    const desk = connect(1, { ...clock, now: () => clock.now() + 20_000 * alone() });
    sandbox.properties.itemMs = slowFor(slow);
    const posts = ids.map((recordId) => ({
      object: 'incident',
      recordId,
      channel: 'internal' as const,
      text: 'On it',
    }));
    for (const more of ['first', 'second']) {
      const [calls] = await cost(async () => {
        const said = await desk.children?.post(posts.map((post) => ({ ...post, text: more })));
        expect(said?.map((one) => one.kind)).toEqual(ids.map(() => 'posted'));
      });
      expect(calls).toBeLessThan(20);
    }
  });
});

describe('batches of any size against cut-offs of any kind', () => {
  const times = fc.array(fc.constantFrom(1, 40, 120, 700, 2_638, 9_000, 29_000, 31_000), {
    minLength: 1,
    maxLength: 40,
  });
  const shape = fc.record({ count: fc.integer({ min: 1, max: 260 }), lanes: fc.integer({ min: 1, max: 4 }), times });

  /** Every item takes the next of these times, whenever it is tried. */
  function slow(some: readonly number[]): void {
    let at = 0;
    sandbox.properties.itemMs = (method) => (method === 'GET' ? 3 : (some[at++ % some.length] ?? 0));
  }

  it('write every update once, none twice, and say of none that it was written when it was not', async () => {
    await fc.assert(
      fc.asyncProperty(shape, async ({ count, lanes, times: some }) => {
        slow(some);
        const ids = incidents(count);
        const desk = connect(lanes);
        const results = await insist(updatesOf(ids, `edited at ${lanes}`), (part) =>
          eachFails(part.length, desk.update(part)),
        );
        expect(results.map((one) => (one.kind === 'written' ? 1 : 0))).toEqual(ids.map(modCount));
        if (some.every((ms) => ms <= 30_000)) expect(results.every((one) => one.kind === 'written')).toBe(true);
      }),
      { numRuns: 12 },
    );
  });

  it('make every record once under the id that was drawn for it', async () => {
    let drawn = 1_000_000;
    await fc.assert(
      fc.asyncProperty(shape, async ({ count, lanes, times: some }) => {
        slow(some);
        const creates = createsOf(count, drawn);
        drawn += count;
        const before = sandbox.desk.rows('incident').length;
        const desk = connect(lanes);
        const results = await insist(creates, (part) => eachFails(part.length, desk.create(part)));
        const made = creates.map(({ drawnId }) => (sandbox.desk.row('incident', drawnId) === null ? 0 : 1));
        expect(results.map((one) => (one.kind === 'written' ? 1 : 0))).toEqual(made);
        expect(sandbox.desk.rows('incident').length - before).toBe(made.reduce<number>((sum, one) => sum + one, 0));
        if (some.every((ms) => ms <= 30_000)) expect(made.every((one) => one === 1)).toBe(true);
      }),
      { numRuns: 8 },
    );
  });

  it('stop at an answer that is lost: those are in doubt, and nothing after them was sent', async () => {
    const ids = incidents(300);
    const desk = connect(1);
    sandbox.properties.itemMs = (method) => (method === 'GET' ? 0 : 150);
    await desk.update(updatesOf(ids, 'timed'));
    sandbox.faults.add({ kind: 'drop-after', path: '/batch', skip: 1, times: 1 });
    const results = await desk.update(updatesOf(ids, 'once more'));
    const kinds = results.map((one) => (one.kind === 'written' ? 'written' : one.error.data.executed));
    expect([kinds.indexOf('maybe'), kinds.indexOf('no')]).toEqual([100, 200]);
    expect(ids.map(modCount)).toEqual(ids.map((_, at) => (at < 200 ? 2 : 1)));
  });

  it.each([
    ['in batches', true],
    ['one by one, where this account may not batch', false],
  ])('are asked for before each call whether they are still ours: %s', async (_how, batch) => {
    const ids = incidents(batch ? 300 : 6);
    const desk = connect(1);
    sandbox.properties.itemMs = (method) => (method === 'GET' ? 0 : 150);
    if (batch) await desk.update(updatesOf(ids, 'timed'));
    sandbox.rights.change(sandbox.account.username, { batch });
    let asked = 0;
    const most = batch ? 2 : 4;
    const stillOurs = async () => Promise.resolve((asked += 1) <= most);
    const results = await desk.update(updatesOf(ids, 'once more'), { stillOurs });
    sandbox.rights.change(sandbox.account.username, { batch: true });
    const sent = batch ? 200 : 3;
    const kinds = results.map((one) => (one.kind === 'written' ? 'written' : one.error.data.cause));
    expect(kinds).toEqual(ids.map((_, at) => (at < sent ? 'written' : 'not-ours')));
    expect(ids.map(modCount)).toEqual(ids.map((_, at) => (batch ? 1 : 0) + (at < sent ? 1 : 0)));
  });
});
