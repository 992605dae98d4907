import { describe, expect, it } from 'vitest';
import type { TicketSystem } from '../../src/connectors/ticket-system.ts';
import type { Fields } from '../../src/core/record.ts';
import { bothSides, type Side, sides } from '../../src/core/side.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { reconcile } from '../../src/engine/reconcile.ts';
import { newRound, nextPageAt, sweepDuty, sweepingOf, type Sweeping } from '../../src/engine/sweep/round.ts';
import { createSweep } from '../../src/engine/sweep/sweep.ts';
import { createWorld, newIncident, type World } from './world.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** A world in which automation changes fields and leaves no trace: the version stays as it was. */
function quietWorld() {
  const world = createWorld();
  const silent = new Map<string, Fields>();
  const reads: Record<Side, number[]> = { servicenow: [], salesforce: [] };
  const systems = bothSides((side): TicketSystem => {
    const desk = world.desks[side];
    return {
      ...desk,
      read: async (object, ids, fields, children) => {
        reads[side].push(ids.length);
        return (await desk.read(object, ids, fields, children)).map((result) => {
          const over = result.kind === 'found' ? silent.get(result.record.id) : undefined;
          if (result.kind !== 'found' || over === undefined) return result;
          return { ...result, record: { ...result.record, fields: { ...result.record.fields, ...over } } };
        });
      },
    };
  });
  const engine: Engine = { ...world.engine, systems };
  /** The keys that wait. */
  const queued = async (): Promise<number> => (await world.store.queue.depth()).waiting;
  return { world: { ...world, engine }, engine, silent, reads, queued };
}

async function standOf({ store }: World): Promise<Sweeping> {
  const state = await store.leases?.look(sweepDuty);
  return sweepingOf(state ?? {});
}

/** Works off the queue with these engine parts. */
async function workWith(engine: Engine, world: World): Promise<void> {
  for (;;) {
    const jobs = await world.store.queue.takeBatch(200);
    if (jobs.length === 0) return;
    await reconcile(engine, jobs);
  }
}

describe('a field that automation changes without moving the stamp', () => {
  it.each([
    ['servicenow', { urgency: '1' }, 'salesforce', 'Priority', 'High'],
    ['salesforce', { Priority: 'High' }, 'servicenow', 'urgency', '1'],
  ] as const)('of %s is found within a day, and carried', async (side, change, across, field, value) => {
    const { world, engine, silent, queued } = quietWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    const sweep = createSweep(engine, { roundMs: day });
    await sweep.step();
    silent.set((await world.link()).ids[side], change);
    await world.sync();
    expect(world.twin(across).fields[field]).not.toBe(value);

    await world.clock.advance(day);
    await sweep.step();
    expect(await queued()).toBe(1);
    expect(world.writes()).toBe(1);
    await workWith(engine, world);
    expect(world.twin(across).fields[field]).toBe(value);
    expect(world.events).toContainEqual({ type: 'sweep.page', links: 1, drift: 1 });
    expect((await standOf(world)).last).toMatchObject({ links: 1, drift: 1 });

    await world.clock.advance(day);
    await sweep.step();
    expect(await queued()).toBe(0);
    expect((await standOf(world)).last).toMatchObject({ links: 1, drift: 0 });
  });

  it('is left to the poll where a stamp tells of it as well', async () => {
    const { world, engine, queued } = quietWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    const sweep = createSweep(engine, { roundMs: day });
    await sweep.step();
    await world.clock.advance(day);
    await world.poll();
    await world.edit('servicenow', incident.id, { urgency: '1' });
    await sweep.step();
    expect(await queued()).toBe(0);
  });

  it('is not looked for in a pair that stands still', async () => {
    const { world, engine, reads } = quietWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    const sweep = createSweep(engine, { roundMs: day });
    await sweep.step();
    const before = bothSides((side) => reads[side].length);
    const at = new Date(world.clock.now()).toISOString();
    await world.store.transaction((tx) =>
      tx.pausePair({ pair: engine.pairs[0]?.name ?? '', reason: 'person', detail: {}, at }),
    );
    await world.clock.advance(day);
    await sweep.step();
    expect(bothSides((side) => reads[side].length)).toEqual(before);
    expect((await standOf(world)).last).toMatchObject({ links: 0 });
  });

  it('waits while few of the calls are left for today', async () => {
    const { world, engine, reads } = quietWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    let ours = 490;
    const salesforce = { ...engine.systems.salesforce, allowance: () => ({ used: 0, limit: 1000, share: 0.5, ours }) };
    const sweep = createSweep({ ...engine, systems: { ...engine.systems, salesforce } }, { roundMs: day });
    ours = 0;
    await sweep.step();
    ours = 490;
    await world.clock.advance(day);
    const before = reads.salesforce.length;
    await sweep.step();
    await world.clock.advance(hour);
    await sweep.step();
    expect(reads.salesforce.length).toBe(before);
    expect(world.events.filter(({ type }) => type === 'run.waits')).toHaveLength(1);
    ours = 10;
    await world.clock.advance(hour);
    await sweep.step();
    expect(reads.salesforce.length).toBe(before + 1);
  });
});

