import type { WorkKey } from '../core/link.ts';

/** A key being worked on. `handle` is the queue's own. */
export interface Job {
  readonly key: WorkKey;
  readonly handle: unknown;
}

export interface QueueDepth {
  readonly waiting: number;
  readonly active: number;
}

/**
 * A queue of keys, never of payloads. A waiting key is held once; a key never runs twice at once, in any process; a key that is
 * enqueued while it runs runs once more afterwards; a killed worker's keys come back.
 */
export interface Queue {
  /**
   * Starts handing out batches. The handler completes its jobs itself, in its record transaction (`Tx.completeJobs`); jobs it
   * leaves uncompleted are handed out again. It must not throw; if it does, its jobs are handed out again.
   * `atOnce`: most batches that are out at the same time, 1 where left out. No key is in two of them.
   */
  work(
    options: { readonly batchSize: number; readonly atOnce?: number },
    handler: (jobs: readonly Job[]) => Promise<void>,
  ): Promise<void>;
  /** Stops handing out; resolves when the running handlers are done, or after `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
  depth(): Promise<QueueDepth>;
}
