import type { Hold, Link, WorkKey } from '../../core/link.ts';
import type { PairRules } from '../../core/rules.ts';
import { otherSide, sides } from '../../core/side.ts';
import type { ProposalRow, Tx } from '../../store/store.ts';
import type { Settlement } from '../settlement.ts';
import { groupBy } from '../work.ts';

/** Proposals, those that are over with a link, and the links that wait for a parent or child that was linked now. */
export async function recordMatches(tx: Tx, settlements: readonly Settlement[]): Promise<void> {
  const matching = settlements.filter(({ work }) => work.pair.match !== undefined);
  const linked = matching.flatMap(({ insert }) => (insert === null ? [] : [insert]));
  await dropOver(tx, linked);
  const proposals = matching.flatMap((settlement) =>
    settlement.proposals.filter((row) => isOpen(settlement, row, linked)),
  );
  if (proposals.length > 0) await tx.saveProposals(proposals);

  const joined = settlements
    .filter(({ work }) => (work.pair.parents ?? []).length > 0)
    .flatMap(({ insert, update, work }) => [
      ...(insert === null ? [] : [insert]),
      ...(update === null || work.kind !== 'link' || !familyMoved(work.link, update, work.pair) ? [] : [update]),
    ]);
  const again = joined.length === 0 ? [] : await tx.linksToRejoin(joined);
  if (again.length > 0) await tx.enqueue(again.map((linkId) => ({ kind: 'link', linkId })));
}

/** What is linked now is nobody else's any more: records that waited for it are decided anew. */
export async function dropOver(tx: Tx, links: readonly Link[]): Promise<void> {
  for (const [pair, some] of groupBy(links, (link) => link.pair)) {
    const again: WorkKey[] = [];
    for (const side of sides) {
      const ids = some.map((link) => link.ids[side]);
      const to = otherSide(side);
      for (const row of await tx.dropProposals(pair, side, ids))
        if (!some.some((link) => link.ids[to] === row.ids[to]))
          again.push({ kind: 'new', pair, side: to, id: row.ids[to] });
    }
    if (again.length > 0) await tx.enqueue(again);
  }
}

/** False for a proposal that a link of the same batch has overtaken, unless it is of the very record that was created all the same. */
function isOpen({ insert }: Settlement, row: ProposalRow, linked: readonly Link[]): boolean {
  return !linked.some((link) => link !== insert && sides.some((side) => link.ids[side] === row.ids[side]));
}

/** True if a parent of the ticket is held. */
export function holdsParent({ holds }: Link): boolean {
  return holds.some(isOfParent);
}

function isOfParent({ reason }: Hold): boolean {
  return reason.kind === 'parent-not-linked' || reason.kind === 'parent-circle';
}

/** True if the ticket has another parent now, or waits for one, or does no longer. */
function familyMoved(before: Link, now: Link, pair: PairRules): boolean {
  const parents = ({ bases, holds }: Link): string =>
    JSON.stringify([
      (pair.parents ?? []).map((field) => sides.map((side) => bases[side].fields[field[side]] ?? null)),
      holds.filter(isOfParent),
    ]);
  return parents(before) !== parents(now);
}
