import type { Properties } from './api.ts';

/**
 * The pool that API requests run in: so many at once, so many in a queue, and whoever comes then is turned away with 429
 * (io-semaphores-performance-metrics: API_INT, typically four threads to a node and a queue of fifty; KB0635398).
 */
export class Threads {
  readonly #properties: Pick<Properties, 'threads' | 'threadQueue'>;
  #running = 0;
  #waiting: (() => void)[] = [];

  constructor(properties: Pick<Properties, 'threads' | 'threadQueue'>) {
    this.#properties = properties;
  }

  /** Runs `work` in its turn; null where the queue was full. */
  async run<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.#running >= this.#properties.threads) {
      if (this.#waiting.length >= this.#properties.threadQueue) return null;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // A thread goes from hand to hand, so that nobody comes in between.
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
