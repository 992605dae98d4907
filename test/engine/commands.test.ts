import { describe, expect, it } from 'vitest';
import { planAll } from '../../src/engine/dry-run.ts';
import { resync } from '../../src/engine/resync.ts';
import { syncOnce } from '../../src/engine/sync-once.ts';
import { createTicker } from '../../src/engine/ticker.ts';
import { verify } from '../../src/engine/verify.ts';
import { createWorker } from '../../src/engine/worker.ts';
import { runToEnd } from '../support/clock.ts';
import { createWorld, newCase, newIncident } from './world.ts';

const never = new AbortController().signal;

describe('sync --once', () => {
  it('polls, works until nothing is left, and counts', async () => {
    const world = createWorld();
    world.put('servicenow', newIncident);
    world.put('salesforce', newCase);
    const summary = await runToEnd(world.clock, syncOnce(world.engine, { unlimitedCreates: false, signal: never }));
    expect(summary).toMatchObject({
      polled: { servicenow: 1, salesforce: 1 },
      created: { servicenow: 1, salesforce: 1 },
      conflicts: 0,
      quarantined: 0,
      paused: [],
    });
    const again = await runToEnd(world.clock, syncOnce(world.engine, { unlimitedCreates: false, signal: never }));
    expect(again).toMatchObject({
      created: { servicenow: 0, salesforce: 0 },
      updated: { servicenow: 0, salesforce: 0 },
    });
  });

  it('gives up on a side that locks us out, and the key stays queued', async () => {
    const world = createWorld();
    world.put('servicenow', newIncident);
    world.desks.salesforce.faults.add({
      method: 'create',
      whole: true,
      error: 'Unauthorized',
      cause: 'wrong-secret',
      times: 1,
    });
    const run = runToEnd(world.clock, syncOnce(world.engine, { unlimitedCreates: false, signal: never }));
    await expect(run).rejects.toMatchObject({ kind: 'Unauthorized' });
    expect(await world.store.queue.depth()).toMatchObject({ waiting: 1 });
  });
});

describe('plan', () => {
  it('says what a sync would do and does nothing', async () => {
    const world = createWorld();
    world.put('servicenow', newIncident);
    const planned = await planAll(world.engine, {});
    expect(planned).toMatchObject([{ decision: { kind: 'plan', plan: { kind: 'create', on: 'salesforce' } } }]);
    expect(world.writes()).toBe(0);
    expect(await world.store.queue.depth()).toEqual({ waiting: 0, active: 0 });
  });
});

describe('verify', () => {
  it('finds the field on which the sides differ, and a record that is gone', async () => {
    const world = createWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    expect(await verify(world.engine, {})).toEqual({ links: 1, drift: [] });
    await world.edit('salesforce', world.twin('salesforce').id, { Priority: 'Low' });
    expect(await verify(world.engine, {})).toMatchObject({
      drift: [{ kind: 'field', field: 'urgency', values: { servicenow: '2', salesforce: 'Low' } }],
    });
    world.desks.salesforce.remove('Case', world.twin('salesforce').id);
    expect(await verify(world.engine, {})).toMatchObject({
      drift: [{ kind: 'missing', side: 'salesforce', how: 'deleted' }],
    });
  });
});

