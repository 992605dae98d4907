import { expect, it } from 'vitest';
import { reconcile } from '../../src/engine/reconcile.ts';
import { createWorld, newCase, objects, type World } from './world.ts';

const gone = 6;

/** Twenty pairs, of which six Cases were deleted: their keys are split among two replicas. */
async function twoReplicas(life: {
  readonly deleted: 'ignore' | 'detach';
  readonly maxPerRun: number;
}): Promise<World> {
  const world = createWorld({ life }, { tellsDeleted: true });
  for (let no = 0; no < 20; no += 1) world.put('salesforce', { ...newCase, Subject: `No. ${no}` });
  await world.sync();
  const links = (await world.store.transaction((tx) => tx.findLinks({ limit: 100 }))).slice(0, gone);
  for (const link of links) world.desks.salesforce.remove(objects.salesforce, link.ids.salesforce);
  await world.store.transaction((tx) => tx.enqueue(links.map(({ id }) => ({ kind: 'link', linkId: id }))));
  const first = await world.store.queue.takeBatch(gone / 2);
  const second = await world.store.queue.takeBatch(gone / 2);
  await Promise.all([reconcile(world.engine, first), reconcile(world.engine, second)]);
  return world;
}

const detached = async (world: World): Promise<number> =>
  (await world.store.transaction((tx) => tx.findLinks({ limit: 100 }))).filter(({ status }) => status === 'detached')
    .length;

it.each(['ignore', 'detach'] as const)(
  'counts what two replicas are about to end at the same moment, under `%s`',
  async (deleted) => {
    const world = await twoReplicas({ deleted, maxPerRun: 4 });
    expect(await detached(world)).toBe(3);
    expect(await world.store.transaction((tx) => tx.pauses())).toMatchObject([
      { reason: 'too-many-deletes', detail: { found: 6, limit: 4 } },
    ]);
  },
);

it('lets two replicas end what is few enough together', async () => {
  const world = await twoReplicas({ deleted: 'detach', maxPerRun: 6 });
  expect(await detached(world)).toBe(6);
  expect(await world.store.transaction((tx) => tx.pauses())).toEqual([]);
});
