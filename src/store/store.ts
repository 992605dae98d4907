import type { TokenVault } from '../connectors/credentials.ts';
import type { ConnectorErrorData, ConnectorErrorKind } from '../connectors/errors.ts';
import type { Keyset } from '../connectors/ticket-system.ts';
import type { ChildKind, ChildRow, ChildState, Channel } from '../core/children.ts';
import type { SharedLimits } from '../core/limits.ts';
import type { Link, LinkStatus, WorkKey } from '../core/link.ts';
import type { Decided, FieldConflict, FieldMove, PendingWrite, SettledValue } from '../core/plan.ts';
import type { Fields, FieldValue } from '../core/record.ts';
import type { Side } from '../core/side.ts';
import type { AsideGroup, AsideTx } from './aside.ts';
import type { Forgotten, ForgettingTx, PruneBefore, Pruned } from './forgetting.ts';
import type { Leases } from './leases.ts';
import type { AdminSessions, OverviewTx } from './overview.ts';
import type { UnmatchedKey, UnmatchedRow, UnmatchedTx } from './unmatched.ts';
import type { MatchingTx, ProposalRow } from './matching.ts';
import type { Job, Queue } from './queue.ts';

/** Where a poll stands on one side of one pair. All stamps are the server's, ISO 8601. */
export interface Cursor {
  readonly pair: string;
  readonly side: Side;
  /** Every row up to here is queued or was dropped as an echo. */
  readonly at: Keyset;
  /** Server time at the start of the last complete walk. */
  readonly completeAt: string | null;
  /** Server time at the start of the last complete walk with the wide overlap. */
  readonly deepAt: string | null;
  /** A walk that is under way, so that a restart goes on where it stopped. */
  readonly walk: Walk | null;
  /** Grows by one with every save: the compare-and-set of two replicas. */
  readonly version: number;
}

export interface Walk {
  readonly after: Keyset;
  readonly startedAt: string;
  readonly deep: boolean;
  /** New records queued by this walk so far: the brake on creates counts them. */
  readonly created: number;
}

/** A create that was decided and whose outcome is not recorded yet. */
export interface Intent {
  readonly id: string;
  readonly pair: string;
  /** Where the ticket was born. */
  readonly origin: Side;
  readonly originId: string;
  /** The `sys_id` drawn for ServiceNow; drawn for Salesforce too, and unused there. */
  readonly drawnId: string;
  readonly sentAt: string;
  /** Probes that came back with their control row and without the record. */
  readonly probes: number;
  readonly probedAt: string | null;
}

export type ConflictStatus =
  /** Waits for a person. */
  | 'open'
  /** A person has chosen; the next reconcile carries it out. */
  | 'decided'
  | 'settled';

export interface ConflictRow extends FieldConflict {
  readonly id: string;
  readonly linkId: string;
  readonly pair: string;
  readonly ids: Readonly<Record<Side, string>>;
  readonly numbers: Readonly<Record<Side, string | null>>;
  readonly status: ConflictStatus;
  readonly decision: Decided | null;
  readonly at: string;
  readonly settledAt: string | null;
  /** Who chose, and when; absent where nobody has. */
  readonly decidedBy?: string;
  readonly decidedAt?: string;
}

export interface HistoryRow extends FieldMove {
  readonly linkId: string;
  readonly runId: string;
  readonly by: string | null;
  readonly at: string;
}

export type QuarantineReason =
  | { readonly kind: 'connector'; readonly error: ConnectorErrorKind; readonly data: ConnectorErrorData }
  /** `others`: what people call the other records concerned. */
  | { readonly kind: 'plan'; readonly why: string; readonly others?: readonly string[] }
  /** A function of the mapping file. */
  | {
      readonly kind: 'mapping';
      readonly field: string;
      readonly why: 'threw' | 'no-value' | 'took-too-long';
      readonly said: string;
    }
  | { readonly kind: 'record'; readonly message: string };

export interface QuarantineRow {
  readonly key: string;
  readonly pair: string;
  readonly ids: Readonly<Record<Side, string | null>>;
  readonly numbers: Readonly<Record<Side, string | null>>;
  readonly reason: QuarantineReason;
  readonly attempts: number;
  readonly firstAt: string;
  readonly nextAt: string;
}

export type RunKind = 'start' | 'sync' | 'resync' | 'verify' | 'demo' | 'undo';

export interface RunRow {
  readonly id: string;
  readonly kind: RunKind;
  readonly pair: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly state: 'running' | 'done' | 'stopped' | 'failed' | 'cancelled';
  /** Where a resync stands; free for each kind to shape. */
  readonly position: Readonly<Record<string, FieldValue>>;
  readonly counts: Readonly<Record<string, number>>;
}

/** Why a pair stands still until a person says otherwise. */
export interface PairPause {
  readonly pair: string;
  readonly reason: 'too-many-creates' | 'instance-changed' | 'too-many-deletes' | 'side-blind' | 'person';
  readonly detail: Readonly<Record<string, FieldValue>>;
  readonly at: string;
}

