import { iso } from '../core/clock.ts';
import type { Pruned } from '../store/store.ts';
import type { Engine } from './engine.ts';

export interface RetentionOptions {
  /** How long carried values and ended runs are kept, in milliseconds; 0 for ever. */
  readonly historyMs: number;
  /** How long settled conflicts are kept, in milliseconds; 0 for ever. */
  readonly conflictsMs: number;
  /** Rows of each kind in one transaction; by default so many that nobody waits for it: 5,000. */
  readonly atOnce?: number;
}

export interface Retention {
  /** Removes one batch of what is too old, if it is time. Rejects with StoreUnavailable. */
  step(): Promise<void>;
}

const lookEveryMs = 3_600_000;

/**
 * Removes what has been kept long enough: once an hour, and batch after batch while there is more. Replicas may do so at the same time:
 * each takes rows that no other has.
 */
export function createRetention(
  engine: Engine,
  { historyMs, conflictsMs, atOnce = 5000 }: RetentionOptions,
): Retention {
  let lookAt = 0;
  return {
    step: async () => {
      const now = engine.clock.now();
      if (now < lookAt || (historyMs === 0 && conflictsMs === 0)) return;
      const before = (ms: number): string | null => (ms === 0 ? null : iso(now - ms));
      const pruned = await engine.store.transaction((tx) =>
        tx.prune({ history: before(historyMs), conflicts: before(conflictsMs) }, atOnce),
      );
      const counts = countsOf(pruned);
      if (counts.every((count) => count < atOnce)) lookAt = now + lookEveryMs;
      if (counts.some((count) => count > 0)) engine.emit({ type: 'store.pruned', ...pruned });
    },
  };
}

function countsOf({ history, runs, conflicts }: Pruned): readonly number[] {
  return [history, runs, conflicts];
}
