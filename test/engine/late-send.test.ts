import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/connectors/errors.ts';
import type { WriteResult } from '../../src/connectors/ticket-system.ts';
import { reconcile } from '../../src/engine/reconcile.ts';
import { createWorker } from '../../src/engine/worker.ts';
import type { Job } from '../../src/store/queue.ts';
import type { Store } from '../../src/store/store.ts';
import { runToEnd } from '../support/clock.ts';
import { createWorld, newIncident, type World } from './world.ts';

const secondsAgo = (world: World, at: string | undefined): number => (world.clock.now() - Date.parse(at ?? '')) / 1000;

/** Writes to Salesforce stand in line for minutes before they leave. */
function inLine(world: World, ms: number): World['engine'] {
  const desk = world.desks.salesforce;
  const create: typeof desk.create = async (requests) => {
    await world.clock.sleep(ms);
    return desk.create(requests);
  };
  const update: typeof desk.update = async (requests) => {
    await world.clock.sleep(ms);
    return desk.update(requests);
  };
  return { ...world.engine, systems: { ...world.engine.systems, salesforce: { ...desk, create, update } } };
}

describe('a write that stands in line for minutes', () => {
  it('is noted as sent when it may have been, not when it was decided', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    const link = await world.link();
    await world.edit('servicenow', incident.id, { urgency: '1' });
    world.put('servicenow', newIncident);
    await world.poll();
    const running = reconcile(inLine(world, 200_000), await world.store.queue.takeBatch(10));
    await world.clock.advance(190_000);
    const [pending] = await world.store.transaction((tx) => tx.pendingOf([link.id]));
    const [intent] = await world.store.transaction((tx) => tx.openIntents(10));
    expect(secondsAgo(world, pending?.sentAt)).toBeLessThanOrEqual(5);
    expect(secondsAgo(world, intent?.sentAt)).toBeLessThanOrEqual(5);

    await world.clock.advance(20_000);
    await running;
    expect(await world.store.transaction((tx) => tx.pendingOf([link.id]))).toEqual([]);
    expect(await world.store.transaction((tx) => tx.openIntents(10))).toEqual([]);
    expect(world.desks.salesforce.rows('Case')).toHaveLength(2);
    expect(world.clock.sleepers()).toBe(0);
  });

  it('leaves alone the notes of another worker who has its key by now', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    const link = await world.link();
    await world.edit('servicenow', incident.id, { urgency: '1' });
    await world.poll();
    const running = reconcile(inLine(world, 200_000), await world.store.queue.takeBatch(10));
    await world.clock.advance(1000);
    await world.store.queue.loseWorkers();
    await world.store.transaction((tx) => tx.clearPending([link.id]));
    await world.clock.advance(100_000);
    expect(await world.store.transaction((tx) => tx.pendingOf([link.id]))).toEqual([]);
    await world.clock.advance(200_000);
    await running;
  });
});

describe('a sending of several calls', () => {
  /** One call a ticket, 20 seconds each, as a desk of slow rules makes them. */
  function oneByOne(world: World): World['engine'] {
    const desk = world.desks.salesforce;
    const update: typeof desk.update = async (requests, sending) => {
      const results: WriteResult[] = [];
      for (const request of requests) {
        const sent = await desk.update([request], sending).catch((error: unknown): readonly WriteResult[] => {
          if (!(error instanceof ConnectorError)) throw error;
          return [{ kind: 'failed', error }];
        });
        results.push(...sent);
        if (sent[0]?.kind === 'written') await world.clock.sleep(20_000);
      }
      return results;
    };
    return { ...world.engine, systems: { ...world.engine.systems, salesforce: { ...desk, update } } };
  }

  async function sixEdits(): Promise<{ readonly world: World; readonly jobs: readonly Job[] }> {
    const world = createWorld();
    const incidents = Array.from({ length: 6 }, () => world.put('servicenow', newIncident));
    await world.sync();
    for (const { id } of incidents) await world.edit('servicenow', id, { short_description: 'Edited first' });
    await world.poll();
    return { world, jobs: await world.store.queue.takeBatch(10) };
  }
  const subjects = (world: World): readonly unknown[] =>
    world.desks.salesforce.rows('Case').map((row) => row.fields['Subject']);

  it('ends with the call under way when its keys went to another worker', async () => {
    const { world, jobs } = await sixEdits();
    const running = reconcile(oneByOne(world), jobs);
    await world.clock.advance(30_000);
    await world.store.queue.loseWorkers();
    await world.clock.advance(200_000);
    expect(await running).toMatchObject({ deferred: [], error: null });
    expect(subjects(world).filter((subject) => subject === 'Edited first')).toHaveLength(2);
    // Nothing comes in behind what the other worker writes.
    for (const { id } of world.desks.servicenow.rows('incident'))
      await world.edit('servicenow', id, { short_description: 'Edited since' });
    await world.sync();
    await world.clock.advance(world.engine.times.settle);
    await world.sync();
    expect(new Set(subjects(world))).toEqual(new Set(['Edited since']));
    expect(await world.store.transaction((tx) => tx.listConflicts({ all: true, limit: 5 }))).toEqual([]);
  });

  it('hands back at once, for this worker to decide anew, what is still its own', async () => {
    const { world, jobs } = await sixEdits();
    const worker = createWorker(oneByOne(world), { sideDown: 'wait', signal: new AbortController().signal });
    const running = worker.handle(jobs);
    await world.clock.advance(30_000);
    await world.store.queue.giveBack(jobs.slice(5));
    const startedAt = world.clock.now();
    await runToEnd(world.clock, running);
    // The last of them is the other worker's.
    expect(subjects(world).filter((subject) => subject === 'Edited first')).toHaveLength(5);
    expect(world.clock.now() - startedAt).toBeLessThan(100_000);
  });

  it('waits for nothing where it lost some of its keys before the first call', async () => {
    const { world, jobs } = await sixEdits();
    let stood = false;
    const store: Store = {
      ...world.store,
      transaction: async (work) => {
        let noted = false;
        const result = await world.store.transaction((tx) =>
          work({ ...tx, savePending: async (writes) => ((noted = true), tx.savePending(writes)) }),
        );
        if (noted && !stood) {
          stood = true;
          await world.clock.advance(30_000);
          await world.store.queue.giveBack(jobs.slice(4));
        }
        return result;
      },
    };
    const worker = createWorker({ ...world.engine, store }, { sideDown: 'wait', signal: new AbortController().signal });
    const startedAt = world.clock.now();
    await runToEnd(world.clock, worker.handle(jobs));
    expect(subjects(world).filter((subject) => subject === 'Edited first')).toHaveLength(4);
    expect(world.clock.now() - startedAt).toBeLessThan(40_000);
  });
});
