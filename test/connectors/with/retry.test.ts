import { describe, expect, it } from 'vitest';
import type { MemoryFault } from '../../../src/connectors/memory/faults.ts';
import { createMemorySystem } from '../../../src/connectors/memory.ts';
import { type RetryOptions, withRetry } from '../../../src/connectors/with/retry.ts';
import { fakeClock, runToEnd, settle } from '../../support/clock.ts';
import { seededIds } from '../../support/random.ts';

function setUp(options: Partial<RetryOptions> = {}) {
  const clock = fakeClock(0);
  const memory = createMemorySystem({ side: 'salesforce', clock, ids: seededIds() });
  const ids = ['a', 'b', 'c'].map((subject) => memory.put('Case', { Subject: subject }).id);
  const sent: string[] = [];
  memory.onCall(({ method, item }) => {
    if (item === null) sent.push(`${method} at ${clock.now()}`);
  });
  const system = withRetry(memory, { clock, random: () => 1, ...options });
  const update = (id: string) => ({ object: 'Case', id, fields: { Subject: 'new' }, readBack: ['Subject'] });
  return { clock, memory, ids, sent, system, update };
}

const unavailable: MemoryFault = { error: 'Unavailable' };

describe('retry of reads', () => {
  it('waits twice as long each time, and gives the answer that comes in the end', async () => {
    const { clock, memory, ids, sent, system } = setUp();
    memory.faults.add({ ...unavailable, effect: 'done', times: 3 });
    const [result] = await runToEnd(clock, system.read('Case', ids.slice(0, 1), ['Subject']));
    expect(result?.kind).toBe('found');
    expect(sent).toEqual(['read at 0', 'read at 500', 'read at 1500', 'read at 3500']);
  });

  it('spreads its waits by the random it was given', async () => {
    const { clock, memory, sent, system } = setUp({ random: () => 0 });
    memory.faults.add({ ...unavailable, times: 2 });
    await runToEnd(clock, system.identity());
    expect(sent).toEqual(['identity at 0', 'identity at 250', 'identity at 750']);
  });

  it('gives up with the last error', async () => {
    const { clock, memory, sent, system } = setUp({ reads: 2 });
    memory.faults.add(unavailable);
    await expect(runToEnd(clock, system.describe('Case'))).rejects.toMatchObject({ kind: 'Unavailable' });
    expect(sent).toHaveLength(3);
  });

  it('waits as long as the vendor asks', async () => {
    const { clock, memory, sent, system } = setUp();
    memory.faults.add({ error: 'RateLimited', retryAfterMs: 7000, times: 1 });
    await runToEnd(clock, system.identity());
    expect(sent).toEqual(['identity at 0', 'identity at 7000']);
  });

  it('leaves it to the engine when the vendor asks for longer than a call may wait', async () => {
    const { clock, memory, sent, system } = setUp();
    memory.faults.add({ error: 'RateLimited', retryAfterMs: 3_600_000, times: 1 });
    await expect(runToEnd(clock, system.identity())).rejects.toMatchObject({ kind: 'RateLimited' });
    expect(sent).toHaveLength(1);
    expect(clock.now()).toBe(0);
  });

  it.each([
    { error: 'Unauthorized' },
    { error: 'Rejected' },
    { error: 'NotFound' },
    { error: 'StaleVersion' },
    { error: 'RateLimited', cause: 'daily-limit' },
  ] as const)('asks once where asking again cannot help: $error $cause', async (fault) => {
    const { clock, memory, sent, system } = setUp();
    memory.faults.add({ ...fault, times: 1 });
    await expect(runToEnd(clock, system.identity())).rejects.toMatchObject({ kind: fault.error });
    expect(sent).toHaveLength(1);
  });

  it('stops waiting when it is told to, with the reason given', async () => {
    const stop = new AbortController();
    const { clock, memory, sent, system } = setUp({ signal: stop.signal });
    memory.faults.add(unavailable);
    const asked = system.identity();
    asked.catch(() => undefined);
    await settle();
    expect(clock.sleepers()).toBe(1);
    stop.abort(new Error('shutting down'));
    await expect(asked).rejects.toThrow('shutting down');
    expect(clock.sleepers()).toBe(0);
    expect(sent).toHaveLength(1);
  });

  it("stops a walk by the walk's own signal", async () => {
    const stop = new AbortController();
    const { memory, system } = setUp({ signal: new AbortController().signal });
    memory.faults.add(unavailable);
    const asked = system.changes({
      object: 'Case',
      fields: [],
      after: { stamp: '', id: '' },
      limit: 1,
      signal: stop.signal,
    });
    asked.catch(() => undefined);
    await settle();
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });
});

