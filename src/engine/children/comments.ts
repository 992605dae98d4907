import { type CommentPlan, noComments } from '../../core/comments/plan.ts';
import type { Engine } from '../engine.ts';
import type { LinkWork } from '../work.ts';
import type { ChildrenNow } from './plan.ts';

/** Decides about the comments of one link. */
export async function decideComments(_engine: Engine, _work: LinkWork, _now: ChildrenNow): Promise<CommentPlan> {
  return noComments;
}
