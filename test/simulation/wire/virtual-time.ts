/**
 * Timers and dates of this whole process, made virtual. Import it before anything else: who takes hold of `setTimeout` earlier keeps
 * the real one. `setImmediate` and the event loop stay as they are, so that nothing has to wait for anything real.
 */
import { install } from '@sinonjs/fake-timers';
import type { Clock } from '../../../src/core/clock.ts';

/** The start of every life, in milliseconds since the epoch. */
export const birth = Date.UTC(2026, 2, 2);

const realImmediate = setImmediate;
const fake = install({
  now: birth,
  toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
});

// Node keeps its own timer for this one.
AbortSignal.timeout = (ms: number): AbortSignal => {
  const ending = new AbortController();
  setTimeout(() => ending.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms);
  return ending.signal;
};

/** Time as one life sees it. */
export interface VirtualTime extends Clock {
  /** Lets everything run until this moment, timers in the order they are due. */
  until(time: number): Promise<void>;
  /** Told whenever bytes or calls move: time stands still while something does. */
  moved(): void;
}

/** Begins a life: it is `birth` again, and no timer of an earlier life is left. */
export function beginTime(): VirtualTime {
  fake.reset();
  fake.setSystemTime(birth);
  let moves = 0;
  return {
    now: () => Date.now(),
    sleep: (ms, signal) => sleepFor(ms, signal),
    moved: () => {
      moves += 1;
    },
    until: async (time) => {
      let over = false;
      setTimeout(() => (over = true), Math.max(0, time - Date.now()));
      while (!over) {
        await stillness(() => moves);
        fake.next();
      }
      await stillness(() => moves);
    },
  };
}

/** So many turns of the event loop in which nothing moves: a request takes two or three between two of its parts. */
const calmTurns = 5;

async function stillness(moves: () => number): Promise<void> {
  let seen = -1;
  for (let calm = 0; calm < calmTurns;) {
    if (moves() === seen) calm += 1;
    else calm = 0;
    seen = moves();
    await new Promise((resolve) => realImmediate(resolve));
  }
}

function sleepFor(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(asError(signal.reason));
    const wake = setTimeout(resolve, Math.max(0, ms));
    signal?.addEventListener('abort', () => (clearTimeout(wake), reject(asError(signal.reason))), { once: true });
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
