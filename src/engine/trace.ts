import type { WorkKey } from '../core/link.ts';

/** A piece of the straight line that takes time. */
export type Stage = 'poll' | 'reconcile' | 'load' | 'read' | 'merge' | 'note' | 'apply' | 'record';

/** Counts and names of tables and sides: never a ticket's number or contents. */
export type StageFacts = Readonly<Record<string, string | number | boolean>>;

/** Follows changes on their way. What it does must never fail or wait. */
export interface Tracer {
  /** Runs one stage; stages that begin inside it are its parts. */
  stage<T>(stage: Stage, facts: StageFacts, work: () => Promise<T>): Promise<T>;
  /** Runs the reconcile of these keys: it belongs to whoever has queued them. */
  reconcile<T>(keys: readonly WorkKey[], work: () => Promise<T>): Promise<T>;
  /** These keys were queued within the stage that runs now. */
  queued(keys: readonly WorkKey[]): void;
}

/** Runs a stage, traced where somebody traces. */
export function staged<T>(
  engine: { readonly tracer?: Tracer },
  stage: Stage,
  facts: StageFacts,
  work: () => Promise<T>,
): Promise<T> {
  return engine.tracer === undefined ? work() : engine.tracer.stage(stage, facts, work);
}
