import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrismaStore } from '../../src/store/prisma/store.ts';
import type { AdminTokenRow } from '../../src/store/store.ts';
import { newDatabase, storeOn, type TestDatabase } from '../support/database.ts';

const first: AdminTokenRow = {
  id: 't1',
  name: 'duty \u0000 desk',
  role: 'operator',
  hash: 'a'.repeat(64),
  createdAt: '2026-03-02T08:00:00.000Z',
  revokedAt: null,
};
const later = '2026-03-02T09:00:00.000Z';

describe('admin records', () => {
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

  it('know a token by its hash until it is revoked, and list it ever after', async () => {
    const { admin } = store;
    await admin.addToken(first);
    await admin.addToken({ ...first, id: 't2', name: 'a second replica with the same token' });
    expect(await admin.tokenByHash(first.hash)).toEqual(first);
    expect(await admin.tokenByHash('b'.repeat(64))).toBeNull();
    expect(await admin.revokeToken('t1', later)).toBe(true);
    expect(await admin.revokeToken('t1', later)).toBe(false);
    expect(await admin.tokenByHash(first.hash)).toBeNull();
    expect(await admin.tokens()).toEqual([{ ...first, revokedAt: later }]);
  });

  it('keep what people did, latest first', async () => {
    const { admin } = store;
    const row = { at: later, actor: 'admin', action: 'resume', target: 'incident-case', detail: { from: 'dashboard' } };
    await admin.addAudit(row);
    await admin.addAudit({ ...row, action: 'unlink', target: null, detail: {} });
    expect(await admin.recentAudit(10)).toEqual([{ ...row, action: 'unlink', target: null, detail: {} }, row]);
    expect(await admin.recentAudit(1)).toHaveLength(1);
  });

  it('let nobody change or remove what people did', async () => {
    for (const statement of ["UPDATE audit SET actor = 'nobody'", 'DELETE FROM audit', 'TRUNCATE audit']) {
      await expect(database.query(statement)).rejects.toThrow('only ever added');
    }
    expect(await store.admin.recentAudit(10)).toHaveLength(2);
  });
});
