import type { Clock } from '../../core/clock.ts';
import { type LimitNews, newsOf, noLimits, renewSide, type SharedLimits } from '../../core/limits.ts';
import { bothSides } from '../../core/side.ts';

/** Shared limits in memory, for replicas that are tested in one process. */
export function createMemoryLimits(clock: Clock): SharedLimits {
  const known = bothSides(() => noLimits);
  const listeners = new Set<(news: LimitNews) => void>();
  return {
    renew: async ({ holder, claims, ...how }) => {
      const now = clock.now();
      const said: (LimitNews | null)[] = [];
      const grants = bothSides((side) => {
        const renewed = renewSide(known[side], now, holder, claims[side], how);
        known[side] = renewed.known;
        said.push(renewed.news);
        return renewed.grant;
      });
      const news = newsOf(said);
      if (news !== null) queueMicrotask(() => listeners.forEach((heard) => heard(news)));
      return grants;
    },
    listen: (heard) => {
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
  };
}
