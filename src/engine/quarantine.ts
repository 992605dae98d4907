import { iso } from '../core/clock.ts';
import type { SourceRecord } from '../core/record.ts';
import { bothSides } from '../core/side.ts';
import type { QuarantineReason, QuarantineRow } from '../store/store.ts';
import type { Engine } from './engine.ts';
import type { Work } from './work.ts';

/** About six hours. */
export const longestBackOffSeconds = Math.exp(10);

/** Seconds until the next try: grows with e, for ever. */
export function backOffSeconds(attempts: number): number {
  return Math.min(Math.exp(attempts), longestBackOffSeconds);
}

/** The row that sets a piece of work aside; its attempts go on from the last row. `origin` names a record that has no link yet. */
export function quarantineRow(
  engine: Engine,
  work: Work,
  reason: QuarantineReason,
  origin: SourceRecord | null = null,
): QuarantineRow {
  const now = engine.clock.now();
  const attempts = (work.quarantine?.attempts ?? 0) + 1;
  return {
    key: work.key,
    pair: work.pair.name,
    ids:
      work.kind === 'link' ? work.link.ids : bothSides((side) => (side === work.origin.side ? work.origin.id : null)),
    numbers:
      work.kind === 'link'
        ? work.link.numbers
        : bothSides((side) => (side === work.origin.side ? (origin?.number ?? null) : null)),
    reason,
    attempts,
    firstAt: work.quarantine?.firstAt ?? iso(now),
    nextAt: iso(now + backOffSeconds(attempts) * 1000),
  };
}
