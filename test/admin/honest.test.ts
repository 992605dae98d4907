import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/connectors/errors.ts';
import type { Status } from '../../src/admin/schemas/status.ts';
import { type Side, sides } from '../../src/core/side.ts';
import type { PaceOf } from '../../src/engine/ticker.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { newCase, newIncident } from '../engine/world.ts';
import { type AdminWorld, createAdminWorld, tokenOf } from './support.ts';

const minute = 60_000;

const healthOf = async ({ ask }: AdminWorld): Promise<{ healthy: boolean; codes: readonly string[] }> => {
  const { json } = await ask('GET', '/api/status', { as: tokenOf('viewer') });
  const { healthy, problems } = json as unknown as Status;
  return { healthy, codes: problems.map(({ code }) => code) };
};

/** A service that runs: both sides were polled to their end, and the admin port heard of it. */
async function setUp() {
  const paces: PaceOf[] = [];
  const admin = await createAdminWorld({ paces });
  const { world } = admin;
  let heard = 0;
  const hear = (): void => {
    for (const event of world.events.slice(heard)) admin.admin.hear(event);
    heard = world.events.length;
  };
  const paced = (part: Partial<PaceOf>): void => {
    const completeAt = world.clock.now();
    const others = { pair: 'incident-case', gapMs: 10_000, nextAt: null, completeAt, times: 1, ...part };
    paces.splice(0, paces.length, ...sides.map((side) => ({ ...others, side })));
  };
  const polled = async (): Promise<void> => {
    await world.sync();
    hear();
    paced({});
  };
  await polled();
  expect(await healthOf(admin)).toEqual({ healthy: true, codes: [] });
  return { admin, world, polled, hear, paced };
}