describe('retry of writes', () => {
  it('sends again only the items that were certainly not executed, and keeps the order', async () => {
    const { clock, memory, ids, system, update } = setUp();
    memory.faults.add({ error: 'Unavailable', item: ids[1] ?? '', times: 1, cause: 'row-locked' });
    memory.faults.add({ error: 'Rejected', item: ids[2] ?? '' });
    const results = await runToEnd(clock, system.update(ids.map(update)));
    expect(results.map((result) => (result.kind === 'written' ? result.record.id : result.error.kind))).toEqual([
      ids[0],
      ids[1],
      'Rejected',
    ]);
    expect(memory.writes().map((write) => write.id)).toEqual([ids[0], ids[1]]);
  });

  it('never sends again what is in doubt', async () => {
    const { clock, memory, ids, sent, system, update } = setUp();
    memory.faults.add({ error: 'Unavailable', item: ids[0] ?? '', effect: 'done', times: 1 });
    const results = await runToEnd(clock, system.update(ids.slice(0, 1).map(update)));
    expect(results).toMatchObject([{ kind: 'failed', error: { inDoubt: true } }]);
    expect(sent).toHaveLength(1);
  });

  it('never repeats a call that is in doubt as a whole', async () => {
    const { clock, memory, ids, sent, system, update } = setUp();
    memory.faults.add({ error: 'Unavailable', whole: true, executed: 'maybe', times: 1 });
    await expect(runToEnd(clock, system.update(ids.map(update)))).rejects.toMatchObject({ inDoubt: true });
    expect(sent).toHaveLength(1);
  });

  it('repeats a call that was certainly not executed', async () => {
    const { clock, memory, ids, sent, system, update } = setUp();
    memory.faults.add({ error: 'RateLimited', whole: true, retryAfterMs: 1000, times: 1 });
    const results = await runToEnd(clock, system.update(ids.map(update)));
    expect(results.every((result) => result.kind === 'written')).toBe(true);
    expect(sent).toEqual(['update at 0', 'update at 1000']);
  });

  it('keeps what was written when the repeat fails as a whole', async () => {
    const { clock, memory, ids, system, update } = setUp();
    memory.faults.add({ error: 'Unavailable', item: ids[1] ?? '', times: 1 });
    memory.faults.add({ error: 'Unauthorized', whole: true, skip: 1, times: 1 });
    const results = await runToEnd(clock, system.update(ids.map(update)));
    expect(results.map((result) => (result.kind === 'written' ? 'written' : result.error.kind))).toEqual([
      'written',
      'Unauthorized',
      'written',
    ]);
  });

  it('gives up after a few times', async () => {
    const { clock, memory, ids, sent, system, update } = setUp();
    memory.faults.add({ error: 'Unavailable', item: ids[0] ?? '' });
    const results = await runToEnd(clock, system.update(ids.slice(0, 1).map(update)));
    expect(results).toMatchObject([{ kind: 'failed', error: { kind: 'Unavailable' } }]);
    expect(sent).toHaveLength(3);
  });

  it('sends nothing after a long wait, since it was decided before it', async () => {
    const { clock, memory, ids, sent, system, update } = setUp();
    memory.faults.add({ error: 'RateLimited', item: ids[0] ?? '', retryAfterMs: 30_000 });
    const results = await runToEnd(clock, system.update(ids.slice(0, 1).map(update)));
    expect(results).toMatchObject([{ kind: 'failed', error: { kind: 'RateLimited' } }]);
    expect(sent).toHaveLength(1);
  });
});
