import type { Children } from '../../connectors/children.ts';
import type { ConnectorError } from '../../connectors/errors.ts';
import type { ChildRow } from '../../core/children.ts';
import type { CommentPlan } from '../../core/comments/plan.ts';
import type { FileStep } from '../../core/files/steps.ts';
import type { PairRules } from '../../core/rules.ts';
import type { Side } from '../../core/side.ts';
import type { HistoryRow } from '../../store/store.ts';
import type { EngineEvent } from '../events.ts';
import type { LinkWork } from '../work.ts';

/** What came with the tickets of one link; null for a side that told nothing. */
export type ChildrenNow = Readonly<Record<Side, Children | null>>;

/** What is to be done about the files of one link. Their rows are taken step by step, not noted with the rest: see `files.ts`. */
export interface FilePlan {
  readonly steps: readonly FileStep[];
}

export const noFiles: FilePlan = { steps: [] };

/** What is to be done about what hangs on one pair of tickets, decided before anything is sent. */
export interface ChildPlan {
  readonly comments: CommentPlan;
  readonly files: FilePlan;
}

/** The children of one link, after its fields were written. */
export interface ToCarry {
  readonly key: string;
  readonly work: LinkWork;
  readonly plan: ChildPlan;
  /** Sides that did not answer the writes of this very ticket: nothing is sent after them there. */
  readonly down: ReadonlySet<Side>;
}

/** What came of it: recorded together with the fields of the same ticket. */
export interface ChildOutcome {
  readonly rows: readonly ChildRow[];
  readonly history: readonly HistoryRow[];
  readonly events: readonly EngineEvent[];
  /** A side that could not serve it: the job stays ours and is tried again. */
  readonly deferredBy: ConnectorError | null;
}

export const nothingCarried: ChildOutcome = { rows: [], history: [], events: [], deferredBy: null };

/** Rows to be noted before anything is sent. */
export function rowsToNote(plan: ChildPlan | null): readonly ChildRow[] {
  if (plan === null) return [];
  const { posts, rows } = plan.comments;
  if (posts.length === 0) return [];
  // What is left alone is noted with the first that is not: a ledger that knows any of a ticket's comments says something of them all.
  const left = rows.filter(({ state }) => state === 'known');
  return [...left, ...posts.flatMap(({ row, also }) => (also === undefined ? [row] : [row, also]))];
}

/** True if something hangs on the tickets of this pair that we look after. */
export function carriesChildren(pair: PairRules): boolean {
  return pair.comments !== undefined || pair.files !== undefined;
}

/** Several outcomes about one ticket as one. */
export function joined(outcomes: readonly ChildOutcome[]): ChildOutcome {
  return {
    rows: outcomes.flatMap((outcome) => outcome.rows),
    history: outcomes.flatMap((outcome) => outcome.history),
    events: outcomes.flatMap((outcome) => outcome.events),
    deferredBy: outcomes.find((outcome) => outcome.deferredBy !== null)?.deferredBy ?? null,
  };
}