describe('resync', () => {
  it('repairs an edit that no poll will ever see', async () => {
    const world = createWorld();
    for (let n = 0; n < 120; n += 1) world.put('servicenow', newIncident);
    await world.sync();
    const [row] = world.desks.salesforce.rows('Case');
    if (row === undefined) throw new Error('no Case');
    await world.edit('salesforce', row.id, { Priority: 'Low' });
    await world.clock.advance(3_600_000);
    const passed = await world.store.transaction((tx) => tx.cursor('incident-case', 'salesforce'));
    if (passed === null) throw new Error('no cursor');
    const now = new Date(world.clock.now()).toISOString();
    await world.store.transaction((tx) =>
      tx.saveCursor({
        ...passed,
        at: { stamp: now, id: '' },
        deepAt: now,
        completeAt: now,
        version: passed.version + 1,
      }),
    );
    await world.sync();
    expect((await verify(world.engine, {})).drift).toHaveLength(1);

    const dry = await runToEnd(world.clock, resync(world.engine, { dryRun: true, signal: never }));
    expect(dry.planned).toHaveLength(1);
    expect((await verify(world.engine, {})).drift).toHaveLength(1);

    const done = await runToEnd(world.clock, resync(world.engine, { dryRun: false, signal: never }));
    expect(done).toMatchObject({
      polled: { servicenow: 120, salesforce: 120 },
      updated: { servicenow: 1, salesforce: 0 },
      stopped: false,
    });
    expect((await verify(world.engine, {})).drift).toEqual([]);
  });

  it('that was stopped goes on where it stopped', async () => {
    const world = createWorld();
    for (let n = 0; n < 120; n += 1) world.put('servicenow', newIncident);
    await world.sync();
    const stop = new AbortController();
    let pages = 0;
    const engine = {
      ...world.engine,
      emit: (event: { readonly type: string }) => {
        if (event.type === 'resync.page' && (pages += 1) === 2) stop.abort();
      },
    };
    const first = await runToEnd(world.clock, resync(engine, { dryRun: false, signal: stop.signal }));
    expect(first).toMatchObject({ stopped: true, polled: { servicenow: 100, salesforce: 0 } });
    const second = await runToEnd(world.clock, resync(world.engine, { dryRun: false, signal: never }));
    expect(second).toMatchObject({ resumed: true, runId: first.runId, polled: { servicenow: 20, salesforce: 120 } });
  });
});

describe('the ticker', () => {
  it('polls a quiet side ever more seldom, and at once again after a change', async () => {
    const world = createWorld();
    const ticker = createTicker(world.engine, {
      tickMs: 10_000,
      idleMaxMs: 120_000,
      unlimitedCreates: false,
      signal: never,
    });
    const minutes = async (count: number): Promise<number> => {
      const before = world.desks.servicenow.calls();
      for (let ticks = 0; ticks < count * 6; ticks += 1) {
        await ticker.tick();
        await world.clock.advance(10_000);
      }
      return world.desks.servicenow.calls() - before;
    };
    expect(await minutes(1)).toBe(6);
    await minutes(10);
    expect(await minutes(10)).toBeLessThanOrEqual(6);
    world.put('servicenow', newIncident);
    await minutes(2);
    expect(await minutes(1)).toBeGreaterThanOrEqual(1);
    ticker.hurry();
    const before = world.desks.servicenow.calls();
    await ticker.tick();
    expect(world.desks.servicenow.calls()).toBe(before + 1);
  });
});

describe('the worker', () => {
  it('waits for a side that is down, and loses nothing', async () => {
    const world = createWorld();
    const worker = createWorker(world.engine, { sideDown: 'wait', signal: never });
    world.put('servicenow', newIncident);
    await world.poll();
    world.desks.salesforce.faults.add({ method: 'probe', error: 'Unavailable', times: 5 });
    await runToEnd(world.clock, worker.handle(await world.store.queue.takeBatch(200)));
    expect(world.desks.salesforce.rows('Case')).toHaveLength(1);
    expect(world.events.filter((event) => event.type === 'side.paused')).toHaveLength(5);
  });

  it('sets a record aside that makes the engine itself stumble, alone', async () => {
    const world = createWorld();
    const [pair] = world.engine.pairs;
    if (pair === undefined) throw new Error('no pair');
    const stumbling = {
      ...pair,
      inScope: (record: { readonly fields: Readonly<Record<string, unknown>> }) => {
        if (record.fields['short_description'] === 'Trap') throw new Error('tripped over a trap');
        return true;
      },
    };
    for (let n = 0; n < 5; n += 1) world.put('servicenow', newIncident);
    world.put('servicenow', { ...newIncident, short_description: 'Trap' });
    await world.poll();
    const worker = createWorker({ ...world.engine, pairs: [stumbling] }, { sideDown: 'wait', signal: never });
    await runToEnd(world.clock, worker.handle(await world.store.queue.takeBatch(200)));
    expect(world.desks.salesforce.rows('Case')).toHaveLength(5);
    expect(await world.store.transaction((tx) => tx.listQuarantine(10))).toMatchObject([
      { reason: { kind: 'record', message: 'tripped over a trap' } },
    ]);
  });
});
