import type { PgBoss } from 'pg-boss';
import type { Clock } from '../../../core/clock.ts';
import type { Job, Queue } from '../../queue.ts';
import type { Db } from '../db.ts';
import { createBoss, queueName } from './boss.ts';
import { countJobs, giveBack, glance, type JobData } from './jobs.ts';
import { startSupervisor } from './supervisor.ts';

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

/**
 * A notice wakes all workers at once. Without one come keys that a killed worker or a rest leaves, of which the process that knows
 * wakes its own workers; where that process is gone, the supervisor's look finds them. Who fetches a full batch wakes the others.
 */
const polls = { hearing: 60, deaf: 1 } as const;

/** How long Postgres's count of the jobs is taken for fresh while full batches come. */
const freshMs = 30_000;

export function createBossQueue(options: BossQueueOptions): BossQueue {
  let started: Promise<PgBoss> | null = null;
  const workers: string[] = [];
  const closing = new AbortController();
  let endSupervisor: (() => Promise<void>) | null = null;
  let countedAt = Number.NEGATIVE_INFINITY;

  const boss = (): Promise<PgBoss> => {
    started ??= createBoss(options)
      .start()
      .catch((error: unknown) => {
        started = null;
        throw error;
      });
    return started;
  };

  const wake = (running: PgBoss): void => {
    for (const worker of workers) running.notifyWorker(worker);
  };

  /**
   * Counted in a calm, Postgres takes next to none of the jobs for active, and compares each key that waits with all that are: with two
   * batches out, the third took half a second of it. Where we may not have it count, that is how it stays.
   */
  const countAnew = async (): Promise<void> => {
    const now = options.clock.now();
    if (now - countedAt < freshMs) return;
    countedAt = now;
    await options.transaction(countJobs).catch((error: unknown) => options.onError(asError(error)));
  };

  /** Their rest is over a little earlier by the database's clock. */
  const wakeAfterRest = async (running: PgBoss): Promise<void> => {
    await options.clock.sleep(redeliverSeconds * 1000 + 50, closing.signal);
    wake(running);
  };

  /** Runs the handler and settles what it left. The results only tell pg-boss that there is nothing more to settle. */
  const handle = async (jobs: readonly Job[], handler: (jobs: readonly Job[]) => Promise<void>): Promise<void> => {
    try {
      await handler(jobs);
    } catch (error) {
      options.onError(asError(error));
    }
    const running = await boss();
    const resting = await options.transaction((db) => giveBack(db, running, jobs, redeliverSeconds));
    if (resting > 0) void wakeAfterRest(running).catch(() => undefined);
    // A key that was queued again while we had it could not be fetched when its notice came.
    for (const worker of workers.slice(0, 1)) running.notifyWorker(worker);
  };

  return {
    boss,
    work: async ({ batchSize, atOnce = 1 }, handler) => {
      const running = await boss();
      const workOne = (): Promise<string> =>
        running.work<JobData>(
          queueName,
          {
            batchSize,
            perJobResults: true as const,
            burstWhenBatchFull: true,
            // Under load a heartbeat may come seconds late; a batch is seldom out for as long as the first one.
            heartbeatRefreshSeconds: 3,
            pollingIntervalSeconds: polls.deaf,
            notifyPollingIntervalSeconds: polls.hearing,
          },
          async (batch) => {
            const handling = handle(
              batch.map((job) => ({ key: job.data.key, handle: job })),
              handler,
            );
            if (batch.length === batchSize) {
              await countAnew();
              wake(running);
            }
            await handling;
            return batch.map((job) => ({ id: job.id, status: 'completed' as const }));
          },
        );
      for (let n = 0; n < atOnce; n += 1) workers.push(await workOne());
      endSupervisor ??= startSupervisor({
        clock: options.clock,
        glance: () => options.transaction(glance),
        round: () => running.supervise(queueName),
        wake: () => wake(running),
        onError: options.onError,
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
      closing.abort(new Error('the queue is closed'));
      await endSupervisor?.();
      await running.stop({ graceful: false, close: true });
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
