import { fromPrisma, type PgBoss } from 'pg-boss';
import { z } from 'zod';
import { formatKey, type WorkKey } from '../../../core/link.ts';
import type { Job } from '../../queue.ts';
import { JobsLost, type Tx } from '../../store.ts';
import type { Db } from '../db.ts';
import { queueName, queuePolicy } from './boss.ts';
import type { Glance } from './supervisor.ts';

/** What a job carries: its key and nothing else. */
export interface JobData {
  readonly key: WorkKey;
}

const attempt = z.object({ id: z.string(), retryCount: z.number() });
/** pg-boss answers this, though its type says `{}`. */
const completion = z.object({ affected: z.number(), settled: z.array(z.string()) });

type QueueMethods = Pick<Tx, 'enqueue' | 'activeKeys' | 'holdJobs' | 'completeJobs'>;

/** Queue writes inside the caller's transaction. `boss` is asked for only when it is needed. */
export function queueMethods(db: Db, boss: () => Promise<PgBoss>): QueueMethods {
  return {
    enqueue: async (keys) => insertKeys(db, await boss(), keys, 0),
    activeKeys: async (keys) => {
      if (keys.length === 0) return new Set();
      const rows = await db.$queryRaw<{ key: string }[]>`
        SELECT singleton_key AS key FROM pgboss.job
        WHERE name = ${queueName} AND state = 'active' AND policy = ${queuePolicy}
          AND COALESCE(singleton_key, '') = ANY(${keys.map(formatKey)}::text[])`;
      return new Set(rows.map((row) => row.key));
    },
    holdJobs: async (jobs) => {
      if (jobs.length === 0) return;
      const ours = attempts(jobs);
      const rows = await db.$queryRaw<{ id: string }[]>`
        SELECT j.id FROM pgboss.job j
        JOIN unnest(${ours.map((job) => job.id)}::uuid[], ${ours.map((job) => job.retryCount)}::int[]) AS o(id, tries)
          ON j.id = o.id AND j.retry_count = o.tries
        WHERE j.name = ${queueName} AND j.state = 'active'`;
      refuseLost(jobs, new Set(rows.map((row) => row.id)));
    },
    completeJobs: async (jobs) => {
      if (jobs.length === 0) return;
      refuseLost(jobs, await settle(db, await boss(), jobs));
    },
  };
}

function refuseLost(jobs: readonly Job[], ours: ReadonlySet<string>): void {
  const lost = jobs.filter((job) => !ours.has(attempt.parse(job.handle).id));
  if (lost.length > 0) throw new JobsLost(`${lost.length} of ${jobs.length} jobs are no longer ours`, lost);
}

/** One statement, whatever the number of keys. Sorted, so that two that queue the same keys do not lock each other out. */
async function insertKeys(db: Db, boss: PgBoss, keys: readonly WorkKey[], startAfter: number): Promise<void> {
  if (keys.length === 0) return;
  const byText = new Map(keys.map((key) => [formatKey(key), key]));
  const jobs = [...byText.keys()].toSorted().map((text) => ({
    singletonKey: text,
    data: { key: byText.get(text) },
    startAfter,
  }));
  await boss.insert(queueName, jobs, { db: fromPrisma(db) });
}

function attempts(jobs: readonly Job[]): { readonly id: string; readonly retryCount: number }[] {
  return jobs.map((job) => attempt.parse(job.handle));
}

/** Completes those jobs that are still ours; gives back their ids. */
async function settle(db: Db, boss: PgBoss, jobs: readonly Job[]): Promise<ReadonlySet<string>> {
  const answer = await boss.complete(queueName, attempts(jobs), null, { db: fromPrisma(db) });
  return new Set(completion.parse(answer).settled);
}

/** Lets Postgres count the jobs by their states, as it does by itself once a minute, for the plans of the next fetches. */
export async function countJobs(db: Db): Promise<void> {
  await db.$executeRaw`ANALYZE (SKIP_LOCKED) pgboss.job`;
}

/**
 * Hands jobs out again after `seconds`. They are completed and queued anew rather than failed: a job that fails too often is
 * given up by pg-boss, and a key must never be. Jobs that were completed meanwhile, or are no longer ours, are left alone. Returns how
 * many were given back.
 */
export async function giveBack(db: Db, boss: PgBoss, jobs: readonly Job[], seconds: number): Promise<number> {
  const settled = await settle(db, boss, jobs);
  const left = jobs.filter((job) => settled.has(attempt.parse(job.handle).id));
  await insertKeys(
    db,
    boss,
    left.map((job) => job.key),
    seconds,
  );
  return left.length;
}

/** What there is to see to, by the database's clock. */
export async function glance(db: Db): Promise<Glance> {
  const [row] = await db.$queryRaw<{ ms: number | null; waits: boolean }[]>`
    SELECT (SELECT extract(epoch FROM min(heartbeat_on + heartbeat_seconds * interval '1 s') - pgboss.job_now()) * 1000
            FROM pgboss.job WHERE name = ${queueName} AND state = 'active')::float8 AS ms,
           EXISTS (SELECT 1 FROM pgboss.job
                   WHERE name = ${queueName} AND state < 'active' AND start_after <= pgboss.job_now()) AS waits`;
  return { nextEnd: row?.ms ?? null, waits: row?.waits ?? false };
}
