import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/connectors/errors.ts';
import type { CreateRequest, WriteResult } from '../../src/connectors/ticket-system.ts';
import { enqueueDue } from '../../src/engine/due.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { poll } from '../../src/engine/poll.ts';
import { reconcile } from '../../src/engine/reconcile.ts';
import { resync } from '../../src/engine/resync.ts';
import { type Side, sides } from '../../src/core/side.ts';
import { pausePair, resumePair } from '../../src/operate/pairs.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { createWorld, newCase, newIncident, objects, type World } from './world.ts';

const operator = (world: World) => ({ store: world.store, actor: 'cli:ada', now: () => world.clock.now() });

async function tickets(world: World, count: number): Promise<readonly string[]> {
  const ids = Array.from(
    { length: count },
    (_, n) => world.put('servicenow', { ...newIncident, short_description: `No. ${n}` }).id,
  );
  await world.sync();
  await world.sync();
  return ids;
}

describe('a row that says it was changed in the year 2099', () => {
  it('is carried once, and hides nobody who comes after it', async () => {
    const world = createWorld();
    const odd = world.put('servicenow', newIncident);
    await world.sync();
    const before = world.clock.now();
    // Its desk was told a wrong time while it was saved.
    await world.clock.advance(Date.parse('2099-01-01T00:00:00Z') - before);
    world.desks.servicenow.edit('incident', odd.id, { urgency: '1' });
    await world.clock.advance(before - world.clock.now());
    const page = await world.desks.servicenow.changes({
      object: 'incident',
      fields: ['urgency'],
      after: { stamp: '2000-01-01T00:00:00.000Z', id: '' },
      limit: 10,
    });
    expect(page.records.map(({ version }) => version.stamp.slice(0, 4))).toEqual(['2099']);
    await world.sync();
    expect(world.twin('salesforce').fields['Priority']).toBe('High');
    const later = world.put('servicenow', { ...newIncident, short_description: 'The one after it' });
    await world.sync();
    expect(world.desks.salesforce.rows('Case').some((row) => row.partnerId === later.id)).toBe(true);
    const quiet = world.writes();
    for (let polls = 0; polls < 5; polls += 1) await world.sync();
    expect(world.writes()).toBe(quiet);
  });
});

describe('a database that takes no notes any more', () => {
  it('keeps us from writing to either desk', async () => {
    const world = createWorld({ comments: {} });
    const [id = ''] = await tickets(world, 1);
    await world.edit('servicenow', id, { urgency: '1' });
    world.put('salesforce', newCase);
    world.desks.servicenow.comments.say('incident', id, { text: 'Hello', channel: 'public', author: 'Ada' });
    await world.poll();
    const before = world.writes();
    // It can be read, as a disk that is full can.
    const full: Engine = {
      ...world.engine,
      store: {
        ...world.store,
        transaction: (work) =>
          world.store.transaction((tx) =>
            work(
              new Proxy(tx, {
                get: (target, name) =>
                  /^(save|insert|update|note|close|clear|enqueue|complete|add)/.test(String(name))
                    ? () => Promise.reject(new StoreUnavailable('could not extend file: no space left on device'))
                    : (Reflect.get(target, name) as unknown),
              }),
            ),
          ),
      },
    };
    await expect(reconcile(full, await world.store.queue.takeBatch(10))).rejects.toBeInstanceOf(StoreUnavailable);
    expect(world.writes()).toBe(before);
    expect(world.desks.salesforce.comments.posted).toBe(0);
    await world.store.queue.loseWorkers();
    await world.sync();
    await world.sync();
    expect(world.writes()).toBeGreaterThan(before);
    expect(world.desks.salesforce.comments.posted).toBe(1);
  });
});

