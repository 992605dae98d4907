import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatKey } from '../../src/core/link.ts';
import { type EmbeddedPostgres, startEmbedded } from '../../src/store/embedded.ts';
import { openStore, type PrismaStore, type PrismaStoreOptions } from '../../src/store/prisma/store.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { realClock } from '../support/clock.ts';
import { layCable } from '../e2e/support/cable.ts';
import { newDatabase, storeOn, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

const clock = realClock();

describe('a Postgres that goes away', { timeout: 120_000 }, () => {
  let folder: string;
  let server: EmbeddedPostgres;
  let store: PrismaStore;
  let notices: string[];

  const start = async (): Promise<EmbeddedPostgres> =>
    (server = await startEmbedded({ dataDir: join(folder, 'data'), clock, settings: { fsync: 'off' } }));
  const open = (more: Partial<PrismaStoreOptions> = {}): Promise<PrismaStore> =>
    openStore({
      url: server.url,
      clock,
      secretKey: null,
      secretKeyPrevious: null,
      migrate: 'auto',
      onLost: () => notices.push('lost'),
      onBack: () => notices.push('back'),
      ...more,
    });

  beforeEach(async () => {
    notices = [];
    folder = await mkdtemp(join(tmpdir(), 'casebridge outage '));
    await chmod(folder, 0o711);
    await start();
    store = await open();
  });
  afterEach(async () => {
    try {
      await store.close();
    } finally {
      await server.stop({ evenIfUsed: true });
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is reported as such by everything, and found again without our doing', async () => {
    await store.transaction((tx) => tx.saveIdentity('servicenow', 'dev12345'));
    await server.stop({ evenIfUsed: true });
    await expect(store.ping()).rejects.toThrow(StoreUnavailable);
    await expect(store.transaction((tx) => tx.countLinks())).rejects.toThrow(StoreUnavailable);
    await expect(store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: 'a' }]))).rejects.toThrow(
      StoreUnavailable,
    );
    await expect(store.tokens.load('servicenow')).rejects.toThrow(StoreUnavailable);
    await expect(open()).rejects.toThrow(StoreUnavailable);
    const port = new URL(server.url).port;
    await start();
    expect(new URL(server.url).port).toBe(port);
    await store.ping();
    expect(await store.transaction((tx) => tx.identity('servicenow'))).toBe('dev12345');
  });

  it('is reported once when it goes, and once when it is back', async () => {
    await store.ping();
    await server.stop({ evenIfUsed: true });
    await store.ping().catch(() => undefined);
    await store.ping().catch(() => undefined);
    await start();
    await store.ping();
    await store.ping();
    expect(notices.slice(0, 2)).toEqual(['lost', 'back']);
    expect(notices).toHaveLength(2);
  });

  it('keeps its queue: a worker that was running takes up what comes afterwards', async () => {
    const seen: string[] = [];
    await store.queue.work({ batchSize: 10 }, async (jobs) => {
      seen.push(...jobs.map((job) => formatKey(job.key)));
      await store.transaction((tx) => tx.completeJobs(jobs));
    });
    await store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: 'before' }]));
    await eventually(() => seen.includes('link:before'));
    await server.stop({ evenIfUsed: true });
    await start();
    await eventually(() => store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: 'after' }])), 60_000);
    await eventually(() => seen.includes('link:after'), 60_000);
    expect(new Set(seen)).toEqual(new Set(['link:before', 'link:after']));
  });

  it('does not keep us from closing', async () => {
    await store.queue.work({ batchSize: 10 }, async () => undefined);
    await server.stop({ evenIfUsed: true });
    await store.queue.stop(1000);
    await expect(store.close()).resolves.toBeUndefined();
    await start();
    store = await open();
  });

  it('takes no password into what is said about it', async () => {
    const said: unknown[] = [];
    await store.close();
    store = await open({ onLost: (error) => said.push(error), onError: (error) => said.push(error) });
    await store.queue.work({ batchSize: 1 }, async () => undefined);
    await store.ping();
    await server.stop({ evenIfUsed: true });
    said.push(await store.ping().catch((error: unknown) => error));
    said.push(await store.transaction((tx) => tx.countLinks()).catch((error: unknown) => error));
    expect(said.length).toBeGreaterThan(2);
    expect(inspect(said, { depth: 20, showHidden: true })).not.toContain(new URL(server.url).password);
    await start();
  });
});

describe('a connection that is half open', { timeout: 120_000 }, () => {
  it('is noticed by whoever waits for an answer, though nobody hangs up, and left behind', async () => {
    const database = await newDatabase();
    const cable = await layCable(database.url);
    const notices: string[] = [];
    const store = await storeOn(database, {
      url: cable.url,
      onLost: () => notices.push('lost'),
      onBack: () => notices.push('back'),
    });
    await store.transaction((tx) => tx.saveIdentity('servicenow', 'dev12345'));
    cable.freeze();
    // On the connection that is there, and on a new one: nobody waits for ever.
    const asked = await Promise.allSettled([store.ping(), store.transaction((tx) => tx.countLinks())]);
    expect(asked.map((one) => (one.status === 'rejected' ? one.reason : one))).toEqual([
      expect.any(StoreUnavailable),
      expect.any(StoreUnavailable),
    ]);
    expect(notices).toEqual(['lost']);
    cable.thaw();
    await store.ping();
    expect(await store.transaction((tx) => tx.identity('servicenow'))).toBe('dev12345');
    expect(notices).toEqual(['lost', 'back']);
    await store.close();
    await cable.cut();
    await database.drop();
  });
});

describe('a connection that is cut', () => {
  let database: TestDatabase;
  let store: PrismaStore;
  const cut = (): Promise<unknown> =>
    database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );

  beforeEach(async () => {
    database = await newDatabase();
    store = await storeOn(database);
  });
  afterEach(async () => {
    await store.close();
    await database.drop();
  });

  it('in the middle of a transaction rolls it back and says so', async () => {
    const broken = store.transaction(async (tx) => {
      await tx.saveIdentity('servicenow', 'never');
      await cut();
      await tx.saveIdentity('salesforce', 'never');
    });
    await expect(broken).rejects.toThrow(StoreUnavailable);
    expect(await store.transaction((tx) => tx.identity('servicenow'))).toBeNull();
  });

  it('before the commit rolls it back and says so', async () => {
    const broken = store.transaction(async (tx) => {
      await tx.saveIdentity('servicenow', 'never');
      await cut();
    });
    await expect(broken).rejects.toThrow(StoreUnavailable);
    expect(await store.transaction((tx) => tx.identity('servicenow'))).toBeNull();
  });

  it('while idle is not noticed by the next transaction', async () => {
    await store.transaction((tx) => tx.saveIdentity('servicenow', 'dev12345'));
    await cut();
    expect(await store.transaction((tx) => tx.identity('servicenow'))).toBe('dev12345');
  });

  it('leaves other errors what they are', async () => {
    await expect(store.transaction(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
  });
});
