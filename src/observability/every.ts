import type { Clock } from '../core/clock.ts';

/** Something that goes on until it is stopped. */
export interface Running {
  /** Resolves when what was going on has ended. */
  stop(): Promise<void>;
}

/**
 * Does `work` now and again `ms` after it has ended, until stopped. `work` is handed the signal that stops it; what it rejects with
 * goes to `onError`, and the next time comes all the same.
 */
export function every(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => Promise<void>,
  onError: (error: Error) => void,
): Running {
  const stopping = new AbortController();
  const { signal } = stopping;
  const go = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await work(signal);
        await clock.sleep(ms, signal);
      } catch (error) {
        if (signal.aborted) return;
        onError(error instanceof Error ? error : new Error(String(error)));
        await clock.sleep(ms, signal).catch(() => undefined);
      }
    }
  };
  const ended = go();
  return {
    stop: async () => {
      stopping.abort(new Error('stopping'));
      await ended;
    },
  };
}
