import { describe, expect, it } from 'vitest';
import type { Allowance } from '../../src/connectors/ticket-system.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { shareLeft, startPace, stretched, stretchOf } from '../../src/engine/pace.ts';
import { resync } from '../../src/engine/resync.ts';
import { createTicker } from '../../src/engine/ticker.ts';
import { verify } from '../../src/engine/verify.ts';
import { runToEnd } from '../support/clock.ts';
import { createWorld, newCase } from './world.ts';

const org: Allowance = { used: 0, limit: 1000, share: 0.5, ours: 0 };

/** A world whose org tells of its calls; `set` changes what it tells. */
function worldWith(first: Partial<Allowance>) {
  const world = createWorld();
  let now = { ...org, ...first };
  const salesforce = { ...world.desks.salesforce, allowance: () => now };
  const engine: Engine = { ...world.engine, systems: { ...world.engine.systems, salesforce } };
  return { world, engine, set: (next: Partial<Allowance>) => (now = { ...org, ...next }) };
}

describe('what is left of our share of the day', () => {
  it.each([
    ['nothing told', null, 1],
    ['nothing used', {}, 1],
    ['half of our share used', { ours: 250 }, 0.5],
    ['all of it', { ours: 500 }, 0],
    ['more than all of it', { ours: 700 }, 0],
    ['others using most of the org', { used: 850 }, 0.2],
    ['others using more than they leave us', { used: 990 }, 0],
  ] as const)('%s', (_name, part, left) => {
    expect(shareLeft(part === null ? null : { ...org, ...part })).toBeCloseTo(left);
  });

  it('stretches the gap between polls, also after a change', () => {
    expect([1, 0.26, 0.24, 0.11, 0.09, 0].map(stretchOf)).toEqual([1, 1, 2, 2, 6, 6]);
    const after = stretched(startPace(1_000_000), 1_000_000, 10_000, 6);
    expect(after).toMatchObject({ gapMs: 60_000, nextAt: 1_055_000 });
    expect(stretched(startPace(5), 5, 10_000, 1)).toEqual(startPace(5));
  });
});

describe('polls, while few calls are left', () => {
  it('come more seldom, say so once, and come as before when there are enough again', async () => {
    const { world, engine, set } = worldWith({ ours: 470 });
    const told: unknown[] = [];
    const emit: Engine['emit'] = (event) => void (event.type === 'pace.changed' && told.push(event));
    const never = new AbortController().signal;
    const ticker = createTicker(
      { ...engine, emit },
      { tickMs: 10_000, idleMaxMs: 10_000, unlimitedCreates: false, signal: never },
    );
    const tenMinutes = async (): Promise<number> => {
      const before = world.desks.salesforce.calls();
      for (let ticks = 0; ticks < 60; ticks += 1) {
        await ticker.tick();
        await world.clock.advance(10_000);
      }
      return world.desks.salesforce.calls() - before;
    };
    expect(await tenMinutes()).toBeLessThanOrEqual(11);
    expect(world.desks.servicenow.calls()).toBe(60);
    set({ ours: 100 });
    await tenMinutes();
    expect(await tenMinutes()).toBe(60);
    expect(told).toEqual([
      { type: 'pace.changed', side: 'salesforce', times: 6, left: 0.06 },
      { type: 'pace.changed', side: 'salesforce', times: 1, left: 0.8 },
    ]);
  });
});

describe('runs that look at everything, while few calls are left', () => {
  it('wait until there are enough again, and say so', async () => {
    const { world, engine, set } = worldWith({ ours: 400 });
    world.put('salesforce', newCase);
    const stop = new AbortController().signal;
    const run = resync(engine, { dryRun: false, signal: stop });
    await world.clock.advance(300_000);
    expect(world.desks.salesforce.calls()).toBe(0);
    expect(world.events.filter(({ type }) => type === 'run.waits')).toEqual([
      { type: 'run.waits', run: 'resync', side: 'salesforce', left: 0.2 },
    ]);
    set({ ours: 300 });
    expect(await runToEnd(world.clock, run)).toMatchObject({ created: { servicenow: 1 }, stopped: false });
  });

  it('let one page through now and then, so that its answer says how it stands', async () => {
    const { world, engine } = worldWith({ ours: 400 });
    world.put('salesforce', newCase);
    await world.sync();
    const before = world.desks.salesforce.calls();
    const run = verify(engine, {});
    await world.clock.advance(899_000);
    expect(world.desks.salesforce.calls()).toBe(before);
    expect(await runToEnd(world.clock, run)).toMatchObject({ links: 1, drift: [] });
  });

  it('stop while they wait, when they are told to', async () => {
    const { world, engine } = worldWith({ ours: 500 });
    const stop = new AbortController();
    const run = resync(engine, { dryRun: false, signal: stop.signal });
    await world.clock.advance(60_000);
    stop.abort(new Error('enough'));
    expect(await runToEnd(world.clock, run)).toMatchObject({ stopped: true, polled: { salesforce: 0 } });
  });
});

describe('a resync', () => {
  it('asks by id for no ticket that its walk has just met, and for the one that it has not', async () => {
    const world = createWorld();
    for (let n = 0; n < 3; n += 1) world.put('salesforce', { ...newCase, Subject: `Case ${n}` });
    await world.sync();
    const asked: string[] = [];
    const record = (side: 'servicenow' | 'salesforce') => ({
      ...world.desks[side],
      read: (...args: Parameters<(typeof world.desks)[typeof side]['read']>) => {
        asked.push(...args[1]);
        return world.desks[side].read(...args);
      },
    });
    const systems = { servicenow: record('servicenow'), salesforce: record('salesforce') };
    const look = () => resync({ ...world.engine, systems }, { dryRun: true, signal: new AbortController().signal });
    await runToEnd(world.clock, look());
    expect(asked).toEqual([]);
    const [hidden] = world.desks.servicenow.rows('incident');
    world.desks.servicenow.hide('incident', hidden?.id ?? '', true);
    await runToEnd(world.clock, look());
    expect(asked).toContain(hidden?.id);
    expect(new Set(asked).size).toBeLessThanOrEqual(2);
  });
});
