import type { Link, LinkStatus } from '../core/link.ts';
import type { SettledValue } from '../core/plan.ts';
import type { AdminRole, AuditRow, ConflictRow, ConflictStatus, HistoryRow } from './store.ts';

export const linkStatuses = [
  'synced',
  'pending',
  'conflict',
  'quarantined',
  'detached',
] as const satisfies LinkStatus[];

/** A zero for each status. */
export function noLinks(): Record<LinkStatus, number> {
  return { synced: 0, pending: 0, conflict: 0, quarantined: 0, detached: 0 };
}

/** What a person looks for among the links. */
export interface LinkSearch {
  readonly pair?: string;
  readonly status?: LinkStatus;
  /**
   * Link id, either record's id or number, or the beginning of a number. Where that fits no link at all: a part of the title,
   * whatever the letters' case.
   */
  readonly text?: string;
  /** ServiceNow fields that hold titles. */
  readonly titles: readonly string[];
  /** Page by id: behind this one, in the order asked. */
  readonly after?: string;
  readonly latestFirst?: boolean;
  readonly limit: number;
}

export interface ConflictFilter {
  readonly status?: ConflictStatus;
  readonly pair?: string;
  readonly field?: string;
  readonly linkId?: string;
}

/** How much waits, in figures. */
export interface Counts {
  readonly openConflicts: number;
  readonly decidedConflicts: number;
  readonly quarantined: number;
  readonly inDoubt: number;
  readonly openProposals: number;
  readonly unmatched: number;
}

/** What people ask of the store, beside what the engine needs. Part of a transaction. */
export interface OverviewTx {
  searchLinks(search: LinkSearch): Promise<readonly Link[]>;
  /** Of one pair. */
  countLinksOf(pair: string): Promise<Readonly<Record<LinkStatus, number>>>;
  counts(): Promise<Counts>;
  /** By id, oldest first. */
  conflictPage(
    filter: ConflictFilter & { readonly after?: string; readonly limit: number },
  ): Promise<readonly ConflictRow[]>;
  /** How many there are of each field. */
  countConflicts(filter: ConflictFilter): Promise<Readonly<Record<string, number>>>;
  conflictsById(ids: readonly string[]): Promise<readonly ConflictRow[]>;
  /**
   * Decides those of these conflicts that are open, and returns their ids: of two people who decide one at the same moment, one
   * gets it.
   */
  decideOpen(
    ids: readonly string[],
    decision: SettledValue,
    by: { readonly actor: string; readonly at: string },
  ): Promise<readonly string[]>;
  /** Latest first. `after` is the id of the last row of the page before. */
  historyPage(
    linkId: string,
    options: { readonly field?: string; readonly after?: string; readonly limit: number },
  ): Promise<readonly (HistoryRow & { readonly id: string })[]>;
  /** What one run did, oldest first. `after` is the id of the last row of the page before. */
  runHistory(
    runId: string,
    options: { readonly after?: string; readonly limit: number },
  ): Promise<readonly (HistoryRow & { readonly id: string })[]>;
  /** Runs that wrote something, the one begun last first (by id). */
  runsThatWrote(limit: number): Promise<readonly RunFigures[]>;
}

/** How much one run wrote. */
export interface RunFigures {
  readonly runId: string;
  /** First and last write. ISO 8601. */
  readonly firstAt: string;
  readonly lastAt: string;
  /** History rows: values written, tickets' fields made, comments carried. */
  readonly values: number;
  readonly tickets: number;
  /** True where there are more than were counted. */
  readonly more: boolean;
}

/** So many values of a run are counted: a daemon that has run for months has written millions. */
export const mostCounted = 10_000;

/** A login to the dashboard. Only hashes are kept. */
export interface SessionRow {
  /** SHA-256 of what the cookie holds, hex. */
  readonly hash: string;
  /** The token it was opened with; it ends with it. */
  readonly tokenId: string;
  readonly role: AdminRole;
  readonly name: string;
  /** SHA-256 of the token against forged requests, hex. */
  readonly csrf: string;
  readonly createdAt: string;
  readonly seenAt: string;
  readonly endsAt: string;
}

/** Sessions and the audit trail by pages. Each call is a transaction of its own. */
export interface AdminSessions {
  addSession(session: SessionRow): Promise<void>;
  sessionByHash(hash: string): Promise<SessionRow | null>;
  /** Notes that it was used. */
  touchSession(hash: string, at: string): Promise<void>;
  endSession(hash: string): Promise<void>;
  /** Ends those that were opened with this token. */
  endSessionsOf(tokenId: string): Promise<void>;
  /** Forgets those that ended before this time, or were not used since `idleSince`. */
  dropSessions(endedBefore: string, idleSince: string): Promise<void>;
  /** Latest first. `after` is the id of the last row of the page before. */
  auditPage(options: {
    readonly after?: string;
    readonly limit: number;
  }): Promise<readonly (AuditRow & { readonly id: string })[]>;
}
