import type { Clock, Ids } from '../../core/clock.ts';
import { formatKey } from '../../core/link.ts';
import type { Job, Queue } from '../queue.ts';
import { JobsLost, type Tx } from '../store.ts';
import type { State } from './state.ts';

type QueueMethods = Pick<Tx, 'enqueue' | 'activeKeys' | 'holdJobs' | 'completeJobs'>;

export function queueMethods(state: State, clock: Clock): QueueMethods {
  return {
    enqueue: async (keys) => {
      for (const key of keys) {
        const text = formatKey(key);
        const waiting = state.waiting.get(text);
        if (waiting === undefined || waiting.dueAt > clock.now()) state.waiting.set(text, { key, dueAt: clock.now() });
      }
    },
    activeKeys: async (keys) => new Set(keys.map(formatKey).filter((text) => state.active.has(text))),
    holdJobs: async (jobs) => {
      hold(state, jobs);
    },
    completeJobs: async (jobs) => {
      hold(state, jobs);
      for (const job of jobs) state.active.delete(formatKey(job.key));
    },
  };
}

function hold(state: State, jobs: readonly Job[]): void {
  const lost = jobs.filter((job) => state.active.get(formatKey(job.key))?.ticket !== job.handle);
  if (lost.length > 0) throw new JobsLost(`${lost.length} of ${jobs.length} jobs are no longer ours`, lost);
}

/** The queue of a memory store, with the doors that tests need. */
export interface MemoryQueue extends Queue {
  /** Hands out up to `size` keys that are due, by hand instead of through `work`. */
  takeBatch(size: number): Promise<readonly Job[]>;
  /** What a worker does with jobs that its handler left uncompleted: they are handed out again, after `afterMs`. */
  giveBack(jobs: readonly Job[], afterMs?: number): Promise<void>;
  /** As if every worker had been killed and its heartbeat had run out: its keys come back, its own completions are lost. */
  loseWorkers(): Promise<void>;
  /** Every key that waits or is being worked on, as `formatKey` writes it. */
  keys(): ReadonlySet<string>;
}

export interface MemoryQueueOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Uncompleted jobs rest this long before they are handed out again, so that a handler that can't go on does not spin. */
  readonly redeliverMs: number;
  readonly change: <T>(work: (state: State) => T) => Promise<T>;
  readonly look: () => State;
  /** Called after each commit that touched the queue. */
  readonly onQueueChange: (listener: () => void) => void;
}

export function createMemoryQueue(options: MemoryQueueOptions): MemoryQueue {
  const { clock, ids, change } = options;
  const stopping = new AbortController();
  const workers: Promise<void>[] = [];
  let wake = Promise.withResolvers<void>();
  options.onQueueChange(() => {
    wake.resolve();
    wake = Promise.withResolvers();
  });

  const takeBatch = (size: number): Promise<readonly Job[]> =>
    change((state) =>
      state.waiting
        .where(({ key, dueAt }) => dueAt <= clock.now() && !state.active.has(formatKey(key)))
        .slice(0, size)
        .map(({ key }) => {
          const ticket = ids.next();
          state.waiting.delete(formatKey(key));
          state.active.set(formatKey(key), { key, ticket });
          return { key, handle: ticket };
        }),
    );

  const giveBack = (jobs: readonly Job[], afterMs = 0): Promise<void> =>
    change((state) => {
      for (const job of jobs) {
        const text = formatKey(job.key);
        if (state.active.get(text)?.ticket !== job.handle) continue;
        state.active.delete(text);
        if (!state.waiting.has(text)) state.waiting.set(text, { key: job.key, dueAt: clock.now() + afterMs });
      }
    });

  /** Until something is queued, becomes due, or the queue stops. */
  async function rest(woken: Promise<void>): Promise<void> {
    const due = options
      .look()
      .waiting.all()
      .map((job) => job.dueAt);
    const later = due.filter((at) => at > clock.now());
    const done = new AbortController();
    const signal = AbortSignal.any([done.signal, stopping.signal]);
    const timer =
      later.length === 0
        ? aborted(signal)
        : clock.sleep(Math.min(...later) - clock.now(), signal).catch(() => undefined);
    await Promise.race([woken, timer]);
    done.abort();
  }

  async function loop(size: number, handler: (jobs: readonly Job[]) => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      const woken = wake.promise;
      const jobs = await takeBatch(size);
      if (jobs.length === 0) {
        await rest(woken);
        continue;
      }
      // A handler that throws and one that returns early come to the same: what it did not complete is handed out again.
      await handler(jobs).catch(() => undefined);
      await giveBack(jobs, options.redeliverMs);
    }
  }

  return {
    takeBatch,
    giveBack,
    loseWorkers: () =>
      change((state) => {
        for (const { key } of state.active.all()) {
          const text = formatKey(key);
          state.active.delete(text);
          if (!state.waiting.has(text)) state.waiting.set(text, { key, dueAt: clock.now() });
        }
      }),
    work: async ({ batchSize, atOnce = 1 }, handler) => {
      for (let n = 0; n < atOnce; n += 1) workers.push(loop(batchSize, handler));
    },
    stop: async (timeoutMs) => {
      stopping.abort();
      const done = new AbortController();
      const timeout = clock.sleep(timeoutMs, done.signal).catch(() => undefined);
      await Promise.race([Promise.all(workers), timeout]);
      done.abort();
    },
    keys: () =>
      new Set([...options.look().waiting.all(), ...options.look().active.all()].map(({ key }) => formatKey(key))),
    depth: async () => ({ waiting: options.look().waiting.size, active: options.look().active.size }),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
