import { afterAll, describe, expect, it } from 'vitest';
import type { SourceRecord } from '../../src/core/record.ts';
import { sides } from '../../src/core/side.ts';
import { keysOf } from '../../src/engine/poll.ts';
import { resync } from '../../src/engine/resync.ts';
import type { PrismaStore } from '../../src/store/prisma/store.ts';
import type { Tx } from '../../src/store/store.ts';
import { runToEnd } from '../support/clock.ts';
import { newDatabase, storeOn } from '../support/database.ts';
import { createWorld, newIncident, objects, type World } from './world.ts';

const never = new AbortController().signal;
const quarantine = (world: World) => world.store.transaction((tx) => tx.listQuarantine(10));

describe('an echo on a real database', async () => {
  const database = await newDatabase();
  const store: PrismaStore = await storeOn(database);
  afterAll(async () => {
    await store.close();
    await database.drop();
  });

  it('is not taken for one while the run that made the base ends between two looks of the poll', async () => {
    const world = createWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    const link = await world.link();
    await store.transaction((tx) => tx.insertLinks([link]));
    const [pair] = world.engine.pairs;
    if (pair === undefined) throw new Error('no pair');
    const polled = world.twin('servicenow');

    // A run carries another urgency over, and is about to record it; meanwhile a person has put the old one back.
    const base = link.bases.servicenow;
    const moved = {
      ...link,
      bases: {
        ...link.bases,
        servicenow: {
          fields: { ...base.fields, urgency: '1' },
          version: { ...base.version, count: (base.version.count ?? 0) + 1 },
        },
      },
    };
    const back: SourceRecord = {
      ...polled,
      version: { ...polled.version, count: (polled.version.count ?? 0) + 2 },
    };
    const started = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    await store.queue.work({ batchSize: 1 }, async (jobs) => {
      started.resolve();
      await end.promise;
      await store.transaction(async (tx) => {
        await tx.updateLinks([moved]);
        await tx.completeJobs(jobs);
      });
      ended.resolve();
    });
    await store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: link.id }]));
    await started.promise;

    const runEndsBefore = (tx: Tx): Tx => ({
      ...tx,
      activeKeys: async (keys) => {
        end.resolve();
        await ended.promise;
        return tx.activeKeys(keys);
      },
    });
    const keys = await store.transaction((tx) => keysOf(runEndsBefore(tx), pair, 'servicenow', [back]));
    expect(keys).toEqual([{ kind: 'link', linkId: link.id }]);
    await store.queue.stop(5000);
  });
});

describe('resync', () => {
  it('repairs an edit that left neither stamp nor counter behind', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    // As an import with automatic fields switched off leaves it: another value, the version of old.
    const silently = (record: SourceRecord): SourceRecord =>
      record.id === incident.id ? { ...record, fields: { ...record.fields, urgency: '1' } } : record;
    const desk = world.desks.servicenow;
    const engine = {
      ...world.engine,
      systems: {
        ...world.engine.systems,
        servicenow: {
          ...desk,
          changes: async (request: Parameters<typeof desk.changes>[0]) => {
            const page = await desk.changes(request);
            return { ...page, records: page.records.map(silently) };
          },
          read: async (...args: Parameters<typeof desk.read>) =>
            (await desk.read(...args)).map((result) =>
              result.kind === 'found' ? { ...result, record: silently(result.record) } : result,
            ),
        },
      },
    };
    const done = await runToEnd(world.clock, resync(engine, { dryRun: false, signal: never }));
    expect(done.updated).toEqual({ servicenow: 0, salesforce: 1 });
    expect(world.twin('salesforce').fields['Priority']).toBe('High');
  });
});

describe('a copied ticket that has copied our stamp', () => {
  it('is set aside by itself, and the pair goes on', async () => {
    const world = createWorld();
    const original = world.put('salesforce', { Subject: 'No dial tone', Status: 'New', Priority: 'High' });
    await world.sync();
    const twin = world.twin('servicenow');
    const { correlation_id: stamp = null, correlation_display: owner = null } = twin.fields;
    const copy = world.put('servicenow', { ...newIncident, correlation_id: stamp, correlation_display: owner });
    await world.sync();
    expect(await quarantine(world)).toMatchObject([
      { ids: { servicenow: copy.id }, reason: { kind: 'plan', why: 'stamp-names-linked' } },
    ]);
    await world.edit('salesforce', original.id, { Subject: 'Dial tone is back' });
    await world.sync();
    const subjects = world.desks.servicenow.rows('incident').map((row) => row.fields['short_description']);
    expect(new Set(subjects)).toEqual(new Set(['Dial tone is back', 'Printer on fire']));
    for (const side of sides) expect(world.desks[side].rows(objects[side])).toHaveLength(side === 'servicenow' ? 2 : 1);
  });
});
