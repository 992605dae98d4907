import type { Clock } from '../../../core/clock.ts';

/** What there is to see to. */
export interface Glance {
  /** Milliseconds until the first of the jobs under way is given up, 0 or less where one is; null while none is under way. */
  readonly nextEnd: number | null;
  /** A job waits that may be fetched: its notice was lost, or came while it rested and its process is gone. */
  readonly waits: boolean;
}

export interface SupervisorOptions {
  readonly clock: Clock;
  readonly glance: () => Promise<Glance>;
  /** pg-boss's own round: hands out again what was given up, deletes what is old. */
  readonly round: () => Promise<void>;
  /** There is something to fetch. */
  readonly wake: () => void;
  readonly onError: (error: Error) => void;
}

/** A look costs one statement, a round some ten. */
const longestRestMs = 10_000;
const afterFailureMs = 5_000;

/** pg-boss refuses a round within a second of another one, of whichever replica. */
const betweenRoundsMs = 1_100;

/** Old jobs are deleted every five minutes, see `maintenanceIntervalSeconds`. */
const tidyEveryMs = 305_000;

/** How long nothing can run out: what is fetched after a look lives as long as the longest rest. */
export function restAfter(nextEnd: number | null): number {
  if (nextEnd === null) return longestRestMs;
  return nextEnd <= 0 ? betweenRoundsMs : Math.min(nextEnd + 100, longestRestMs);
}

/**
 * Brings back the keys of killed workers as soon as their heartbeats have stayed away for too long, and those that nobody was told of. Left to itself, pg-boss makes a
 * round every second to notice: nine of ten transactions of a service that has nothing to do. Returns the way to end it.
 */
export function startSupervisor(options: SupervisorOptions): () => Promise<void> {
  const { clock } = options;
  const over = new AbortController();
  const { signal } = over;
  let tidiedAt = clock.now();

  async function look(): Promise<number> {
    const { nextEnd, waits } = await options.glance();
    const given = nextEnd !== null && nextEnd <= 0;
    if (given || clock.now() - tidiedAt >= tidyEveryMs) {
      tidiedAt = clock.now();
      await options.round();
    }
    if (given || waits) options.wake();
    return restAfter(nextEnd);
  }

  async function keepLooking(): Promise<void> {
    while (!signal.aborted) {
      const rest = await look().catch((error: unknown) => {
        if (!signal.aborted) options.onError(error instanceof Error ? error : new Error(String(error)));
        return afterFailureMs;
      });
      await clock.sleep(rest, signal).catch((reason: unknown) => {
        if (!signal.aborted) throw reason;
      });
    }
  }

  const looking = keepLooking();
  return async () => {
    over.abort(new Error('the queue is closed'));
    await looking;
  };
}
