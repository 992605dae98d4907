import type { Clock } from '../../core/clock.ts';

/**
 * How many records go out in one call. A call that runs into a limit of the org's own automation (Apex CPU time, query rows, locks)
 * halves it; a smaller size is kept for a while, then doubled, so that an org with heavy triggers is not asked in vain each time.
 */
export interface ChunkSize {
  /** Records of the next call, for this kind of write to this object. */
  of(what: string): number;
  /** So many records in one call were too many. */
  tooMany(what: string, records: number): void;
  /** One record alone was too many: it was not the size, which goes back to what it was before. */
  notTheSize(what: string, before: number): void;
  /** Not one record passed: for a while one goes ahead of the others and shows whether that is over. */
  nonePasses(what: string): void;
  onePassed(what: string): void;
  /** True while one is to go ahead. */
  isDoubtful(what: string): boolean;
}

const keptMs = 10 * 60_000;

export function createChunkSize(clock: Clock, most: number): ChunkSize {
  const sizes = new Map<string, { size: number; until: number }>();
  const doubtful = new Map<string, number>();

  return {
    of: (what) => {
      const kept = sizes.get(what);
      if (kept === undefined) return most;
      if (clock.now() < kept.until) return kept.size;
      const size = kept.size * 2;
      if (size >= most) sizes.delete(what);
      else sizes.set(what, { size, until: clock.now() + keptMs });
      return Math.min(size, most);
    },
    tooMany: (what, records) => {
      const size = Math.max(1, Math.floor(records / 2));
      const kept = sizes.get(what);
      sizes.set(what, { size: Math.min(size, kept?.size ?? size), until: clock.now() + keptMs });
    },
    notTheSize: (what, before) => {
      if (before >= most) sizes.delete(what);
      else sizes.set(what, { size: before, until: clock.now() + keptMs });
    },
    nonePasses: (what) => void doubtful.set(what, clock.now() + keptMs),
    onePassed: (what) => void doubtful.delete(what),
    isDoubtful: (what) => clock.now() < (doubtful.get(what) ?? 0),
  };
}
