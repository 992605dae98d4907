import type { ProposalRow } from '../../store/store.ts';
import type { PlannedItem } from '../dry-run.ts';
import type { Engine } from '../engine.ts';
import { resync } from '../resync.ts';
import { proposalRows } from './proposals.ts';

export interface FoundMatches {
  /** What would be done about each record without a counterpart. */
  readonly planned: readonly PlannedItem[];
  /** Open ones that were written, new and known. */
  readonly proposals: readonly ProposalRow[];
  readonly stopped: boolean;
}

/**
 * Walks both desks as a resync would, and looks for each record without a counterpart whether it has one already. Nothing is written
 * but the proposals, which a person decides.
 */
export async function findMatches(
  engine: Engine,
  options: { readonly pair?: string; readonly signal: AbortSignal },
): Promise<FoundMatches> {
  const { planned, stopped } = await resync(engine, { ...options, dryRun: true });
  const news = planned.filter(({ decision }) => decision.work.kind === 'new');
  const proposals = news.flatMap(({ decision }) => {
    if (decision.kind !== 'plan' || decision.work.kind !== 'new') return [];
    const { plan, work } = decision;
    const origin = 'origin' in decision ? decision.origin : null;
    if (plan.kind === 'propose') return proposalRows(engine, work, origin, plan.candidates);
    return plan.kind === 'create' ? proposalRows(engine, work, origin, plan.near ?? []) : [];
  });
  // Two records that are alike find each other from both ends.
  const once = [
    ...new Map(proposals.map((row) => [`${row.pair} ${row.ids.servicenow} ${row.ids.salesforce}`, row])).values(),
  ];
  await engine.store.transaction((tx) => tx.saveProposals(once));
  return { planned: news, proposals: once, stopped };
}
