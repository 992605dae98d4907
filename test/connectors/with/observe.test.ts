import { describe, expect, it } from 'vitest';
import { createMemorySystem } from '../../../src/connectors/memory.ts';
import { type ObservedCall, withObserve } from '../../../src/connectors/with/observe.ts';
import { fakeClock } from '../../support/clock.ts';
import { seededIds } from '../../support/random.ts';

function setUp() {
  const clock = fakeClock(0);
  const memory = createMemorySystem({ side: 'salesforce', clock, ids: seededIds() });
  const told: ObservedCall[] = [];
  const system = withObserve(memory, clock, (call) => told.push(call));
  return { clock, memory, told, system };
}

describe('observe', () => {
  it('tells side, method, items, cost and time of a call', async () => {
    const { clock, memory, told, system } = setUp();
    const id = memory.put('Case', { Subject: 'a' }).id;
    memory.onCall(() => void clock.advance(40));
    await system.read('Case', [id, id], ['Subject']);
    expect(told).toEqual([
      { side: 'salesforce', method: 'read', items: 2, failed: 0, apiCalls: 1, ms: expect.any(Number), error: null },
    ]);
  });

  it('counts the items of a write that failed', async () => {
    const { memory, told, system } = setUp();
    const ids = ['a', 'b'].map((subject) => memory.put('Case', { Subject: subject }).id);
    memory.faults.add({ error: 'Rejected', item: ids[1] ?? '' });
    await system.update(ids.map((id) => ({ object: 'Case', id, fields: { Subject: 'c' }, readBack: [] })));
    expect(told).toMatchObject([{ method: 'update', items: 2, failed: 1, error: null }]);
  });

  it('tells of a call that failed as a whole, and lets the error pass', async () => {
    const { memory, told, system } = setUp();
    memory.faults.add({ error: 'Unauthorized', times: 1 });
    const error: unknown = await system.identity().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'Unauthorized' });
    expect(told).toMatchObject([{ method: 'identity', items: 1, error }]);
  });

  it('answers as the system beneath does', async () => {
    const { memory, system } = setUp();
    memory.put('Case', { Subject: 'a' });
    const ask = { object: 'Case', fields: ['Subject'], after: { stamp: '', id: '' }, limit: 5 };
    expect(await system.changes(ask)).toEqual(await memory.changes(ask));
    expect(system.calls()).toBe(memory.calls());
  });
});
