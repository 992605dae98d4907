import { describe, expect, it } from 'vitest';
import { sides } from '../../src/core/side.ts';
import { enqueueDue } from '../../src/engine/due.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { poll } from '../../src/engine/poll.ts';
import { reconcile } from '../../src/engine/reconcile.ts';
import { createMemoryStore, type MemoryStore } from '../../src/store/memory.ts';
import { seededIds } from '../support/random.ts';
import { createWorld, newCase, newIncident, objects, type World } from './world.ts';

/** A service of its own on the same two desks: it knows nothing of the other's database. */
function another(world: World): { readonly store: MemoryStore; sync(): Promise<void> } {
  const store = createMemoryStore({ clock: world.clock, ids: seededIds(11) });
  const engine: Engine = { ...world.engine, store, ids: seededIds(12), runId: 'run-of-the-other' };
  return {
    store,
    sync: async () => {
      await world.clock.advance(10_000);
      for (const pair of engine.pairs)
        for (const side of sides) await poll(engine, pair, side, { unlimitedCreates: false });
      for (let rounds = 0; rounds < 20; rounds += 1) {
        const jobs = await store.queue.takeBatch(200);
        if (jobs.length > 0) await reconcile(engine, jobs);
        else if ((await enqueueDue(engine)).queued === 0) return;
      }
      throw new Error('the queue does not come to rest');
    },
  };
}

const rows = ({ desks }: World): readonly number[] => sides.map((side) => desks[side].rows(objects[side]).length);

describe('two services on two databases, on one pair of desks by mistake', () => {
  it('make each ticket once, agree about every field, and come to rest', async () => {
    const world = createWorld({ comments: {} });
    const other = another(world);
    const incident = world.put('servicenow', newIncident);
    const born = world.put('salesforce', newCase);
    await world.sync();
    await other.sync();
    expect(rows(world)).toEqual([2, 2]);
    const links = await other.store.transaction((tx) => tx.findLinks({ limit: 9 }));
    expect(links.map(({ ids }) => ids)).toEqual(
      expect.arrayContaining((await world.store.transaction((tx) => tx.findLinks({ limit: 9 }))).map(({ ids }) => ids)),
    );

    await world.edit('servicenow', incident.id, { short_description: 'Printer is out', urgency: '1' });
    await other.sync();
    await world.sync();
    await world.edit('salesforce', born.id, { Subject: 'No dial tone at all' });
    for (let round = 0; round < 3; round += 1) {
      await world.sync();
      await other.sync();
    }
    const writes = world.writes();
    for (let round = 0; round < 3; round += 1) {
      await world.sync();
      await other.sync();
    }
    expect(world.writes()).toBe(writes);
    expect(rows(world)).toEqual([2, 2]);
    const titles = sides.map((side) =>
      world.desks[side].rows(objects[side]).map(({ fields }) => fields['short_description'] ?? fields['Subject']),
    );
    for (const side of titles) expect(new Set(side)).toEqual(new Set(['Printer is out', 'No dial tone at all']));
  });

  it('carry a comment once', async () => {
    const world = createWorld({ comments: {} });
    const other = another(world);
    world.put('servicenow', newIncident);
    await world.sync();
    await other.sync();
    const id = world.twin('servicenow').id;
    world.desks.servicenow.comments.say('incident', id, { text: 'It burns.', channel: 'public', author: 'Abel Tuter' });
    for (let round = 0; round < 4; round += 1) {
      await world.sync();
      await other.sync();
    }
    const across = world.desks.salesforce.comments.all('Case', world.twin('salesforce').id);
    expect(across).toHaveLength(1);
    expect(world.desks.servicenow.comments.all('incident', id)).toHaveLength(1);
  });
});
