import type { Clock } from '../../core/clock.ts';
import { noLimits, renewSide, type SharedLimits } from '../../core/limits.ts';
import { bothSides } from '../../core/side.ts';

/** Shared limits in memory, for replicas that are tested in one process. */
export function createMemoryLimits(clock: Clock): SharedLimits {
  const known = bothSides(() => noLimits);
  const listeners = new Set<() => void>();
  return {
    renew: async ({ holder, claims, ...how }) => {
      const now = clock.now();
      let news = false;
      const grants = bothSides((side) => {
        const renewed = renewSide(known[side], now, holder, claims[side], how);
        known[side] = renewed.known;
        news ||= renewed.news;
        return renewed.grant;
      });
      if (news) queueMicrotask(() => listeners.forEach((heard) => heard()));
      return grants;
    },
    listen: (heard) => {
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
  };
}
