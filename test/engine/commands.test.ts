import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/connectors/errors.ts';
import type { ChangesRequest } from '../../src/connectors/ticket-system.ts';
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
    expect(await verify(world.engine, {})).toEqual({ links: 1, drift: [], comments: [], held: 0 });
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

  it('of everything does not go on from one that was stopped and looked at less', async () => {
    const world = createWorld();
    for (let n = 0; n < 120; n += 1) world.put('servicenow', newIncident);
    await world.sync();
    const stop = new AbortController();
    const engine = {
      ...world.engine,
      emit: (event: { readonly type: string }) => {
        if (event.type === 'resync.page') stop.abort();
      },
    };
    const since = '2026-01-01T00:00:00.000Z';
    const first = await runToEnd(world.clock, resync(engine, { since, dryRun: false, signal: stop.signal }));
    expect(first).toMatchObject({ stopped: true, polled: { servicenow: 50 } });
    const whole = await runToEnd(world.clock, resync(world.engine, { dryRun: false, signal: never }));
    expect(whole).toMatchObject({ resumed: false, polled: { servicenow: 120, salesforce: 120 } });
    const same = await runToEnd(world.clock, resync(world.engine, { since, dryRun: false, signal: never }));
    expect(same).toMatchObject({ resumed: true, runId: first.runId, polled: { servicenow: 70, salesforce: 120 } });
  });

  it('leaves a pair alone that stands still until a person says otherwise', async () => {
    const world = createWorld({ maxCreatesPerPoll: 3 });
    for (let n = 0; n < 5; n += 1) world.put('servicenow', newIncident);
    await world.poll();
    const done = await runToEnd(world.clock, resync(world.engine, { dryRun: false, signal: never }));
    expect(done).toMatchObject({ paused: ['incident-case'], created: { salesforce: 0 } });
    expect(world.desks.salesforce.rows('Case')).toEqual([]);
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

  it('hurries one side alone, and once more where it was being polled at that moment', async () => {
    const world = createWorld();
    const options = { tickMs: 10_000, idleMaxMs: 120_000, unlimitedCreates: false, signal: never };
    const ticker = createTicker(world.engine, options);
    await ticker.tick();
    const calls = () => [world.desks.servicenow.calls(), world.desks.salesforce.calls()];
    const [servicenow = 0, salesforce = 0] = calls();
    ticker.hurry({ side: 'salesforce' });
    await ticker.tick();
    expect(calls()).toEqual([servicenow, salesforce + 1]);
    ticker.hurry({ side: 'salesforce', pair: 'another' });
    await ticker.tick();
    expect(calls()).toEqual([servicenow, salesforce + 1]);
    ticker.hurry({ side: 'servicenow' });
    const underWay = ticker.tick();
    ticker.hurry({ side: 'servicenow' });
    await underWay;
    await ticker.tick();
    expect(calls()).toEqual([servicenow + 2, salesforce + 1]);
  });
});

