import pLimit from 'p-limit';
import type { Clock } from '../core/clock.ts';

/** The one door to a side in this process: so many requests at once, and none while the side asked us to wait. */
export interface Gate {
  /** Runs `work` when its turn has come and no pause stands. Rejects with the signal's reason if aborted before that. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** No request leaves before `ms` from now have passed; a longer pause stands. */
  pauseFor(ms: number): void;
  /** Milliseconds since the epoch; 0 when open. */
  pausedUntil(): number;
}

/** Timers overflow at 2^31 ms; a pause is waited out in pieces, which also notices a clock that was set. */
const longestSleep = 60_000;

export function createGate(options: { readonly concurrency: number; readonly clock: Clock }): Gate {
  const limit = pLimit(options.concurrency);
  const { clock } = options;
  let until = 0;
  return {
    run: (work, signal) =>
      limit(async () => {
        signal?.throwIfAborted();
        while (until > clock.now()) await clock.sleep(Math.min(until - clock.now(), longestSleep), signal);
        return work();
      }),
    pauseFor: (ms) => {
      if (Number.isFinite(ms)) until = Math.max(until, clock.now() + ms);
    },
    pausedUntil: () => (until > clock.now() ? until : 0),
  };
}
