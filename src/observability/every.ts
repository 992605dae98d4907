import type { Clock } from '../core/clock.ts';

/** Something that goes on until it is stopped. */
export interface Running {
  /** Waits for nothing that is under way: that is told to end by its signal, and left alone. */
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
        await untilStopped(signal, work(signal));
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

/** What `work` comes to; rejects at once when stopped. A receiver that is slow to answer must not hold up our end. */
function untilStopped(signal: AbortSignal, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopped = (): void => reject(new Error('stopped'));
    signal.addEventListener('abort', stopped, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stopped));
  });
}
