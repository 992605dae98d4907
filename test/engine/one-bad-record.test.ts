import { expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { reconcile } from '../../src/engine/reconcile.ts';
import { createWorld, newIncident } from './world.ts';

it('sets aside the one record that the store cannot keep, and records all others of its batch', async () => {
  const world = createWorld();
  const titles = Array.from({ length: 9 }, (_, n) => `ticket ${n}`);
  for (const title of titles) world.put('servicenow', { ...newIncident, short_description: title });
  await world.sync();
  const links = await world.store.transaction((tx) => tx.findLinks({ limit: 20 }));
  const bad = links[4];
  for (const row of world.desks.servicenow.rows('incident'))
    await world.edit('servicenow', row.id, { short_description: `${String(row.fields['short_description'])} changed` });
  await world.poll();

  const store: Store = {
    ...world.store,
    transaction: (work) =>
      world.store.transaction((tx) =>
        work({
          ...tx,
          updateLinks: async (rows) => {
            if (rows.some((link) => link.id === bad?.id)) throw new Error('value too long for type');
            return tx.updateLinks(rows);
          },
        }),
      ),
  };
  const jobs = await world.store.queue.takeBatch(20);
  const { totals } = await reconcile({ ...world.engine, store }, jobs);

  expect(jobs).toHaveLength(9);
  expect(totals.updated.salesforce).toBe(8);
  const aside = await world.store.transaction((tx) => tx.listQuarantine(10));
  expect(aside.map((row) => [row.key, row.reason])).toEqual([
    [`link:${bad?.id}`, { kind: 'record', message: 'value too long for type' }],
  ]);
  expect(await world.store.queue.depth()).toMatchObject({ waiting: 0, active: 0 });
});