describe('a sweep over many links', () => {
  /** 2,500 linked pairs of one incident and one Case each, as far as the store knows. */
  async function manyLinks(world: World): Promise<void> {
    world.put('servicenow', newIncident);
    await world.sync();
    const one = await world.link();
    const more = Array.from({ length: 2499 }, (_, n) => ({
      ...one,
      id: `${one.id}-${String(n).padStart(4, '0')}`,
      ids: { servicenow: `${one.ids.servicenow}${n}`, salesforce: `${one.ids.salesforce}${n}` },
    }));
    await world.store.transaction((tx) => tx.insertLinks(more));
  }

  it('reads a thousand a call, spread over its round, and goes on where a killed one stopped', async () => {
    const { world, engine, reads } = quietWorld();
    await manyLinks(world);
    const first = createSweep(engine, { roundMs: day });
    await first.step();
    for (const side of sides) reads[side].length = 0;
    await world.clock.advance(day / 3);
    await first.step();
    // Not yet: the second page is due at two thirds.
    await first.step();
    expect(reads.salesforce).toEqual([1000]);

    // That process is gone; another one starts.
    const second = createSweep({ ...engine, runId: 'run-2' }, { roundMs: day });
    await second.step();
    expect(reads.salesforce).toEqual([1000]);
    await world.clock.advance(day / 3);
    await second.step();
    await world.clock.advance(day / 3);
    await second.step();
    expect(reads).toEqual({ servicenow: [1000, 1000, 500], salesforce: [1000, 1000, 500] });
    expect((await standOf(world)).last).toMatchObject({ links: 2500 });
  });

  it('is killed in the middle of a page: the page is read again, by whoever comes next', async () => {
    const { world, engine, reads } = quietWorld();
    await manyLinks(world);
    await createSweep(engine, { roundMs: day }).step();
    await world.clock.advance(day / 3);
    const never = new Promise<never>(() => undefined);
    const hanging = { ...engine.systems.salesforce, read: () => never };
    void createSweep({ ...engine, systems: { ...engine.systems, salesforce: hanging } }, { roundMs: day }).step();
    await world.clock.advance(60_000);
    const next = createSweep({ ...engine, runId: 'run-2' }, { roundMs: day });
    reads.salesforce.length = 0;
    await next.step();
    expect(reads.salesforce).toEqual([]);
    await world.clock.advance(10 * 60_000);
    await next.step();
    expect(reads.salesforce).toEqual([1000]);
    expect((await standOf(world)).round?.links).toBe(1000);
  });

  it('is done once by two replicas', async () => {
    const { world, engine, reads } = quietWorld();
    await manyLinks(world);
    const replicas = ['a', 'b'].map((runId) => createSweep({ ...engine, runId }, { roundMs: day }));
    for (const side of sides) reads[side].length = 0;
    for (let at = 0; at <= day; at += day / 48) {
      await Promise.all(replicas.map((replica) => replica.step()));
      await world.clock.advance(day / 48);
    }
    expect(reads.salesforce).toEqual([1000, 1000, 500]);
  });

  it('asks nothing of the desks where it is switched off', async () => {
    const { world, engine, reads } = quietWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    const before = reads.servicenow.length;
    const sweep = createSweep(engine, { roundMs: 0 });
    for (let days = 0; days < 3; days += 1) {
      await sweep.step();
      await world.clock.advance(day);
    }
    expect(reads.servicenow.length).toBe(before);
    expect((await standOf(world)).round).toBeNull();
  });
});

describe('the next page', () => {
  it('is due when its part of the round is over, and is not put off by a clock that was far ahead', () => {
    const round = newRound(0, 4000);
    expect(nextPageAt(round, day, 0)).toBe(6 * hour);
    expect(nextPageAt({ ...round, pageAt: new Date(9 * day).toISOString() }, day, hour)).toBe(hour);
  });
});
