import type { Clock } from '../../core/clock.ts';
import type { FoundRow } from '../../connectors/ticket-system.ts';

export interface PeopleCacheOptions {
  readonly clock: Clock;
  /** Most look-ups that are remembered; the one unused for longest goes first. Default 20,000. */
  readonly size?: number;
  /** How long an answer counts, in milliseconds; default ten minutes. */
  readonly ttlMs?: number;
  /** How long it counts that nobody was found, so that a cure shows soon; default one minute. */
  readonly emptyTtlMs?: number;
}

/** What was looked up in the directories of both desks lately. */
export interface PeopleCache {
  /** Undefined for what was never asked, or too long ago. */
  get(key: string): readonly FoundRow[] | undefined;
  set(key: string, rows: readonly FoundRow[]): void;
  clear(): void;
}

interface Entry {
  readonly rows: readonly FoundRow[];
  readonly until: number;
}

export function createPeopleCache(options: PeopleCacheOptions): PeopleCache {
  const { clock, size = 20_000, ttlMs = 600_000, emptyTtlMs = 60_000 } = options;
  // A Map keeps the order of insertion: what is used moves to its end.
  const entries = new Map<string, Entry>();
  return {
    get: (key) => {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      if (entry.until <= clock.now()) return undefined;
      entries.set(key, entry);
      return entry.rows;
    },
    set: (key, rows) => {
      entries.delete(key);
      entries.set(key, { rows, until: clock.now() + (rows.length === 0 ? emptyTtlMs : ttlMs) });
      const oldest = entries.keys().next();
      if (entries.size > size && oldest.done !== true) entries.delete(oldest.value);
    },
    clear: () => entries.clear(),
  };
}
