import type { PairRules } from '../../core/rules.ts';
import type { Side } from '../../core/side.ts';
import type { Tx } from '../../store/store.ts';

/**
 * Of these records, those that another pair of the same table or object has linked, or is about to: they are that pair's, wherever
 * their record type or their fields have moved since. One ticket never gets two across.
 */
export async function takenElsewhere(
  tx: Tx,
  pair: PairRules,
  side: Side,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const taken = new Set<string>();
  if (ids.length === 0) return taken;
  for (const name of pair.siblings?.[side] ?? []) {
    for (const link of await tx.linksBySource(name, side, ids)) taken.add(link.ids[side]);
    for (const intent of await tx.intentsByOrigin(name, side, ids)) taken.add(intent.originId);
  }
  return taken;
}
