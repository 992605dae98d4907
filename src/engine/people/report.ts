import type { Tx, UnmatchedKey, UnmatchedRow } from '../../store/store.ts';
import type { Settlement } from '../settlement.ts';

/** Writes down who had no counterpart in these tickets, and forgets those who have one now. `at`: ISO 8601. */
export async function reportStrangers(tx: Tx, settlements: readonly Settlement[], at: string): Promise<void> {
  const rows = settlements.flatMap((settlement) => rowsOf(settlement, at));
  const known = settlements.flatMap(({ work }): readonly UnmatchedKey[] =>
    (work.met?.known ?? []).map(({ side, field, id }) => ({ pair: work.pair.name, side, field, value: id })),
  );
  if (rows.length > 0) await tx.noteUnmatched(rows);
  if (known.length > 0) await tx.clearUnmatched(known);
}

function rowsOf({ work, insert }: Settlement, at: string): readonly UnmatchedRow[] {
  const linkId = work.kind === 'link' ? work.link.id : (insert?.id ?? null);
  return (work.met?.strangers ?? []).map(({ side, field, id, label, why }) => ({
    pair: work.pair.name,
    side,
    field,
    value: id,
    label,
    why,
    times: 1,
    linkId,
    firstAt: at,
    lastAt: at,
  }));
}