describe('a transaction', () => {
  it('is never open while a desk is asked for anything', async () => {
    const world = createWorld({ comments: {}, files: {} }, { tellsDeleted: true });
    let open = 0;
    const calls: string[] = [];
    const watched = (side: Side): Engine['systems'][Side] =>
      new Proxy(world.desks[side], {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          return (...args: unknown[]): unknown => {
            if (open > 0) calls.push(`${side}.${String(name)}`);
            return (value as (...given: unknown[]) => unknown).apply(target, args);
          };
        },
      });
    const engine: Engine = {
      ...world.engine,
      systems: { servicenow: watched('servicenow'), salesforce: watched('salesforce') },
      store: {
        ...world.store,
        transaction: (work) =>
          world.store.transaction(async (tx) => {
            open += 1;
            return work(tx).finally(() => {
              open -= 1;
            });
          }),
      },
    };
    const [pair] = engine.pairs;
    if (pair === undefined) throw new Error('no pair');
    const round = async (): Promise<void> => {
      await world.clock.advance(10_000);
      for (const side of sides) await poll(engine, pair, side, { unlimitedCreates: false });
      for (let n = 0; n < 5; n += 1) {
        const jobs = await world.store.queue.takeBatch(200);
        if (jobs.length > 0) await reconcile(engine, jobs);
        await enqueueDue(engine);
      }
    };
    const made = world.put('servicenow', newIncident);
    world.put('salesforce', { ...newCase, Subject: 'Another' });
    await round();
    world.desks.servicenow.comments.say('incident', made.id, { text: 'Hello', channel: 'public', author: 'Ada' });
    await world.edit('servicenow', made.id, { urgency: '1' });
    await round();
    world.desks.servicenow.remove('incident', made.id);
    await round();
    await resync(engine, { dryRun: false, signal: new AbortController().signal });
    expect(world.desks.salesforce.rows('Case')).toHaveLength(2);
    expect(calls).toEqual([]);
  });
});

describe('a hundred records that cannot be carried, ahead of a thousand that can', () => {
  it('keep none of those waiting, are all set aside with a reason, and go through once they can', async () => {
    const world = createWorld({ maxCreatesPerPoll: 5000 });
    const poison = 'Poison';
    const { create } = world.desks.salesforce;
    let refuses = true;
    Object.assign(world.engine.systems.salesforce, {
      create: async (requests: readonly CreateRequest[]): Promise<readonly WriteResult[]> => {
        const bad = requests.filter(({ fields }) => refuses && fields['Subject'] === poison);
        const made = await create(requests.filter((request) => !bad.includes(request)));
        let at = 0;
        const error = new ConnectorError('Rejected', { side: 'salesforce', executed: 'no', code: 'FIELD_INTEGRITY' });
        return requests.map((request) =>
          bad.includes(request) ? { kind: 'failed', error } : (made[at++] ?? { kind: 'failed', error }),
        );
      },
    });
    for (let n = 0; n < 100; n += 1) world.put('servicenow', { ...newIncident, short_description: poison });
    for (let n = 0; n < 1000; n += 1) world.put('servicenow', { ...newIncident, short_description: `No. ${n}` });
    await world.sync();
    expect(world.desks.salesforce.rows('Case')).toHaveLength(1000);
    expect(await world.store.transaction((tx) => tx.listQuarantine(1000))).toHaveLength(100);
    refuses = false;
    for (let hours = 0; hours < 8; hours += 1) {
      await world.clock.advance(3_600_000);
      await world.sync();
    }
    expect(world.desks.salesforce.rows('Case')).toHaveLength(1100);
  });
});

describe('a side that is away for half an hour', () => {
  it('gets everything that was changed meanwhile, once, when it is back', async () => {
    const world = createWorld();
    const ids = await tickets(world, 40);
    world.desks.salesforce.faults.add({ method: 'read', error: 'Unavailable', times: 1_000_000 });
    world.desks.salesforce.faults.add({ method: 'changes', error: 'Unavailable', times: 1_000_000 });
    for (const id of ids) await world.edit('servicenow', id, { urgency: '1' });
    for (let minutes = 0; minutes < 30; minutes += 1) {
      await world.clock.advance(60_000);
      await world.poll().catch((error: unknown) => expect(error).toBeInstanceOf(ConnectorError));
    }
    world.desks.salesforce.faults.clear();
    const before = world.writes();
    await world.sync();
    expect(world.desks.salesforce.rows('Case').map((row) => row.fields['Priority'])).toEqual(ids.map(() => 'High'));
    expect(world.writes() - before).toBe(ids.length);
  });
});

