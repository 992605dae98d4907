import type { PgBoss } from 'pg-boss';
import type { Clock } from '../../../core/clock.ts';
import type { Job, Queue } from '../../queue.ts';
import type { Db } from '../db.ts';
import { createBoss, queueName } from './boss.ts';
import { giveBack, type JobData } from './jobs.ts';

export interface BossQueueOptions {
  readonly url: string;
  readonly clock: Clock;
  /** Runs in a transaction of its own. */
  readonly transaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>;
  /** Failures in the background: lost connections, a handler that threw. */
  readonly onError: (error: Error) => void;
}

export interface BossQueue extends Queue {
  /** The pg-boss behind it, started on first use: commands that never queue never pay for it. */
  readonly boss: () => Promise<PgBoss>;
  close(): Promise<void>;
}

/** How long jobs rest that a handler left uncompleted, so that a handler that can't go on does not spin. */
const redeliverSeconds = 1;

export function createBossQueue(options: BossQueueOptions): BossQueue {
  let started: Promise<PgBoss> | null = null;

  const boss = (): Promise<PgBoss> => {
    started ??= createBoss(options)
      .start()
      .catch((error: unknown) => {
        started = null;
        throw error;
      });
    return started;
  };

  /** Runs the handler and settles what it left. The results only tell pg-boss that there is nothing more to settle. */
  const handle = async (jobs: readonly Job[], handler: (jobs: readonly Job[]) => Promise<void>): Promise<void> => {
    try {
      await handler(jobs);
    } catch (error) {
      options.onError(asError(error));
    }
    const running = await boss();
    await options.transaction((db) => giveBack(db, running, jobs, redeliverSeconds));
  };

  return {
    boss,
    work: async ({ batchSize, atOnce = 1 }, handler) => {
      const running = await boss();
      const settings = {
        batchSize,
        localConcurrency: atOnce,
        perJobResults: true as const,
        burstWhenBatchFull: true,
        // Under load a heartbeat may come seconds late; a batch is seldom out for as long as the first one.
        heartbeatRefreshSeconds: 3,
        // A notice wakes us at once; the poll finds what came without one: jobs of killed workers, jobs that rested.
        pollingIntervalSeconds: 1,
        notifyPollingIntervalSeconds: 1,
      };
      await running.work<JobData>(queueName, settings, async (batch) => {
        await handle(
          batch.map((job) => ({ key: job.data.key, handle: job })),
          handler,
        );
        return batch.map((job) => ({ id: job.id, status: 'completed' as const }));
      });
    },
    stop: async (timeoutMs) => {
      if (started === null) return;
      const running = await started;
      const done = new AbortController();
      const timeout = options.clock.sleep(timeoutMs, done.signal).catch(() => undefined);
      await Promise.race([running.offWork(queueName, { wait: true }), timeout]);
      done.abort();
    },
    depth: () =>
      options.transaction(async (db) => {
        const [row] = await db.$queryRaw<{ waiting: bigint; active: bigint }[]>`
          SELECT count(DISTINCT singleton_key) FILTER (WHERE state < 'active') AS waiting,
                 count(*) FILTER (WHERE state = 'active') AS active
          FROM pgboss.job WHERE name = ${queueName} AND state <= 'active'`;
        return { waiting: Number(row?.waiting ?? 0), active: Number(row?.active ?? 0) };
      }),
    close: async () => {
      if (started === null) return;
      const running = await started;
      started = null;
      await running.stop({ graceful: false, close: true });
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
