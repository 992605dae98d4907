import type { Draft } from '../../core/comments/view.ts';
import type { Engine } from '../engine.ts';
import type { LinkWork } from '../work.ts';
import { decideComments } from './comments.ts';
import { decideFiles } from './files.ts';
import { carriesChildren, type ChildPlan, type ChildrenNow } from './plan.ts';

/** Decides about what hangs on one link's tickets; null where the pair leaves it alone. Writes nothing. */
export function decideChildren(
  engine: Engine,
  work: LinkWork,
  now: ChildrenNow,
  notices: readonly Draft[] = [],
): ChildPlan | null {
  if (!carriesChildren(work.pair)) return null;
  return { comments: decideComments(engine, work, now, notices), files: decideFiles(engine, work, now) };
}
