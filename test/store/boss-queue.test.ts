import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatKey, type WorkKey } from '../../src/core/link.ts';
import type { PrismaStore } from '../../src/store/prisma/store.ts';
import type { Job } from '../../src/store/queue.ts';
import type { Store } from '../../src/store/store.ts';
import { newDatabase, storeOn, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

const worker = join(import.meta.dirname, 'programs/worker.ts');
const linkKey = (id: string): WorkKey => ({ kind: 'link', linkId: id });
const enqueue = (store: Store, ...ids: readonly string[]): Promise<void> =>
  store.transaction((tx) => tx.enqueue(ids.map(linkKey)));
const complete = (store: Store, jobs: readonly Job[]): Promise<void> =>
  store.transaction((tx) => tx.completeJobs(jobs));

const isEmpty = async (store: Store): Promise<boolean> => {
  const { waiting, active } = await store.queue.depth();
  return waiting + active === 0;
};

describe('the queue on Postgres', { timeout: 120_000 }, () => {
  let database: TestDatabase;
  let store: PrismaStore;

  const rows = (): Promise<readonly Readonly<Record<string, unknown>>[]> =>
    database.query('SELECT singleton_key AS key, state::text, retry_count FROM pgboss.job ORDER BY created_on, state');
  const loseWorkers = (): Promise<unknown> =>
    database.query(`UPDATE pgboss.job SET heartbeat_on = now() - interval '1 minute' WHERE state = 'active'`);

  beforeEach(async () => {
    database = await newDatabase();
    store = await storeOn(database);
  });
  afterEach(async () => {
    await store.close();
    await database.drop();
  });

  it('gets back the keys of a worker that was killed, in seconds and not in a quarter of an hour', async () => {
    await enqueue(store, 'a', 'b');
    const child = spawn(process.execPath, [worker, database.url], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    expect(line.split(' ').toSorted()).toEqual(['link:a', 'link:b']);
    // An edit that arrives while they are held must not be lost with them.
    await enqueue(store, 'a');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const seen: string[] = [];
    await store.queue.work({ batchSize: 10 }, async (jobs) => {
      seen.push(...jobs.map((job) => formatKey(job.key)));
      await complete(store, jobs);
    });
    await eventually(() => isEmpty(store), 60_000);
    expect(new Set(seen)).toEqual(new Set(['link:a', 'link:b']));
  });

  it('has Postgres count what is under way when batches come full, or the next fetch compares each key with all of them', async () => {
    await database.query('ANALYZE pgboss.job');
    await enqueue(store, ...Array.from({ length: 300 }, (_, n) => `link-${n}`));
    const over = Promise.withResolvers<void>();
    await store.queue.work({ batchSize: 100, atOnce: 2 }, async (jobs) => {
      await over.promise;
      await complete(store, jobs);
    });
    const states = async (): Promise<string> => {
      const [row] = await database.query(
        `SELECT most_common_vals::text AS states FROM pg_stats WHERE tablename = 'job_common' AND attname = 'state'`,
      );
      return String(row?.['states']);
    };
    await eventually(async () => (await states()).includes('active'), 60_000);
    over.resolve();
    await eventually(() => isEmpty(store), 60_000);
  });

  it('keeps what waits over a restart of everything', async () => {
    await enqueue(store, 'a');
    await store.close();
    store = await storeOn(database);
    const seen: string[] = [];
    await store.queue.work({ batchSize: 10 }, async (jobs) => {
      seen.push(...jobs.map((job) => formatKey(job.key)));
      await complete(store, jobs);
    });
    await eventually(() => seen.length === 1);
    expect(seen).toEqual(['link:a']);
  });

  it('never loses a key whose workers die one after the other while it is queued again', async () => {
    const seen: string[] = [];
    let over = false;
    await store.queue.work({ batchSize: 1 }, async (jobs) => {
      seen.push(...jobs.map((job) => formatKey(job.key)));
      if (over) return complete(store, jobs);
      await enqueue(store, 'a');
      over = seen.length === 4;
      await loseWorkers();
    });
    await enqueue(store, 'a');
    await eventually(() => isEmpty(store), 60_000);
    expect(seen.length).toBeGreaterThan(4);
  });

  it('counts no try against a key whose handler could not go on', async () => {
    let runs = 0;
    await store.queue.work({ batchSize: 1 }, async (jobs) => {
      runs += 1;
      if (runs === 3) await complete(store, jobs);
    });
    await enqueue(store, 'a');
    await eventually(() => isEmpty(store));
    const states = (await rows()).map((row) => ({ state: row['state'], tries: row['retry_count'] }));
    expect(states).toEqual([1, 2, 3].map(() => ({ state: 'completed', tries: 0 })));
  });

  it('keeps waiting jobs for years, and knows a dead worker by its heartbeats', async () => {
    await enqueue(store, 'a');
    const [job] = await database.query(
      `SELECT policy, retry_limit, heartbeat_seconds, expire_seconds, keep_until > now() + interval '9 years' AS kept
       FROM pgboss.job`,
    );
    expect(job).toEqual({
      policy: 'stately',
      retry_limit: 1000,
      heartbeat_seconds: 10,
      expire_seconds: 86_400,
      kept: true,
    });
  });

  it('takes twenty thousand keys at once', async () => {
    const ids = Array.from({ length: 20_000 }, (_, n) => `k${n}`);
    await enqueue(store, ...ids);
    await enqueue(store, ...ids.slice(0, 5000));
    expect(await store.queue.depth()).toEqual({ waiting: 20_000, active: 0 });
  });

  it('takes the same keys from many at once, in any order, without a deadlock', async () => {
    const ids = Array.from({ length: 300 }, (_, n) => `k${n}`);
    const shifted = (by: number): string[] => [...ids.slice(by), ...ids.slice(0, by)];
    await Promise.all(
      [0, 50, 100, 150, 200, 250].map((by) => enqueue(store, ...shifted(by), ...shifted(by).toReversed())),
    );
    expect(await store.queue.depth()).toEqual({ waiting: 300, active: 0 });
  });

  it('wakes a worker of another process by a notice', async () => {
    const other = await storeOn(database);
    const seen: string[] = [];
    await other.queue.work({ batchSize: 10 }, async (jobs) => {
      seen.push(...jobs.map((job) => formatKey(job.key)));
      await complete(other, jobs);
    });
    const listeners = await eventually(async () => {
      const found = await database.query(
        `SELECT 1 FROM pg_stat_activity WHERE query ILIKE 'LISTEN%' AND datname = current_database()`,
      );
      return found.length > 0 && found.length;
    });
    expect(listeners).toBe(1);
    await enqueue(store, 'a');
    await eventually(() => seen.length === 1);
    await other.close();
  });

  it('works for a role that may not change tables', async () => {
    const role = `app_${database.url.slice(-8)}`;
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    for (const schema of ['public', 'pgboss']) {
      await database.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
      await database.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role}`);
      await database.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role}`);
    }
    const url = Object.assign(new URL(database.url), { username: role, password: 'secret' }).href;
    const errors: Error[] = [];
    const limited = await storeOn({ ...database, url }, { migrate: 'never', onError: (error) => errors.push(error) });
    await enqueue(limited, 'a');
    await limited.queue.work({ batchSize: 1 }, (jobs) => complete(limited, jobs));
    await eventually(() => isEmpty(limited));
    await limited.close();
    expect(errors).toEqual([]);
    await database.query(`DROP OWNED BY ${role}`);
    await database.query(`DROP ROLE ${role}`);
  });

  it('is not even connected to by commands that never queue', async () => {
    await store.transaction((tx) => tx.countLinks());
    await store.queue.stop(1000);
    const connections = await database.query(
      `SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name LIKE 'casebridge %' AND datname = current_database()`,
    );
    expect(connections).toEqual([{ count: 1 }]);
  });
});
