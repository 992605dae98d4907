import { type Side, sides } from '../core/side.ts';
import type { ProposalRow } from '../store/store.ts';
import { note, type Operator, timeOf } from './operator.ts';
import { Refused } from './refused.ts';

/**
 * A person says whether two records are one ticket. Accepted: the next reconcile pairs them. Rejected: both are decided anew, and are
 * never proposed to each other again. Throws Refused where somebody was faster.
 */
export async function decideProposal(
  operator: Operator,
  id: string,
  status: 'accepted' | 'rejected',
): Promise<ProposalRow> {
  const row = await operator.store.transaction(async (tx) => {
    const found = await tx.proposalById(id);
    if (found === null) throw new Refused({ kind: 'no-proposal', id });
    if (!(await tx.decideProposal(id, status, timeOf(operator)))) {
      throw new Refused({ kind: 'proposal-over', id, status: found.status });
    }
    // One key pairs two records; two that stay apart are looked at one by one.
    const again: readonly Side[] = status === 'accepted' ? ['servicenow'] : sides;
    await tx.enqueue(again.map((side) => ({ kind: 'new', pair: found.pair, side, id: found.ids[side] })));
    return { ...found, status, decidedAt: timeOf(operator) };
  });
  const { servicenow, salesforce } = row.ids;
  await note(operator, `proposal.${status}`, id, { pair: row.pair, servicenow, salesforce });
  return row;
}
