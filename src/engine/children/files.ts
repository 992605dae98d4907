import type { Engine } from '../engine.ts';
import type { LinkWork } from '../work.ts';
import { type ChildOutcome, type ChildrenNow, type FilePlan, noFiles, type ToCarry } from './plan.ts';

/** Decides about the files of one link. */
export function decideFiles(_engine: Engine, _work: LinkWork, _now: ChildrenNow): FilePlan {
  return noFiles;
}

/** Carries the files of a batch. Never rejects. */
export async function carryFiles(
  _engine: Engine,
  _batch: readonly ToCarry[],
): Promise<ReadonlyMap<string, ChildOutcome>> {
  return new Map();
}
