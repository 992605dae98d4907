import { describe, expect, it } from 'vitest';
import { enqueueDue } from '../../src/engine/due.ts';
import { reconcile } from '../../src/engine/reconcile.ts';
import { formatKey } from '../../src/core/link.ts';
import { createWorld, newIncident, type World } from './world.ts';

/** An update whose answer was lost and that never arrived. */
async function losesAnAnswer(world: World): Promise<void> {
  const incident = world.put('servicenow', newIncident);
  await world.sync();
  world.desks.salesforce.faults.add({ method: 'update', error: 'Unavailable', executed: 'maybe', times: 1 });
  await world.edit('servicenow', incident.id, { urgency: '1' });
  await world.sync();
  expect(await world.link()).toMatchObject({ status: 'pending' });
}

/** Works off what is due, a few times at one moment: what is due again at once would never end. */
async function comesToRest(world: World): Promise<boolean> {
  const take = () => world.store.queue.takeBatch(50);
  for (let rounds = 0; rounds < 5; rounds += 1) {
    if ((await enqueueDue(world.engine)).queued === 0) return true;
    for (let jobs = await take(); jobs.length > 0; jobs = await take()) await reconcile(world.engine, jobs);
  }
  return false;
}

const quarantine = (world: World) => world.store.transaction((tx) => tx.listQuarantine(10));

describe('what is due comes to rest', () => {
  it('when a write in doubt belongs to a record that does not come back', async () => {
    const world = createWorld();
    await losesAnAnswer(world);
    world.desks.salesforce.hide('Case', world.twin('salesforce').id, true);
    await world.clock.advance(80_000);
    expect(await comesToRest(world)).toBe(true);
    expect(await quarantine(world)).toMatchObject([{ attempts: 1 }]);
  });

  it('when a link with a write in doubt was unlinked', async () => {
    const world = createWorld();
    await losesAnAnswer(world);
    const link = await world.link();
    await world.store.transaction((tx) => tx.setLinkStatus([link.id], 'detached'));
    await world.clock.advance(80_000);
    expect(await comesToRest(world)).toBe(true);
  });

  it('when the pair of a write in doubt is gone from the mapping file, and its note is kept', async () => {
    const world = createWorld();
    await losesAnAnswer(world);
    const link = await world.link();
    await world.clock.advance(80_000);
    const without: World = { ...world, engine: { ...world.engine, pairs: [] } };
    expect(await comesToRest(without)).toBe(true);
    expect(await world.store.transaction((tx) => tx.pendingOf([link.id]))).toHaveLength(1);
    await world.sync();
    expect(world.twin('salesforce').fields['Priority']).toBe('High');
  });

  it('when the pair of a create in doubt is gone from the mapping file', async () => {
    const world = createWorld();
    world.desks.salesforce.faults.add({ method: 'create', error: 'Unavailable', executed: 'maybe', times: 1 });
    world.put('servicenow', newIncident);
    await world.sync();
    await world.clock.advance(80_000);
    expect(await comesToRest({ ...world, engine: { ...world.engine, pairs: [] } })).toBe(true);
    expect(await world.store.transaction((tx) => tx.openIntents(10))).toHaveLength(1);
  });

  it('when a record of a pair that is gone was set aside', async () => {
    const world = createWorld();
    world.desks.salesforce.faults.add({ method: 'create', error: 'Rejected', times: 1 });
    world.put('servicenow', newIncident);
    await world.sync();
    await world.clock.advance(10_000);
    expect(await comesToRest({ ...world, engine: { ...world.engine, pairs: [] } })).toBe(true);
    expect(await quarantine(world)).toHaveLength(1);
  });

  it('when a record was set aside under its own key and linked under another', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    const link = await world.link();
    const key = formatKey({ kind: 'new', pair: link.pair, side: 'servicenow', id: incident.id });
    const at = new Date(world.clock.now()).toISOString();
    await world.store.transaction((tx) =>
      tx.saveQuarantine([
        {
          key,
          pair: link.pair,
          ids: { servicenow: incident.id, salesforce: null },
          numbers: { servicenow: null, salesforce: null },
          reason: { kind: 'record', message: 'one of the records is linked already' },
          attempts: 1,
          firstAt: at,
          nextAt: at,
        },
      ]),
    );
    expect(await comesToRest(world)).toBe(true);
    expect(await quarantine(world)).toEqual([]);
  });
});
