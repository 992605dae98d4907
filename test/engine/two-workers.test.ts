import { describe, expect, it } from 'vitest';
import { reconcile } from '../../src/engine/reconcile.ts';
import { createWorker } from '../../src/engine/worker.ts';
import { runToEnd } from '../support/clock.ts';
import { createWorld, newCase, newIncident } from './world.ts';

describe('a worker that stood still until another one had its keys', () => {
  it('writes nothing any more, and the later edit that the other carried over stands', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    await world.edit('servicenow', incident.id, { urgency: '1' });
    await world.poll();
    const jobs = await world.store.queue.takeBatch(10);

    // It stands still between its reads and its note; meanwhile its key is worked on elsewhere.
    let meanwhile = true;
    const desk = world.desks.salesforce;
    const still = {
      ...desk,
      read: async (...args: Parameters<typeof desk.read>) => {
        const answer = await desk.read(...args);
        if (meanwhile) {
          meanwhile = false;
          await world.store.queue.loseWorkers();
          await world.edit('servicenow', incident.id, { urgency: '3' });
          await world.sync();
        }
        return answer;
      },
    };
    const engine = { ...world.engine, systems: { ...world.engine.systems, salesforce: still } };
    const worker = createWorker(engine, { sideDown: 'wait', signal: new AbortController().signal });
    await runToEnd(world.clock, worker.handle(jobs));
    expect(world.twin('salesforce').fields['Priority']).toBe('Low');
    await world.sync();
    expect(world.twin('servicenow').fields['urgency']).toBe('3');
    expect(world.twin('salesforce').fields['Priority']).toBe('Low');
  });
});

describe('unlinking while the pair is being worked on', () => {
  it('stays unlinked', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    const link = await world.link();
    await world.edit('servicenow', incident.id, { urgency: '1' });
    await world.poll();
    const jobs = await world.store.queue.takeBatch(10);
    const desk = world.desks.salesforce;
    const unlinking = {
      ...desk,
      update: async (...args: Parameters<typeof desk.update>) => {
        await world.store.transaction((tx) => tx.setLinkStatus([link.id], 'detached'));
        return desk.update(...args);
      },
    };
    await reconcile({ ...world.engine, systems: { ...world.engine.systems, salesforce: unlinking } }, jobs);
    expect(await world.link()).toMatchObject({ status: 'detached' });
  });
});

describe('the row that proves we see anything', () => {
  it('is not one of those that were archived years ago', async () => {
    const world = createWorld();
    for (let n = 0; n < 25; n += 1) world.put('servicenow', newIncident);
    await world.sync();
    for (const row of world.desks.salesforce.rows('Case').slice(0, 20)) {
      const link = await world.store.transaction((tx) => tx.findLinks({ search: row.id, limit: 1 }));
      if (link[0] !== undefined) world.desks.salesforce.hide('Case', row.id, true);
    }
    for (let n = 0; n < 25; n += 1) world.put('servicenow', newIncident);
    await world.sync();
    expect(world.events.filter((event) => event.type === 'record.quarantined')).toEqual([]);
    world.put('salesforce', newCase);
    await world.sync();
    expect(world.desks.salesforce.rows('Case')).toHaveLength(51);
  });
});
