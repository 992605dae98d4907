import type { ChildRow } from '../../core/children.ts';
import type { Link, WorkKey } from '../../core/link.ts';
import type { PendingWrite } from '../../core/plan.ts';
import type { ConflictRow, Cursor, HistoryRow, Intent, PairPause, QuarantineRow, RunRow } from '../store.ts';
import type { ProposalRow } from '../matching.ts';
import type { UnmatchedRow } from '../unmatched.ts';
import { Table } from './table.ts';

export interface WaitingJob {
  readonly key: WorkKey;
  /** Not handed out before this time, in milliseconds since the epoch. */
  readonly dueAt: number;
}

export interface ActiveJob {
  readonly key: WorkKey;
  /** Names this hand-out: a worker whose key was given to another holds a ticket that no longer fits. */
  readonly ticket: string;
}

/** Everything the store holds. */
export interface State {
  readonly links: Table<Link>;
  /** `<pair> <side> <record id>` → link id. */
  readonly linkOf: Table<string>;
  /** Pair → when it was first started. */
  readonly firstStarts: Table<string>;
  readonly cursors: Table<Cursor>;
  readonly intents: Table<Intent>;
  /** Link id → its pending writes. */
  readonly pending: Table<readonly PendingWrite[]>;
  readonly conflicts: Table<ConflictRow>;
  /** What makes two conflicts the same → conflict id. */
  readonly conflictOf: Table<string>;
  /** Link id → its ledger of comments and files, oldest first. */
  readonly children: Table<readonly ChildRow[]>;
  /** Link id → its history, oldest first. */
  readonly history: Table<readonly HistoryRow[]>;
  readonly quarantine: Table<QuarantineRow>;
  /** `<pair> <ServiceNow id> <Salesforce id>` → proposal. */
  readonly proposals: Table<ProposalRow>;
  readonly unmatched: Table<UnmatchedRow>;
  readonly pauses: Table<PairPause>;
  readonly runs: Table<RunRow>;
  readonly identities: Table<string>;
  readonly waiting: Table<WaitingJob>;
  readonly active: Table<ActiveJob>;
}

export function emptyState(): State {
  return {
    links: new Table(),
    linkOf: new Table(),
    firstStarts: new Table(),
    cursors: new Table(),
    intents: new Table(),
    pending: new Table(),
    conflicts: new Table(),
    conflictOf: new Table(),
    children: new Table(),
    history: new Table(),
    quarantine: new Table(),
    proposals: new Table(),
    unmatched: new Table(),
    pauses: new Table(),
    runs: new Table(),
    identities: new Table(),
    waiting: new Table(),
    active: new Table(),
  };
}

/** A copy to work on; the original stays untouched until it is replaced. */
export function fork(state: State): State {
  return {
    links: state.links.fork(),
    linkOf: state.linkOf.fork(),
    firstStarts: state.firstStarts.fork(),
    cursors: state.cursors.fork(),
    intents: state.intents.fork(),
    pending: state.pending.fork(),
    conflicts: state.conflicts.fork(),
    conflictOf: state.conflictOf.fork(),
    children: state.children.fork(),
    history: state.history.fork(),
    quarantine: state.quarantine.fork(),
    proposals: state.proposals.fork(),
    unmatched: state.unmatched.fork(),
    pauses: state.pauses.fork(),
    runs: state.runs.fork(),
    identities: state.identities.fork(),
    waiting: state.waiting.fork(),
    active: state.active.fork(),
  };
}

/** Orders by a text, such as an ISO date; equal ones keep their order. */
export function byText<Row>(text: (row: Row) => string): (a: Row, b: Row) => number {
  return (a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0);
}
