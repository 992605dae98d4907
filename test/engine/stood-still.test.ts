import { expect, it } from 'vitest';
import { reconcile } from '../../src/engine/reconcile.ts';
import type { Store } from '../../src/store/store.ts';
import { createWorld, newIncident } from './world.ts';

it('sends nothing that was decided before a pause in which its keys went to another worker', async () => {
  const world = createWorld();
  const { id } = world.put('servicenow', newIncident);
  await world.sync();
  await world.edit('servicenow', id, { short_description: 'Decided on before the pause' });
  await world.poll();
  const jobs = await world.store.queue.takeBatch(10);
  const writes = world.writes();

  /** The process stands still right after its notes are in the store. */
  const store: Store = {
    ...world.store,
    transaction: async (work) => {
      let noted = false;
      const result = await world.store.transaction((tx) => {
        const watched = new Proxy(tx, {
          get: (target, name) => {
            noted ||= name === 'savePending';
            return Reflect.get(target, name) as unknown;
          },
        });
        return work(watched);
      });
      if (noted) {
        await world.clock.advance(30_000);
        await world.store.queue.loseWorkers();
      }
      return result;
    },
  };

  expect(await reconcile({ ...world.engine, store }, jobs)).toMatchObject({ deferred: [], error: null });
  expect(world.writes()).toBe(writes);
});
