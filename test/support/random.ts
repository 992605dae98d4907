import type { Ids } from '../../src/core/clock.ts';

/** 0 ≤ n < 1, the same series for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Ids that sort in the order they were drawn, the same for the same seed. */
export function seededIds(seed = 1): Ids {
  const random = seededRandom(seed);
  let drawn = 0;
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  return {
    next: () => {
      drawn += 1;
      const order = drawn.toString(16).padStart(12, '0');
      return `${order.slice(0, 8)}-${order.slice(8)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
    },
    sysId: () => hex(32),
  };
}
