import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryLeases } from '../../src/store/memory/leases.ts';
import type { Leases } from '../../src/store/leases.ts';
import type { PrismaStore } from '../../src/store/prisma/store.ts';
import { newDatabase, storeOn, type TestDatabase } from '../support/database.ts';

const at = (minute: number): string => `2026-03-02T08:${String(minute).padStart(2, '0')}:00.000Z`;

function keepTheirWord(leases: () => Leases): void {
  it('give a duty to one at a time, and to the next one when its time is over', async () => {
    expect(await leases().take('a', 'first', { now: at(0), until: at(2) })).toEqual({});
    expect(await leases().take('a', 'second', { now: at(1), until: at(3) })).toBeNull();
    expect(await leases().take('a', 'first', { now: at(1), until: at(3) })).toEqual({});
    expect(await leases().take('a', 'second', { now: at(3), until: at(5) })).toEqual({});
    expect(await leases().take('a', 'first', { now: at(3), until: at(5) })).toBeNull();
  });

  it('hand what was saved to whoever comes next, and take nothing from one who lost the duty', async () => {
    const state = { webhook: { 'lag:servicenow': { times: 2, since: 'then \u0000' } } };
    await leases().take('b', 'first', { now: at(0), until: at(2) });
    expect(await leases().save('b', 'first', state)).toBe(true);
    expect(await leases().take('b', 'second', { now: at(9), until: at(11) })).toEqual(state);
    expect(await leases().save('b', 'first', {})).toBe(false);
    await leases().release('b', 'first');
    expect(await leases().take('b', 'first', { now: at(10), until: at(12) })).toBeNull();
    await leases().release('b', 'second');
    expect(await leases().take('b', 'first', { now: at(10), until: at(12) })).toEqual(state);
  });

  it('show what was saved to anybody who looks, and nothing of a duty that nobody ever had', async () => {
    await leases().take('d', 'first', { now: at(0), until: at(2) });
    await leases().save('d', 'first', { a: { b: { c: 1 } } });
    expect(await leases().look('d')).toEqual({ a: { b: { c: 1 } } });
    expect(await leases().look('nobody')).toBeNull();
  });

  it('go to one of many who ask at the same moment', async () => {
    const names = Array.from({ length: 8 }, (_, n) => `replica-${n}`);
    const taken = await Promise.all(names.map((name) => leases().take('c', name, { now: at(0), until: at(2) })));
    expect(taken.filter((state) => state !== null)).toHaveLength(1);
  });
}

describe('leases in memory', () => {
  const leases = createMemoryLeases();
  keepTheirWord(() => leases);
});

describe('leases in Postgres', () => {
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
  keepTheirWord(() => {
    if (store.leases === undefined) throw new Error('this store has no leases');
    return store.leases;
  });
});
