import type { Engine } from '../engine.ts';
import type { ChildOutcome, ToCarry } from './plan.ts';

/** Posts the comments of a batch. Never rejects. */
export async function carryComments(
  _engine: Engine,
  _batch: readonly ToCarry[],
): Promise<ReadonlyMap<string, ChildOutcome>> {
  return new Map();
}
