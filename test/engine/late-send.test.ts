import { describe, expect, it } from 'vitest';
import { reconcile } from '../../src/engine/reconcile.ts';
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
