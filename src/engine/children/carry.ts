import type { Sending } from '../../connectors/ticket-system.ts';
import { type Side, sides } from '../../core/side.ts';
import type { Outcome } from '../apply.ts';
import type { Engine } from '../engine.ts';
import { isLinkPlan } from '../note.ts';
import type { Decision } from '../work.ts';
import { carryFiles } from './files.ts';
import { type ChildOutcome, joined, type ToCarry } from './plan.ts';
import { carryComments } from './post.ts';

/**
 * Sends what hangs on the tickets of a batch, after their fields: comments first, then files. Never rejects; what came of it stands
 * by the key of work.
 */
export async function carryChildren(
  engine: Engine,
  decisions: readonly Decision[],
  written: ReadonlyMap<string, Outcome>,
  sending: Sending,
): Promise<ReadonlyMap<string, ChildOutcome>> {
  const batch = decisions.flatMap((decision): readonly ToCarry[] => {
    if (!isLinkPlan(decision) || decision.children === null) return [];
    const { work, children } = decision;
    return [{ key: work.key, work, plan: children, down: downSides(written.get(work.key) ?? {}) }];
  });
  if (batch.length === 0) return new Map();
  const comments = await carryComments(engine, batch, sending);
  const files = await carryFiles(engine, batch);
  return new Map(
    batch.map(({ key }) => [key, joined([comments.get(key), files.get(key)].filter((one) => one !== undefined))]),
  );
}

function downSides(outcome: Outcome): ReadonlySet<Side> {
  return new Set(
    sides.filter((side) => {
      const result = outcome[side];
      return result?.kind === 'failed' && (result.error.kind === 'Unavailable' || result.error.kind === 'RateLimited');
    }),
  );
}
