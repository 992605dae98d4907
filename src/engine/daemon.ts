import cron from 'node-cron';
import type { Side } from '../core/side.ts';
import type { QueueDepth } from '../store/queue.ts';
import type { Engine } from './engine.ts';
import { createTicker, type PaceOf, type Which } from './ticker.ts';
import type { RetentionOptions } from './retention.ts';
import type { Totals } from './work.ts';
import { batches, createWorker } from './worker.ts';

export interface DaemonOptions {
  /** node-cron expression with seconds. */
  readonly cron: string;
  readonly idleMaxMs: number;
  readonly unlimitedCreates: boolean;
  /** How long a sweep over the content of all links takes, in milliseconds; none where left out or 0. */
  readonly sweepMs?: number;
  /** How long what was carried is kept; for ever where left out. */
  readonly keep?: RetentionOptions;
}

/** What was left for next time. */
export interface LeftBehind extends QueueDepth {
  /** Creates and writes whose outcome is not known yet. */
  readonly inDoubt: number;
}

export interface Daemon {
  start(): Promise<void>;
  /** Stops polling, lets the running batch end, and says what is left. Takes at most ten seconds. */
  stop(): Promise<LeftBehind | null>;
  /** Makes both sides due now, or one side or pair, and polls them. */
  syncNow(which?: Which): Promise<void>;
  readonly totals: Totals;
  lastComplete(): Readonly<Record<Side, number | null>>;
  /** The gaps in force now. */
  paces(): readonly PaceOf[];
}

const stopWithinMs = 8000;

/** The long-running service: ticks on one hand, the worker on the other, the queue between them. */
export function createDaemon(engine: Engine, options: DaemonOptions): Daemon {
  const stopping = new AbortController();
  const { signal } = stopping;
  const ticker = createTicker(engine, {
    tickMs: tickOf(options.cron),
    idleMaxMs: options.idleMaxMs,
    unlimitedCreates: options.unlimitedCreates,
    sweepMs: options.sweepMs ?? 0,
    ...(options.keep === undefined ? {} : { keep: options.keep }),
    signal,
  });
  const worker = createWorker(engine, { sideDown: 'wait', signal });
  const task = cron.createTask(options.cron, () => ticker.tick(), {
    // A tick while another runs does nothing, so overlaps need no guard, and no warning on the console.
    suppressMissedWarning: true,
  });

  return {
    totals: worker.totals,
    lastComplete: () => ticker.lastComplete(),
    paces: () => ticker.paces(),
    start: async () => {
      await engine.store.queue.work(batches, (jobs) => worker.handle(jobs));
      await task.start();
      void ticker.tick();
    },
    syncNow: async (which) => {
      const underWay = ticker.idle(which?.side);
      ticker.hurry(which);
      // What is being polled now may have passed by already.
      await underWay;
      await ticker.tick();
    },
    stop: async () => {
      stopping.abort(new Error('stopping'));
      await task.destroy();
      await Promise.all([
        within(engine, stopWithinMs, ticker.idle()),
        within(engine, stopWithinMs, engine.files?.stop() ?? Promise.resolve()),
        engine.store.queue.stop(stopWithinMs),
      ]);
      return leftBehind(engine);
    },
  };
}

/** Waits for `work`, but no longer than this. */
async function within(engine: Engine, ms: number, work: Promise<void>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, engine.clock.sleep(ms, done.signal).catch(() => undefined)]);
  done.abort();
}

/** The gap between two ticks of a cron expression, from its seconds field; a minute where it has none. */
function tickOf(expression: string): number {
  const fields = expression.trim().split(/\s+/);
  if (fields.length < 6) return 60_000;
  const seconds = fields[0] ?? '';
  const step = /^\*(?:\/(\d+))?$/.exec(seconds);
  if (step !== null) return Number(step[1] ?? 1) * 1000;
  return Math.floor(60 / seconds.split(',').length) * 1000;
}

/** Null when the database cannot be asked any more. */
async function leftBehind(engine: Engine): Promise<LeftBehind | null> {
  try {
    const depth = await engine.store.queue.depth();
    const inDoubt = await engine.store.transaction(async (tx) => {
      const links = await tx.linksWithPendingBefore(new Date(engine.clock.now()).toISOString(), 1000);
      return (await tx.openIntents(1000)).length + links.length;
    });
    return { ...depth, inDoubt };
  } catch (error) {
    engine.emit({ type: 'store.lost', error: error instanceof Error ? error : new Error(String(error)) });
    return null;
  }
}
