import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Clock } from '../../src/core/clock.ts';

/** The machine's own clock, for what talks to real servers and databases. */
export function realClock(): Clock {
  return {
    now: () => Date.now(),
    sleep: (ms, signal) => sleepFor(ms, undefined, signal === undefined ? {} : { signal }),
  };
}

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /** Moves time on, waking sleepers in the order they are due, and lets what they started run in between. */
  advance(ms: number): Promise<void>;
  /** Advances to the next sleeper's time; false if nobody sleeps. */
  advanceToNext(): Promise<boolean>;
  /** How many are asleep. */
  sleepers(): number;
  /** When the next one wakes, in milliseconds since the epoch; null if nobody sleeps. */
  nextAt(): number | null;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Midnight of 2026-03-02 UTC unless told otherwise. */
export function fakeClock(start: number = Date.UTC(2026, 2, 2)): FakeClock {
  let now = start;
  const sleepers: Sleeper[] = [];

  const next = (): Sleeper | undefined => sleepers.toSorted((a, b) => a.at - b.at)[0];
  const remove = (sleeper: Sleeper): void => {
    const index = sleepers.indexOf(sleeper);
    if (index >= 0) sleepers.splice(index, 1);
  };

  async function advanceTo(time: number): Promise<void> {
    await settle();
    for (let sleeper = next(); sleeper !== undefined && sleeper.at <= time; sleeper = next()) {
      now = Math.max(now, sleeper.at);
      remove(sleeper);
      sleeper.wake();
      await settle();
    }
    now = Math.max(now, time);
  }

  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(asError(signal.reason));
        const sleeper: Sleeper = { at: now + Math.max(0, ms), wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener(
          'abort',
          () => {
            remove(sleeper);
            reject(asError(signal.reason));
          },
          { once: true },
        );
      }),
    advance: (ms) => advanceTo(now + ms),
    advanceToNext: async () => {
      await settle();
      const sleeper = next();
      if (sleeper === undefined) return false;
      await advanceTo(sleeper.at);
      return true;
    },
    sleepers: () => sleepers.length,
    nextAt: () => next()?.at ?? null,
  };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}

/** Lets everything run that needs no time to pass. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Runs `work` to its end on a fake clock, moving time on whenever nothing else can go on. */
export async function runToEnd<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let over = false;
  const done = work.finally(() => {
    over = true;
  });
  done.catch(() => undefined);
  await settle();
  while (!over) {
    if (!(await clock.advanceToNext())) await settle();
  }
  return done;
}
