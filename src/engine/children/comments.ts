import { createHash } from 'node:crypto';
import { type CommentPlan, noComments, planComments } from '../../core/comments/plan.ts';
import type { Draft } from '../../core/comments/view.ts';
import { iso } from '../../core/clock.ts';
import { bothSides, sides } from '../../core/side.ts';
import type { Engine } from '../engine.ts';
import type { LinkWork } from '../work.ts';
import { wholeHistory } from './first-rows.ts';
import type { ChildrenNow } from './plan.ts';

/** Decides about the comments of one link. */
export function decideComments(
  engine: Engine,
  work: Pick<LinkWork, 'link' | 'pair' | 'children'>,
  now: ChildrenNow,
  notices: readonly Draft[] = [],
): CommentPlan {
  const { link, pair } = work;
  if (pair.comments === undefined || sides.some((side) => engine.systems[side].children === undefined))
    return noComments;
  const ledger = work.children.filter((row) => row.kind === 'comment');
  return planComments(
    {
      linkId: link.id,
      origin: link.origin,
      linkedAt: link.createdAt,
      created: ledger.some((row) => row.sourceId === wholeHistory),
      ledger,
      now: bothSides((side) => now[side]?.comments ?? null),
    },
    pair.comments,
    {
      now: iso(engine.clock.now()),
      settleMs: engine.times.settle,
      offsets: engine.offsets,
      newId: () => engine.ids.next(),
      hash: (text) => createHash('sha256').update(text).digest('hex'),
    },
    notices,
  );
}