/** How many rows of the ledger are alike. */
export interface ChildCount {
  readonly kind: ChildKind;
  readonly state: ChildState;
  readonly channel: Channel;
  readonly count: number;
}

export interface LinkFilter {
  readonly pair?: string;
  readonly status?: LinkStatus;
  /** Link id, either record's id or number. */
  readonly search?: string;
  /** Page by id. */
  readonly after?: string;
  /** By id, latest first; oldest first where left out. */
  readonly latestFirst?: boolean;
  readonly limit: number;
}

/** Reads and writes inside one transaction. Batch-first: one statement each, whatever the number of rows. */
export interface Tx extends AsideTx, ForgettingTx, OverviewTx, MatchingTx, UnmatchedTx {
  /**
   * Waits for these names and holds them until the transaction ends: `alone` keeps out everybody else, `beside` only those who want one
   * alone. What is read after it was committed by whoever had it before.
   */
  lock(names: readonly string[], how: 'alone' | 'beside'): Promise<void>;
  linksById(ids: readonly string[]): Promise<readonly Link[]>;
  linksBySource(pair: string, side: Side, ids: readonly string[]): Promise<readonly Link[]>;
  /** Ids of the links of these records, without their bases, which cost far more. */
  linkIds(pair: string, side: Side, ids: readonly string[]): Promise<readonly string[]>;
  /** Fails with DuplicateLink if either id of one is linked already in its pair. */
  insertLinks(links: readonly Link[]): Promise<void>;
  /** Bases, numbers, holds, hops, life, status, lastSyncedAt. A link that was detached meanwhile stays detached, and keeps its life; one that was forgotten stays empty. */
  updateLinks(links: readonly Link[]): Promise<void>;
  /** A person's word: what was seen of the life of these links is forgotten with it, unless it is to be kept. */
  setLinkStatus(ids: readonly string[], status: LinkStatus, life?: 'forget' | 'keep'): Promise<void>;
  /** Links that life had detached are as given again, with no life. One that a person has unlinked stays as it is. */
  reattachLinks(links: readonly Link[]): Promise<void>;
  /**
   * Puts another record in place of one; not in a link that was detached meanwhile. Fails with DuplicateLink if that record is linked
   * already in the pair.
   */
  moveLink(id: string, side: Side, recordId: string): Promise<void>;
  /** Links of the pair that ended, or are about to, by what became of their records since this time, and all others that are not detached. */
  countEnds(pair: string, since: string): Promise<{ readonly recent: number; readonly living: number }>;
  /** Living links with a field that a side keeps as it was, and those with a record that no answer holds. */
  countHeld(): Promise<{ readonly refused: number; readonly missing: number }>;
  findLinks(filter: LinkFilter): Promise<readonly Link[]>;
  countLinks(): Promise<Readonly<Record<LinkStatus, number>>>;

  /** When this pair was first started: `now` the first time it is asked, the same answer ever after. ISO 8601. */
  firstStart(pair: string, now: string): Promise<string>;

  cursor(pair: string, side: Side): Promise<Cursor | null>;
  /** False if the stored version is not `cursor.version - 1` (for a first save: if one exists). */
  saveCursor(cursor: Cursor): Promise<boolean>;

  intentsByOrigin(pair: string, origin: Side, originIds: readonly string[]): Promise<readonly Intent[]>;
  /** Open intents, oldest first. */
  openIntents(limit: number): Promise<readonly Intent[]>;
  /** Inserts, or replaces by id. */
  saveIntents(intents: readonly Intent[]): Promise<void>;
  closeIntents(ids: readonly string[]): Promise<void>;

  pendingOf(linkIds: readonly string[]): Promise<readonly PendingWrite[]>;
  /** Links that have a pending write sent before this time. */
  linksWithPendingBefore(at: string, limit: number): Promise<readonly string[]>;
  savePending(writes: readonly PendingWrite[]): Promise<void>;
  clearPending(linkIds: readonly string[]): Promise<void>;

  /** The same conflict (link, field, both values, both versions) stays one row: its id comes back, new or old, in order. */
  noteConflicts(rows: readonly ConflictRow[]): Promise<readonly string[]>;
  conflictsOf(linkIds: readonly string[], statuses: readonly ConflictStatus[]): Promise<readonly ConflictRow[]>;
  listConflicts(filter: {
    readonly all: boolean;
    readonly pair?: string;
    readonly after?: string;
    readonly limit: number;
  }): Promise<readonly ConflictRow[]>;
  conflictById(id: string): Promise<ConflictRow | null>;
  decideConflict(id: string, decision: SettledValue): Promise<void>;
  settleConflicts(ids: readonly string[], winner: Side | null, at: string): Promise<void>;

