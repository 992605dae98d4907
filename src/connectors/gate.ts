import pLimit from 'p-limit';
import type { Clock } from '../core/clock.ts';

/** The one door to a side in this process: so many requests at once, and none while the side asked us to wait. */
export interface Gate {
  run<T>(work: () => Promise<T>): Promise<T>;
  /** No request leaves before `ms` from now have passed; a longer pause stands. */
  pauseFor(ms: number): void;
  /** Milliseconds since the epoch; 0 when open. */
  pausedUntil(): number;
}

export function createGate(options: { readonly concurrency: number; readonly clock: Clock }): Gate {
  const limit = pLimit(options.concurrency);
  let until = 0;
  return {
    run: (work) =>
      limit(async () => {
        while (until > options.clock.now()) await options.clock.sleep(until - options.clock.now());
        return work();
      }),
    pauseFor: (ms) => {
      until = Math.max(until, options.clock.now() + ms);
    },
    pausedUntil: () => (until > options.clock.now() ? until : 0),
  };
}
