import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/connectors/errors.ts';
import { formatKey, type Link } from '../../src/core/link.ts';
import type { Job } from '../../src/store/queue.ts';
import type { Store } from '../../src/store/store.ts';
import { createWorker } from '../../src/engine/worker.ts';
import { runToEnd } from '../support/clock.ts';
import { createWorld, newIncident, type World } from './world.ts';

/** Edits of twelve linked incidents, taken by one worker in one batch. */
async function twelveEdits(): Promise<{ readonly world: World; readonly jobs: readonly Job[] }> {
  const world = createWorld();
  for (let n = 0; n < 12; n += 1) world.put('servicenow', newIncident);
  await world.sync();
  for (const { id } of world.desks.servicenow.rows('incident'))
    await world.edit('servicenow', id, { short_description: `Edited ${id}` });
  await world.poll();
  return { world, jobs: await world.store.queue.takeBatch(100) };
}

type Desk = World['desks']['salesforce'];

/** Works the batch off, with some of the calls to Salesforce as `change` makes them; returns how many reads and writes that took. */
async function work(
  world: World,
  jobs: readonly Job[],
  change: (desk: Desk) => Partial<Desk>,
): Promise<{ readonly reads: number; readonly updates: number }> {
  const { salesforce } = world.desks;
  const changed = { ...salesforce, ...change(salesforce) };
  const counts = { reads: 0, updates: 0 };
  const counted: Desk = {
    ...changed,
    read: (...args) => {
      counts.reads += 1;
      return changed.read(...args);
    },
    update: (...args) => {
      counts.updates += 1;
      return changed.update(...args);
    },
  };
  const engine = { ...world.engine, systems: { ...world.engine.systems, salesforce: counted } };
  const worker = createWorker(engine, { sideDown: 'wait', signal: new AbortController().signal });
  await runToEnd(world.clock, worker.handle(jobs));
  return counts;
}

const titles = (world: World): readonly unknown[] =>
  world.desks.salesforce.rows('Case').map((row) => String(row.fields['Subject']).startsWith('Edited'));

describe('a worker that stood still while its batch was read', () => {
  it('leaves the keys that all went to another one, and reads none of them again', async () => {
    const { world, jobs } = await twelveEdits();
    const { reads, updates } = await work(world, jobs, (desk) => ({
      read: async (...args) => {
        const answer = await desk.read(...args);
        await world.store.queue.loseWorkers();
        return answer;
      },
    }));
    expect({ reads, updates }).toEqual({ reads: 1, updates: 0 });
    await world.sync();
    expect(new Set(titles(world))).toEqual(new Set([true]));
  });

  it('goes on with the keys that are still its own, in one more read', async () => {
    const { world, jobs } = await twelveEdits();
    const gone = jobs.slice(0, 5);
    const { reads, updates } = await work(world, jobs, (desk) => ({
      read: async (...args) => {
        const answer = await desk.read(...args);
        await world.store.queue.giveBack(gone);
        return answer;
      },
    }));
    expect({ reads, updates }).toEqual({ reads: 2, updates: 1 });
    expect(titles(world).filter(Boolean)).toHaveLength(7);
    await world.sync();
    expect(titles(world).filter(Boolean)).toHaveLength(12);
  });
});

describe('a worker whose keys went to another one while it wrote', () => {
  it('records what is still its own in one further transaction', async () => {
    const { world, jobs } = await twelveEdits();
    const gone = jobs.slice(0, 5);
    let transactions = 0;
    const { salesforce } = world.desks;
    const updating: Desk = {
      ...salesforce,
      update: async (...args) => {
        const answer = await salesforce.update(...args);
        await world.store.queue.giveBack(gone);
        transactions = 0;
        return answer;
      },
    };
    const store: Store = {
      ...world.store,
      transaction: (inside) => {
        transactions += 1;
        return world.store.transaction(inside);
      },
    };
    const engine = { ...world.engine, store, systems: { ...world.engine.systems, salesforce: updating } };
    const worker = createWorker(engine, { sideDown: 'wait', signal: new AbortController().signal });
    await runToEnd(world.clock, worker.handle(jobs));
    expect(transactions).toBe(2);
    const active = await world.store.transaction((tx) => tx.activeKeys(jobs.map(({ key }) => key)));
    expect(active).toEqual(new Set());
    expect(world.store.queue.keys()).toEqual(new Set(gone.map(({ key }) => formatKey(key))));
    // They were written: the next look finds its notes, and writes nothing again.
    const writes = world.writes();
    await world.clock.advance(world.engine.times.settle);
    await world.sync();
    expect(world.writes()).toBe(writes);
    expect(titles(world).filter(Boolean)).toHaveLength(12);
  });

  it('records nothing of a ticket that one side could not serve: the other worker has read it since', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    await world.edit('servicenow', incident.id, { short_description: 'Edited at home' });
    await world.edit('salesforce', world.twin('salesforce').id, { Priority: 'High' });
    await world.poll();
    const jobs = await world.store.queue.takeBatch(10);
    const { servicenow } = world.desks;
    let left: Link | null = null;
    const standing: Desk = {
      ...servicenow,
      update: async (requests) => {
        if (left !== null) return servicenow.update(requests);
        await world.store.queue.loseWorkers();
        await world.clock.advance(world.engine.times.settle);
        await world.edit('salesforce', world.twin('salesforce').id, { Subject: 'Said otherwise since' });
        await world.sync();
        left = await world.link();
        const error = new ConnectorError('Unavailable', { side: 'servicenow', executed: 'no', cause: 'busy' });
        return requests.map(() => ({ kind: 'failed', error }));
      },
    };
    const engine = { ...world.engine, systems: { ...world.engine.systems, servicenow: standing } };
    const worker = createWorker(engine, { sideDown: 'wait', signal: new AbortController().signal });
    await runToEnd(world.clock, worker.handle(jobs));
    expect(left).toMatchObject({ bases: { salesforce: { fields: { Subject: 'Said otherwise since' } } } });
    expect(await world.link()).toEqual(left);
  });
});
