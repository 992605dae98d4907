import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockClaims } from '../../src/engine/claims.ts';
import type { Tx } from '../../src/store/store.ts';
import type { PrismaStore } from '../../src/store/prisma/store.ts';
import { link } from '../support/builders.ts';
import { newDatabase, storeOn, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let store: PrismaStore;

beforeAll(async () => {
  database = await newDatabase();
  store = await storeOn(database);
});

afterAll(async () => {
  await store.close();
  await database.drop();
});

/** A transaction that has done its work and commits when it is told to. */
async function held(work: (tx: Tx) => Promise<void>): Promise<() => Promise<void>> {
  const gate = Promise.withResolvers<undefined>();
  const begun = Promise.withResolvers<undefined>();
  const over = store.transaction(async (tx) => {
    await work(tx);
    begun.resolve(undefined);
    await gate.promise;
  });
  await Promise.race([begun.promise, over]);
  return async () => {
    gate.resolve(undefined);
    await over;
  };
}

const intent = (originId: string) =>
  ({
    id: `i-${originId}`,
    pair: 'incident-case',
    origin: 'servicenow',
    originId,
    drawnId: 'd'.repeat(32),
    sentAt: '2026-03-01T00:00:00.000Z',
    probes: 0,
    probedAt: null,
  }) as const;

describe('two transactions of which each claims the same record', () => {
  it('see each other: a link waits for a create that is not committed yet, and finds its intent', async () => {
    const origin = 'a'.repeat(32);
    const commit = await held(async (tx) => {
      await lockClaims(tx, ['incident-case'], 'create');
      await tx.saveIntents([intent(origin)]);
    });
    const linking = store.transaction(async (tx) => {
      await lockClaims(tx, ['incident-case'], 'link');
      return tx.intentsByOrigin('incident-case', 'servicenow', [origin]);
    });
    await delay(100);
    await commit();
    expect(await linking).toMatchObject([{ originId: origin }]);
  });

  it('see each other the other way round: a create finds a link that was not committed when it began', async () => {
    const origin = 'b'.repeat(32);
    const commit = await held(async (tx) => {
      await lockClaims(tx, ['incident-case'], 'link');
      await tx.insertLinks([link({ id: 'link-b', ids: { servicenow: origin, salesforce: '500000000000001AAA' } })]);
    });
    const creating = store.transaction(async (tx) => {
      await lockClaims(tx, ['incident-case'], 'create');
      await tx.saveIntents([intent(origin)]);
      return tx.linksBySource('incident-case', 'servicenow', [origin]);
    });
    await delay(100);
    await commit();
    expect(await creating).toMatchObject([{ id: 'link-b' }]);
  });

  it('do not wait where both create', async () => {
    const commit = await held((tx) => lockClaims(tx, ['incident-case'], 'create'));
    await store.transaction((tx) => lockClaims(tx, ['incident-case'], 'create'));
    await commit();
  });

  it('do not wait for each other in a ring, in whatever order they name what they want', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `name ${n}`);
    await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        store.transaction((tx) => tx.lock(n % 2 === 0 ? names : names.toReversed(), 'alone')),
      ),
    );
  });
});
