import { describe, expect, it } from 'vitest';
import { createRetention } from '../../src/engine/retention.ts';
import { createTicker } from '../../src/engine/ticker.ts';
import { conflictRow, historyRow } from '../support/builders.ts';
import { createWorld, newIncident, type World } from './world.ts';

const day = 86_400_000;
const year = { historyMs: 365 * day, conflictsMs: 365 * day };

const kept = async ({ store }: World): Promise<number> =>
  (await store.transaction((tx) => tx.historyOf('link-1', 100_000))).length;
const addHistory = ({ store, clock }: World, count: number): Promise<void> =>
  store.transaction((tx) =>
    tx.addHistory(Array.from({ length: count }, () => historyRow({ at: new Date(clock.now()).toISOString() }))),
  );

describe('what was carried', () => {
  it('is kept for its time by a service that runs, and removed after it, with a line that says so', async () => {
    const world = createWorld();
    const ticker = createTicker(world.engine, {
      tickMs: 10_000,
      idleMaxMs: 120_000,
      unlimitedCreates: false,
      keep: year,
      signal: new AbortController().signal,
    });
    await addHistory(world, 3);
    await world.store.transaction(async (tx) => {
      const at = new Date(world.clock.now()).toISOString();
      await tx.noteConflicts([
        conflictRow({ id: 'over', at, status: 'settled', settledAt: at }),
        conflictRow({ id: 'open', field: 'urgency', at }),
      ]);
    });
    await world.clock.advance(365 * day);
    await ticker.tick();
    expect(await kept(world)).toBe(3);
    await world.clock.advance(day / 24);
    await ticker.tick();
    expect(await kept(world)).toBe(0);
    expect(world.events.filter(({ type }) => type === 'store.pruned')).toEqual([
      { type: 'store.pruned', history: 3, runs: 0, conflicts: 1 },
    ]);
    const conflicts = await world.store.transaction((tx) => tx.listConflicts({ all: true, limit: 9 }));
    expect(conflicts.map(({ id }) => id)).toEqual(['open']);
  });

  it('goes batch after batch where much has gathered, and is looked at once an hour where nothing has', async () => {
    const world = createWorld();
    const retention = createRetention(world.engine, { ...year, atOnce: 2 });
    await addHistory(world, 3);
    await world.clock.advance(366 * day);
    await retention.step();
    expect(await kept(world)).toBe(1);
    await retention.step();
    expect(await kept(world)).toBe(0);
    let asked = 0;
    const counting = createRetention(
      {
        ...world.engine,
        store: { ...world.store, transaction: (work) => ((asked += 1), world.store.transaction(work)) },
      },
      year,
    );
    await counting.step();
    await counting.step();
    expect(asked).toBe(1);
    await world.clock.advance(3_600_000);
    await counting.step();
    expect(asked).toBe(2);
  });

  it('stays for ever where that is asked for, and what a ticket holds now is no history', async () => {
    const world = createWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    await addHistory(world, 2);
    await world.clock.advance(3000 * day);
    await createRetention(world.engine, { historyMs: 0, conflictsMs: year.conflictsMs }).step();
    expect(await kept(world)).toBe(2);
    await createRetention(world.engine, year).step();
    expect(await kept(world)).toBe(0);
    expect((await world.link()).bases.servicenow.fields['short_description']).toBe(newIncident['short_description']);
  });
});
