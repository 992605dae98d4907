import type { Children } from '../../connectors/children.ts';
import type { Side } from '../../core/side.ts';
import type { Engine } from '../engine.ts';
import type { LinkWork } from '../work.ts';
import { decideComments } from './comments.ts';
import { decideFiles } from './files.ts';
import { carriesChildren, type ChildPlan } from './plan.ts';

/** What came with the tickets of one link; null for a side that told nothing. */
export type ChildrenNow = Readonly<Record<Side, Children | null>>;

/** Decides about what hangs on one link's tickets; null where the pair leaves it alone. Writes nothing. */
export async function decideChildren(engine: Engine, work: LinkWork, now: ChildrenNow): Promise<ChildPlan | null> {
  if (!carriesChildren(work.pair)) return null;
  return { comments: await decideComments(engine, work, now), files: decideFiles(engine, work, now) };
}