describe('"healthy" is said', () => {
  it('no more when the poller is dead', async () => {
    const { admin, world } = await setUp();
    await world.clock.advance(2 * minute);
    expect(await healthOf(admin)).toEqual({ healthy: false, codes: ['side-late', 'side-late'] });
  });

  it('no more when a side is down, from the first refused call on', async () => {
    const { admin, world } = await setUp();
    const error = new ConnectorError('Unavailable', { side: 'servicenow', executed: 'no' });
    admin.admin.hear({ type: 'side.paused', side: 'servicenow', error, untilMs: world.clock.now() + minute });
    expect(await healthOf(admin)).toEqual({ healthy: false, codes: ['side-paused'] });
  });

  it('no more when pages come and come and the walk never ends', async () => {
    const { admin, world, paced } = await setUp();
    const before = world.clock.now();
    const page = (side: Side) => ({ type: 'poll.page', pair: 'incident-case', side, rows: 50, queued: 0 }) as const;
    await world.store.transaction(async (tx) => {
      const cursor = await tx.cursor('incident-case', 'servicenow');
      if (cursor === null) throw new Error('no cursor');
      const walk = {
        startedAt: cursor.completeAt ?? '',
        after: { stamp: cursor.completeAt ?? '', id: '' },
        deep: false,
        created: 0,
      };
      await tx.saveCursor({ ...cursor, version: cursor.version + 1, walk });
    });
    const minutesLater = async (minutes: number): Promise<void> => {
      for (let n = 0; n < minutes; n += 1) {
        await world.clock.advance(minute);
        for (const side of sides) admin.admin.hear(page(side));
        admin.admin.hear({
          type: 'poll.done',
          pair: 'incident-case',
          side: 'salesforce',
          rows: 0,
          queued: 0,
          deep: false,
        });
      }
      paced({});
      // The side that ends its walks is fine; the other one was at its end long ago.
      admin.paces.splice(0, 1, {
        pair: 'incident-case',
        side: 'servicenow',
        gapMs: 10_000,
        nextAt: null,
        completeAt: before,
        times: 1,
      });
    };
    await minutesLater(20);
    expect(await healthOf(admin)).toEqual({ healthy: true, codes: [] });
    await minutesLater(15);
    expect(await healthOf(admin)).toEqual({ healthy: false, codes: ['pair-late'] });
  });

  it('no more when one pair cannot be read while its side answers for others', async () => {
    const { admin, world, paced } = await setUp();
    const completeAt = world.clock.now();
    await world.clock.advance(3 * minute);
    for (const side of sides)
      admin.admin.hear({ type: 'poll.done', pair: 'another', side, rows: 0, queued: 0, deep: false });
    paced({ completeAt });
    const { json } = await admin.ask('GET', '/api/status');
    expect(json).toMatchObject({
      healthy: false,
      problems: [
        { code: 'pair-late', pair: 'incident-case', side: 'servicenow' },
        { code: 'pair-late', pair: 'incident-case', side: 'salesforce' },
      ],
    });
    expect((await admin.admin.standing()).stalls).toHaveLength(2);
  });

  it('while another replica reads the pair to its end and this one is always second', async () => {
    const { admin, world, polled, paced } = await setUp();
    const completeAt = world.clock.now();
    await world.clock.advance(3 * minute);
    await polled();
    paced({ completeAt });
    expect(await healthOf(admin)).toEqual({ healthy: true, codes: [] });
  });

  it('no more when work waits and nobody does it, and again once it is done', async () => {
    const { admin, world, polled, hear, paced } = await setUp();
    world.put('servicenow', newIncident);
    await world.poll();
    for (let n = 0; n < 7; n += 1) {
      await world.clock.advance(minute);
      await world.poll();
      hear();
      paced({});
      await admin.admin.sample();
    }
    expect(await healthOf(admin)).toEqual({ healthy: false, codes: ['queue-stuck'] });
    await polled();
    await admin.admin.sample();
    expect(await healthOf(admin)).toEqual({ healthy: true, codes: [] });
  });

  it('no more while the database is gone, and again once a page could be saved', async () => {
    const { admin, polled } = await setUp();
    // A worker may be the one that notices; nothing else says that it is back.
    admin.admin.hear({ type: 'store.lost', error: new Error('gone') });
    expect((await healthOf(admin)).codes).toEqual(['database']);
    await polled();
    expect(await healthOf(admin)).toEqual({ healthy: true, codes: [] });
  });

  it('by no answer at all where the database cannot be asked', async () => {
    const { admin, world } = await setUp();
    world.store.transaction = () => Promise.reject(new StoreUnavailable('gone'));
    expect((await admin.ask('GET', '/api/status')).status).toBe(503);
  });

  it('no more while one pair stands still, with what sets it going', async () => {
    const { admin, world } = await setUp();
    const detail = { found: 300, limit: 200 };
    const at = '2026-03-02T09:00:00.000Z';
    await world.store.transaction((tx) =>
      tx.pausePair({ pair: 'incident-case', reason: 'too-many-creates', detail, at }),
    );
    const { json } = await admin.ask('GET', '/api/status');
    expect(json).toMatchObject({
      healthy: false,
      problems: [{ code: 'pair-paused', text: expect.stringContaining('sync --once --yes') as string }],
    });
  });
});

describe('few calls left', () => {
  it('are told to those who watch when a run has got on only now and then for an hour', async () => {
    const admin = await createAdminWorld();
    const { world } = admin;
    for (let at = 0; at < 8; at += 1) world.put('salesforce', newCase);
    const few = () => ({ used: 480, limit: 1000, share: 0.5, ours: 480 });
    Object.assign(world.engine, {
      pageSize: 1,
      systems: { ...world.engine.systems, salesforce: { ...world.desks.salesforce, allowance: few } },
    });
    const waiting = async () =>
      ((await admin.admin.standing()).stalls ?? []).filter(({ name }) => name.startsWith('run-waits'));
    await admin.ask('POST', '/api/runs', { body: { kind: 'resync' } });
    await world.clock.advance(50 * 60_000);
    expect(await waiting()).toEqual([]);
    await world.clock.advance(12 * 60_000);
    expect(await waiting()).toEqual([
      { name: 'run-waits:resync', text: expect.stringContaining('few calls to Salesforce are left') as string },
    ]);
  });

  it('are shown with the side that is polled more seldom, and are no reason to be unhealthy', async () => {
    const { admin, paced } = await setUp();
    paced({ times: 2 });
    const { json } = await admin.ask('GET', '/api/status');
    expect(json).toMatchObject({ healthy: true, sides: { salesforce: { stretch: { times: 2 } } } });
    expect((await admin.admin.standing()).sides.salesforce.stretch).toMatchObject({ times: 2 });
  });
});
