import type { Link } from '../../core/link.ts';
import { sides } from '../../core/side.ts';
import type { Tx } from '../../store/store.ts';
import type { Settlement } from '../settlement.ts';
import { groupBy } from '../work.ts';

/** Proposals, those that are over with a link, and the links that wait for a parent or child that was linked now. */
export async function recordMatches(tx: Tx, settlements: readonly Settlement[]): Promise<void> {
  const matching = settlements.filter(({ work }) => work.pair.match !== undefined);
  await dropOver(tx, matching);
  const proposals = matching.flatMap((settlement) => settlement.proposals);
  if (proposals.length > 0) await tx.saveProposals(proposals);

  const joined = settlements
    .filter(({ work }) => (work.pair.parents ?? []).length > 0)
    .flatMap(({ insert, update }) => [
      ...(insert === null ? [] : [insert]),
      ...(update === null || !waitsForParent(update) ? [] : [update]),
    ]);
  const again = joined.length === 0 ? [] : await tx.linksToRejoin(joined);
  if (again.length > 0) await tx.enqueue(again.map((linkId) => ({ kind: 'link', linkId })));
}

/** What is linked now is nobody else's any more. */
async function dropOver(tx: Tx, settlements: readonly Settlement[]): Promise<void> {
  const links = settlements.flatMap(({ insert }) => (insert === null ? [] : [insert]));
  for (const [pair, some] of groupBy(links, (link) => link.pair)) {
    for (const side of sides)
      await tx.dropProposals(
        pair,
        side,
        some.map((link) => link.ids[side]),
      );
  }
}

function waitsForParent(link: Link): boolean {
  return link.holds.some(({ reason }) => reason.kind === 'parent-not-linked');
}