describe('the ticker, while one side is down', () => {
  const options = { tickMs: 10_000, idleMaxMs: 10_000, unlimitedCreates: false, signal: never };

  it('goes on polling the other, and asks the one that is down no more than it may', async () => {
    const world = createWorld();
    world.desks.salesforce.faults.add({ method: 'changes', error: 'RateLimited', retryAfterMs: 900_000, times: 1 });
    const ticker = createTicker(world.engine, options);
    for (let minutes = 0; minutes < 5; minutes += 1) {
      await ticker.tick();
      await world.clock.advance(60_000);
    }
    expect(world.desks.salesforce.calls()).toBe(1);
    expect(world.desks.servicenow.calls()).toBeGreaterThanOrEqual(4);
    await world.clock.advance(600_000);
    await ticker.tick();
    expect(world.desks.salesforce.calls()).toBe(2);
    expect(world.events.map((event) => event.type)).toEqual(expect.arrayContaining(['side.paused', 'side.resumed']));
  });

  it('polls one side tick by tick while the other takes its time, and begins no second walk there', async () => {
    const world = createWorld();
    const answer = Promise.withResolvers<void>();
    const asked = { servicenow: 0, salesforce: 0 };
    const { servicenow, salesforce } = world.desks;
    const systems = {
      servicenow: {
        ...servicenow,
        changes: async (request: ChangesRequest) => {
          asked.servicenow += 1;
          await answer.promise;
          return servicenow.changes(request);
        },
      },
      salesforce: {
        ...salesforce,
        changes: (request: ChangesRequest) => {
          asked.salesforce += 1;
          return salesforce.changes(request);
        },
      },
    };
    const options = { tickMs: 10_000, idleMaxMs: 10_000, unlimitedCreates: false, signal: never };
    const ticker = createTicker({ ...world.engine, systems }, options);
    const ticks = [ticker.tick()];
    for (let n = 0; n < 2; n += 1) {
      await ticker.idle('salesforce');
      await world.clock.advance(10_000);
      ticks.push(ticker.tick());
    }
    await ticker.idle('salesforce');
    expect(asked).toEqual({ servicenow: 1, salesforce: 3 });
    answer.resolve();
    await Promise.all(ticks);
    expect(ticker.lastComplete()).toEqual({ servicenow: expect.any(Number), salesforce: expect.any(Number) });
  });

  it('goes on with the next pair when one cannot be polled for a reason of its own', async () => {
    const world = createWorld();
    const [pair] = world.engine.pairs;
    if (pair === undefined) throw new Error('no pair');
    const broken = { ...pair, name: 'broken', objects: { servicenow: 'no_such_table', salesforce: 'Nothing__c' } };
    const desk = world.desks.servicenow;
    const changes: typeof desk.changes = async (request) => {
      if (request.object === 'no_such_table')
        throw new ConnectorError('Rejected', { side: 'servicenow', executed: 'no' });
      return desk.changes(request);
    };
    const systems = { ...world.engine.systems, servicenow: { ...desk, changes } };
    const ticker = createTicker({ ...world.engine, pairs: [broken, pair], systems }, options);
    world.put('servicenow', newIncident);
    await ticker.tick();
    expect(await world.store.queue.depth()).toMatchObject({ waiting: 1 });
    expect(ticker.lastComplete().servicenow).toBeNull();
  });
});

describe('the worker', () => {
  it('sets records aside that a side refuses to read, and goes on with the others', async () => {
    const world = createWorld();
    const [pair] = world.engine.pairs;
    if (pair === undefined) throw new Error('no pair');
    const broken = { ...pair, name: 'broken', objects: { servicenow: 'no_such_table', salesforce: 'Case' } };
    const desk = world.desks.servicenow;
    const read: typeof desk.read = async (object, ids, fields) => {
      if (object === 'no_such_table') throw new ConnectorError('Rejected', { side: 'servicenow', executed: 'no' });
      return desk.read(object, ids, fields);
    };
    const systems = { ...world.engine.systems, servicenow: { ...desk, read } };
    const engine = { ...world.engine, pairs: [broken, pair], systems };
    world.put('servicenow', newIncident);
    await world.poll();
    await world.store.transaction((tx) =>
      tx.enqueue([{ kind: 'new', pair: 'broken', side: 'servicenow', id: 'f'.repeat(32) }]),
    );
    const stop = new AbortController();
    const worker = createWorker(engine, { sideDown: 'wait', signal: stop.signal });
    const handled = worker.handle(await world.store.queue.takeBatch(200));
    await world.clock.advance(120_000);
    stop.abort();
    await handled;
    expect(world.desks.salesforce.rows('Case')).toHaveLength(1);
    expect(await world.store.transaction((tx) => tx.listQuarantine(10))).toMatchObject([
      { pair: 'broken', reason: { kind: 'connector', error: 'Rejected' } },
    ]);
  });

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

  it('is rested with by every batch that meets it, and that is told once', async () => {
    const world = createWorld();
    world.put('servicenow', newIncident);
    world.put('servicenow', newIncident);
    await world.poll();
    world.desks.servicenow.faults.add({ method: 'read', error: 'Unavailable', executed: 'no', times: 2 });
    const worker = createWorker(world.engine, { sideDown: 'wait', signal: never });
    const both = [await world.store.queue.takeBatch(1), await world.store.queue.takeBatch(1)];
    await runToEnd(world.clock, Promise.all(both.map((jobs) => worker.handle(jobs))));
    expect(worker.totals.created.salesforce).toBe(2);
    const told = world.events.filter((event) => event.type === 'side.paused' || event.type === 'side.resumed');
    expect(told.map((event) => event.type)).toEqual(['side.paused', 'side.resumed']);
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
