import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Claim, Grant, SharedLimits } from '../../src/core/limits.ts';
import { bothSides } from '../../src/core/side.ts';
import { createMemoryLimits } from '../../src/store/memory/limits.ts';
import type { PrismaStore } from '../../src/store/prisma/store.ts';
import { realClock } from '../support/clock.ts';
import { newDatabase, storeOn, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

const nothing: Claim = { most: 4, keep: 0, files: 0, moving: 0, calls: 0, pauseMs: 0, dayOverMs: 0, usage: null };

/** Renews on both sides with the same words and tells what was granted in Salesforce. */
async function renew(limits: SharedLimits, holder: string, claim: Partial<Claim> = {}, ttlMs = 60_000): Promise<Grant> {
  const claims = bothSides(() => ({ ...nothing, ...claim }));
  return (await limits.renew({ holder, claims, ttlMs, mode: 'stay' })).salesforce;
}

function leave(limits: SharedLimits, holder: string, claim: Partial<Claim> = {}): Promise<unknown> {
  const claims = bothSides(() => ({ ...nothing, ...claim }));
  return limits.renew({ holder, claims, ttlMs: 60_000, mode: 'leave' });
}

/** `of`: the limits as each of two replicas reaches them. */
function keepTheirWord(of: (replica: 0 | 1) => SharedLimits): void {
  it('give all lanes to the first, and to the second what the first gives back', async () => {
    expect(await renew(of(0), 'a')).toMatchObject({ lanes: 4, use: 4 });
    expect(await renew(of(1), 'b')).toMatchObject({ lanes: 0, use: 0 });
    expect(await renew(of(0), 'a', { keep: 4 })).toMatchObject({ lanes: 4, use: 2 });
    expect(await renew(of(0), 'a', { keep: 3 })).toMatchObject({ lanes: 3, use: 2 });
    expect(await renew(of(1), 'b')).toMatchObject({ lanes: 1, use: 1 });
    expect(await renew(of(0), 'a', { keep: 2 })).toMatchObject({ lanes: 2, use: 2 });
    expect(await renew(of(1), 'b', { keep: 1 })).toMatchObject({ lanes: 2, use: 2 });
    await leave(of(0), 'a', { keep: 1 });
    expect(await renew(of(1), 'b', { keep: 2 })).toMatchObject({ lanes: 3 });
    await leave(of(0), 'a');
    expect(await renew(of(1), 'b', { keep: 3 })).toMatchObject({ lanes: 4, use: 4 });
    await leave(of(1), 'b');
  });

  it('never lease more than there are, whatever many claim at the same moment', async () => {
    const names = Array.from({ length: 6 }, (_, n) => `c${n}`);
    const grants = await Promise.all(names.map((name, n) => renew(of(n % 2 === 0 ? 0 : 1), name, { keep: 4 })));
    expect(grants.reduce((sum, { lanes }) => sum + lanes, 0)).toBe(4);
    await Promise.all(names.map((name) => leave(of(0), name)));
  });

  it('take the smaller limit where the settings of two replicas differ', async () => {
    expect(await renew(of(0), 'd', { most: 2 })).toMatchObject({ lanes: 2 });
    expect(await renew(of(1), 'e', { most: 8 })).toMatchObject({ lanes: 0 });
    await Promise.all([leave(of(0), 'd'), leave(of(1), 'e')]);
  });

  it('let a lease run out by their own clock', async () => {
    await renew(of(0), 'f', {}, 200);
    expect(await renew(of(1), 'g')).toMatchObject({ lanes: 0 });
    await eventually(async () => expect(await renew(of(1), 'g')).toMatchObject({ lanes: 4 }), 5000);
    // Whoever comes back late finds them gone.
    expect(await renew(of(0), 'f', { keep: 4 })).toMatchObject({ lanes: 0 });
    await Promise.all([leave(of(0), 'f'), leave(of(1), 'g')]);
  });

  it('add up calls, and keep a pause, the end of a day and the last figures for whoever comes', async () => {
    const before = (await renew(of(0), 'h')).calls;
    await renew(of(0), 'h', { calls: 7, pauseMs: 60_000 });
    await renew(of(1), 'i', { calls: 5, pauseMs: 30_000, dayOverMs: 90_000, usage: { used: 12, limit: 100 } });
    await leave(of(0), 'h', { calls: 1 });
    const later = await renew(of(1), 'j');
    expect(later).toMatchObject({ calls: before + 13, usage: { used: 12, limit: 100 } });
    expect(later.pauseMs).toBeGreaterThan(30_000);
    expect(later.pauseMs).toBeLessThanOrEqual(60_000);
    expect(later.dayOverMs).toBeGreaterThan(60_000);
    await Promise.all([leave(of(1), 'i'), leave(of(1), 'j')]);
  });
}

describe('shared limits in memory', () => {
  const limits = createMemoryLimits(realClock());
  keepTheirWord(() => limits);
});

describe('shared limits in Postgres', () => {
  let database: TestDatabase;
  let stores: readonly PrismaStore[] = [];
  const of = (replica: number): SharedLimits => {
    const limits = stores[replica]?.limits;
    if (limits === undefined) throw new Error('this store keeps no limits');
    return limits;
  };
  beforeAll(async () => {
    database = await newDatabase();
    stores = [await storeOn(database), await storeOn(database)];
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await database.drop();
  });
  keepTheirWord(of);

  it('wake the other replica when there is something to hear, and not the one that said it', async () => {
    const heard = [0, 0];
    const deaf = [0, 1].map((replica) => of(replica).listen(() => void (heard[replica] = (heard[replica] ?? 0) + 1)));
    await renew(of(0), 'k');
    await renew(of(1), 'l');
    await eventually(() => expect(heard[0]).toBeGreaterThan(0), 5000);
    // What was said before this test may still be on its way.
    await realClock().sleep(300);
    const [before = 0, own = 0] = heard;
    await renew(of(1), 'l', { pauseMs: 3_600_000 });
    await eventually(() => expect(heard[0]).toBe(before + 1), 5000);
    expect(heard).toEqual([before + 1, own]);
    await renew(of(1), 'l');
    expect(heard[0]).toBe(before + 1);
    deaf.forEach((end) => end());
    await Promise.all([leave(of(0), 'k'), leave(of(1), 'l')]);
  });

  it('come back by themselves, and hear again, after their connections were cut', async () => {
    let heard = 0;
    await renew(of(0), 'm');
    await renew(of(1), 'n');
    const deaf = of(0).listen(() => void (heard += 1));
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await eventually(async () => expect(await renew(of(0), 'm')).toMatchObject({ use: 2 }), 5000);
    await eventually(async () => void (await renew(of(1), 'n', { pauseMs: 7_200_000 })), 5000);
    await eventually(() => expect(heard).toBeGreaterThan(0), 5000);
    deaf();
  });
});
