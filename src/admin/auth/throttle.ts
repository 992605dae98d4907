/**
 * Slows down whoever guesses: after each failure from an address the next guess from there has to wait, twice as long each time, up
 * to half a minute. Nobody is locked out for good, and what is asked while waiting changes nothing.
 */
export interface Throttle {
  /** Milliseconds until a guess from here is looked at; 0 for now. */
  waitMs(address: string): number;
  failed(address: string): void;
  succeeded(address: string): void;
}

interface Failures {
  readonly count: number;
  readonly until: number;
  readonly last: number;
}

const firstMs = 500;
const longestMs = 30_000;
/** A quarter of an hour without a failure starts anew. */
const forgetMs = 15 * 60_000;
const mostAddresses = 10_000;

/** `now`: milliseconds since the epoch. */
export function createThrottle(now: () => number): Throttle {
  const failures = new Map<string, Failures>();
  return {
    waitMs: (address) => Math.max(0, (failures.get(address)?.until ?? 0) - now()),
    failed: (address) => {
      const before = failures.get(address);
      const count = before === undefined || now() - before.last > forgetMs ? 1 : before.count + 1;
      const until = now() + Math.min(longestMs, firstMs * 2 ** Math.min(count - 1, 20));
      failures.delete(address);
      failures.set(address, { count, until, last: now() });
      const [oldest] = failures.keys();
      if (failures.size > mostAddresses && oldest !== undefined) failures.delete(oldest);
    },
    succeeded: (address) => void failures.delete(address),
  };
}