describe('a pair that stood still for a day', () => {
  it('catches up with what was done on both desks', async () => {
    const world = createWorld();
    const [first = '', second = ''] = await tickets(world, 2);
    await pausePair(operator(world), 'incident-case', ['incident-case']);
    await world.edit('servicenow', first, { urgency: '1' });
    const across = world.desks.salesforce.rows('Case').find((row) => row.partnerId === second);
    await world.edit('salesforce', across?.id ?? '', { Priority: 'Low' });
    world.put('salesforce', { ...newCase, Subject: 'Meanwhile' });
    const before = world.writes();
    await world.clock.advance(24 * 3_600_000);
    await world.sync();
    expect(world.writes()).toBe(before);
    await resumePair(operator(world), 'incident-case', ['incident-case']);
    await world.sync();
    expect(world.desks.servicenow.rows('incident').map((row) => row.fields['urgency'])).toEqual(['1', '3', '1']);
    expect(world.desks.salesforce.rows('Case')).toHaveLength(3);
  });
});

describe('looking at everything again', () => {
  it('writes nothing where nothing differs: by a second resync, and from a cursor of a month ago', async () => {
    const world = createWorld({ comments: {} });
    await tickets(world, 12);
    world.put('salesforce', newCase);
    await world.sync();
    await resync(world.engine, { dryRun: false, signal: new AbortController().signal });
    await world.sync();
    const before = world.writes();
    await resync(world.engine, { dryRun: false, signal: new AbortController().signal });
    await world.sync();
    for (const side of sides)
      await world.store.transaction(async (tx) => {
        const cursor = await tx.cursor('incident-case', side);
        if (cursor === null) throw new Error('no cursor');
        const stamp = new Date(Date.parse(cursor.at.stamp) - 30 * 86_400_000).toISOString();
        await tx.saveCursor({ ...cursor, at: { stamp, id: '' }, walk: null, version: cursor.version + 1 });
      });
    await world.sync();
    expect(world.writes()).toBe(before);
    expect(world.desks.salesforce.rows(objects.salesforce)).toHaveLength(13);
  });
});

describe('a person who works under our own account', () => {
  it('is followed like anybody else: an echo is known by its content', async () => {
    const world = createWorld();
    const [id = ''] = await tickets(world, 1);
    await world.clock.advance(5000);
    world.desks.servicenow.edit('incident', id, { urgency: '1' }, 'casebridge');
    await world.sync();
    expect(world.twin('salesforce').fields['Priority']).toBe('High');
  });
});

describe('a mapping that goes one way', () => {
  it('sends nothing at all to the side that it reads', async () => {
    const world = createWorld({
      fields: [
        { kind: 'function', servicenow: 'short_description', salesforce: 'Subject', toSalesforce: (value) => value },
      ],
      scope: { salesforce: { field: 'Origin', is: 'nowhere' } },
    });
    const [id = ''] = await tickets(world, 3);
    world.put('salesforce', newCase);
    const across = world.desks.salesforce.rows('Case').find((row) => row.partnerId === id)?.id ?? '';
    for (let rounds = 0; rounds < 4; rounds += 1) {
      await world.edit('salesforce', across, { Subject: `Mine ${rounds}`, Description: 'More' });
      await world.edit('servicenow', id, { short_description: `Theirs ${rounds}` });
      await world.sync();
    }
    expect(world.desks.servicenow.writes()).toEqual([]);
    expect(world.desks.salesforce.writes().length).toBeGreaterThan(3);
  });
});