  /** The ledger of comments and files of these links, oldest first. */
  childrenOf(linkIds: readonly string[]): Promise<readonly ChildRow[]>;
  /** Rows for which one of these ids names what hangs on a ticket of `side`: as the source there, or as the counterpart there. */
  childrenById(kind: ChildKind, side: Side, ids: readonly string[]): Promise<readonly ChildRow[]>;
  /** Inserts; a row of the same link, kind, side and source keeps its id and createdAt, and takes over the rest. */
  saveChildren(rows: readonly ChildRow[]): Promise<void>;
  /** Links, not detached, with rows of this kind in state `planned` since before this time. */
  linksWithChildrenPlannedBefore(kind: ChildKind, at: string, limit: number): Promise<readonly string[]>;
  countChildren(): Promise<readonly ChildCount[]>;
  /** Replaces the row of this id if its `updatedAt` still is `seen`; false if another worker has moved it on, or there is none. */
  swapChild(row: ChildRow, seen: string): Promise<boolean>;
  /** Links, not detached, with files planned or sent: put off until `now` or earlier, or not put off and last moved before `at`. */
  linksWithFilesDue(at: string, now: string, limit: number): Promise<readonly string[]>;

  addHistory(rows: readonly HistoryRow[]): Promise<void>;
  historyOf(linkId: string, limit: number): Promise<readonly HistoryRow[]>;

  quarantined(keys: readonly string[]): Promise<readonly QuarantineRow[]>;
  saveQuarantine(rows: readonly QuarantineRow[]): Promise<void>;
  clearQuarantine(keys: readonly string[]): Promise<void>;
  quarantineDue(at: string, limit: number): Promise<readonly QuarantineRow[]>;
  listQuarantine(limit: number): Promise<readonly QuarantineRow[]>;

  pauses(): Promise<readonly PairPause[]>;
  pausePair(pause: PairPause): Promise<void>;
  resumePair(pair: string): Promise<void>;

  saveRun(run: RunRow): Promise<void>;
  runById(id: string): Promise<RunRow | null>;
  /** Latest run of that kind that is still `running` or `stopped`. */
  unfinishedRun(kind: RunKind, pair: string | null): Promise<RunRow | null>;
  recentRuns(limit: number): Promise<readonly RunRow[]>;

  identity(side: Side): Promise<string | null>;
  saveIdentity(side: Side, instance: string): Promise<void>;

  /** Queues keys; a key that already waits is not queued twice, one that is being worked on is queued once more. */
  enqueue(keys: readonly WorkKey[]): Promise<void>;
  /** Which of these keys are being worked on now. */
  activeKeys(keys: readonly WorkKey[]): Promise<ReadonlySet<string>>;
  /** Throws JobsLost if another worker has one of these jobs by now: asked before anything is written for them. */
  holdJobs(jobs: readonly Job[]): Promise<void>;
  /** Settles jobs. Throws JobsLost, and so rolls back, if fewer were settled than asked: another worker has them. */
  completeJobs(jobs: readonly Job[]): Promise<void>;
}

export class DuplicateLink extends Error {
  override readonly name = 'DuplicateLink';
}

/** Jobs are another worker's by now; nothing of the transaction was kept. */
export class JobsLost extends Error {
  override readonly name = 'JobsLost';
  /** Those jobs, of the ones that were given. None where the jobs are ours, but what they stand for was taken. */
  readonly lost: readonly Job[];

  constructor(message: string, lost: readonly Job[] = []) {
    super(message);
    this.lost = lost;
  }

  /** What is left of `all` without those whose job was lost. */
  stillOurs<T>(all: readonly T[], jobOf: (one: T) => Job): readonly T[] {
    const lost = new Set(this.lost);
    return all.filter((one) => !lost.has(jobOf(one)));
  }
}

/** The database cannot be reached, or went away. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

export type AdminRole = 'viewer' | 'operator' | 'admin';

/** A token for the admin API. Only its hash is kept. */
export interface AdminTokenRow {
  readonly id: string;
  readonly name: string;
  readonly role: AdminRole;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

/** What a person did. Rows are only ever added. */
export interface AuditRow {
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly target: string | null;
  readonly detail: Readonly<Record<string, FieldValue>>;
}

/** Who may use the admin API, and what they did with it. */
export interface AdminRecords extends AdminSessions {
  /** Revoked ones too, oldest first. */
  tokens(): Promise<readonly AdminTokenRow[]>;
  /** Null for an unknown or revoked one. */
  tokenByHash(hash: string): Promise<AdminTokenRow | null>;
  /** Adds it; a token that is there already stays as it is. */
  addToken(token: AdminTokenRow): Promise<void>;
  /** False if there is none to revoke. */
  revokeToken(id: string, at: string): Promise<boolean>;
  addAudit(row: AuditRow): Promise<void>;
  /** Latest first. */
  recentAudit(limit: number): Promise<readonly AuditRow[]>;
}

export interface Store {
  /** Runs `work` in one transaction; rolls back if it throws. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  readonly queue: Queue;
  readonly tokens: TokenVault;
  readonly admin?: AdminRecords;
  readonly leases?: Leases;
  readonly limits?: SharedLimits;
  /** True if an index answers the search for a part of a title; without one every link is read. Left out where there is nothing to index. */
  readonly hasTitleIndex?: () => Promise<boolean>;
  /** Rejects with StoreUnavailable when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export type { AsideGroup, Fields, Forgotten, ProposalRow, PruneBefore, Pruned, UnmatchedKey, UnmatchedRow };
