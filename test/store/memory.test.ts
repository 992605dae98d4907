import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/store/memory.ts';
import { storeSuite } from '../conformance/store.suite.ts';
import { link } from '../support/builders.ts';
import { fakeClock, realClock, settle } from '../support/clock.ts';
import { seededIds } from '../support/random.ts';

storeSuite('memory store', async () => {
  const store = createMemoryStore({ clock: realClock(), ids: seededIds(), redeliverMs: 20 });
  return { store, loseWorkers: () => store.queue.loseWorkers(), close: () => store.close() };
});

describe('the memory store alone', () => {
  const create = () => {
    const clock = fakeClock();
    return { clock, store: createMemoryStore({ clock, ids: seededIds() }) };
  };

  it('keeps no hold on the objects it was given', async () => {
    const { store } = create();
    const fields: Record<string, string> = { short_description: 'before' };
    const one = link({ bases: { ...link().bases, servicenow: { fields, version: { stamp: '', count: 0 } } } });
    await store.transaction((tx) => tx.insertLinks([one]));
    fields['short_description'] = 'after';
    const [held] = await store.transaction((tx) => tx.linksById([one.id]));
    expect(held?.bases.servicenow.fields['short_description']).toBe('before');
  });

  it('runs transactions one after the other, in the order asked', async () => {
    const { store } = create();
    const order: string[] = [];
    await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        store.transaction(async () => {
          order.push(`${name} starts`);
          await settle();
          order.push(`${name} ends`);
        }),
      ),
    );
    expect(order).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
  });

  it('refuses a transaction inside a transaction, which would wait for itself', async () => {
    const { store } = create();
    await expect(store.transaction(() => store.transaction(async () => 1))).rejects.toThrow('inside a transaction');
  });

  it("can't be used once the transaction is over", async () => {
    const { store } = create();
    const tx = await store.transaction(async (open) => ({ open }));
    await expect(tx.open.openIntents(1)).rejects.toThrow('is over');
  });

  it('commits nothing once something in it has failed, even if that was caught', async () => {
    const { store } = create();
    await store.transaction((tx) => tx.insertLinks([link()]));
    const caught = store.transaction(async (tx) => {
      await tx.insertLinks([link({ id: 'other' })]).catch(() => undefined);
    });
    await expect(caught).rejects.toThrow('linked already');
  });

  it('hands out by hand, for tests that decide themselves who runs when', async () => {
    const { store } = create();
    await store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: 'a' }]));
    const jobs = await store.queue.takeBatch(10);
    expect(jobs.map((job) => job.key)).toEqual([{ kind: 'link', linkId: 'a' }]);
    expect(await store.queue.takeBatch(10)).toEqual([]);
    await store.queue.giveBack(jobs);
    expect(await store.queue.takeBatch(10)).toHaveLength(1);
  });

  it('lets uncompleted jobs rest instead of spinning on them', async () => {
    const { store, clock } = create();
    let runs = 0;
    await store.queue.work({ batchSize: 1 }, async () => {
      runs += 1;
    });
    await store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: 'a' }]));
    await settle();
    expect(runs).toBe(1);
    await clock.advance(999);
    expect(runs).toBe(1);
    await clock.advance(1);
    expect(runs).toBe(2);
    await store.queue.stop(0);
  });
});
