import { sides } from '../core/side.ts';
import { type Intent, JobsLost, type Tx } from '../store/store.ts';
import type { Settlement } from './settlement.ts';
import { groupBy } from './work.ts';

/**
 * Two transactions do not see what the other has not committed yet. So those that note creates keep out those that link records that
 * are there already, for as long as each takes; creates do not wait for each other, since a record has one intent at most.
 */
export async function lockClaims(tx: Tx, pairs: readonly string[], what: 'create' | 'link'): Promise<void> {
  const names = [...new Set(pairs)].map((pair) => `claims ${pair}`);
  if (names.length > 0) await tx.lock(names, what === 'create' ? 'beside' : 'alone');
}

/** Before links are recorded: see lockClaims. */
export async function lockLinked(tx: Tx, settlements: readonly Settlement[]): Promise<void> {
  const claiming = settlements.filter(
    ({ closeIntents, insert, move }) => move !== undefined || (insert !== null && closeIntents.length === 0),
  );
  await lockClaims(
    tx,
    claiming.map(({ work }) => work.pair.name),
    'link',
  );
}

/**
 * Asked in the transaction that notes creates, after they were noted: a record that was linked since it was loaded (by a merge, a
 * match or a person) gets nothing across. Throws JobsLost: the key is handed out again, and finds the link.
 */
export async function refuseLinked(tx: Tx, intents: readonly Intent[]): Promise<void> {
  for (const group of groupBy(intents, ({ pair, origin }) => `${pair} ${origin}`).values()) {
    const [first] = group;
    if (first === undefined) continue;
    const ids = group.map(({ originId }) => originId);
    const links = await tx.linkIds(first.pair, first.origin, ids);
    if (links.length > 0) throw new JobsLost(`${links.length} of ${ids.length} records were linked meanwhile`);
  }
}

/**
 * Asked in the transaction that records links, after they were written: a record that was taken over by a match or a merge must not
 * be one from which a create has been sent meanwhile. Throws JobsLost: the key is handed out again, and waits for what became of that.
 */
export async function refuseCreatedFrom(tx: Tx, settlements: readonly Settlement[]): Promise<void> {
  const ours = new Set(settlements.flatMap(({ closeIntents }) => closeIntents));
  const claimed = settlements.flatMap(({ closeIntents, insert, move, work }) => {
    const pair = work.pair.name;
    if (move !== undefined) return [{ pair, side: move.side, id: move.recordId }];
    if (insert === null || closeIntents.length > 0) return [];
    return sides.map((side) => ({ pair, side, id: insert.ids[side] }));
  });
  for (const group of groupBy(claimed, ({ pair, side }) => `${pair} ${side}`).values()) {
    const [first] = group;
    if (first === undefined) continue;
    const ids = group.map(({ id }) => id);
    const open = (await tx.intentsByOrigin(first.pair, first.side, ids)).filter(({ id }) => !ours.has(id));
    if (open.length > 0) throw new JobsLost(`${open.length} of ${ids.length} records are being created from`);
  }
}
