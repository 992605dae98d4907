import type { ChildRow, FileInfo } from '../children.ts';
import type { Side } from '../side.ts';

/** The files of one link: as the ledger and both desks have them. */
export interface FilesView {
  readonly linkId: string;
  /**
   * ISO 8601, by each desk's own clock. Files older than this are nobody's affair; null where all of them are (a ticket that we made a
   * counterpart for).
   */
  readonly since: Readonly<Record<Side, string>> | null;
  readonly rows: readonly ChildRow[];
  /** Null for a side whose files could not be read. */
  readonly now: Readonly<Record<Side, { readonly items: readonly FileInfo[]; readonly complete: boolean } | null>>;
}

export interface PlanAt {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly settleMs: number;
  readonly newId: () => string;
}
