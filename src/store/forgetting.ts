/** How many rows were removed, by what they held. */
export interface Forgotten {
  readonly history: number;
  readonly conflicts: number;
  /** Ledger rows of comments and files. */
  readonly children: number;
  /** Writes and creates whose outcome was not known. */
  readonly inDoubt: number;
  readonly quarantined: number;
  readonly proposals: number;
  /** People without a counterpart whom this ticket named last. */
  readonly unmatched: number;
}

/** What is older than these times is removed; null keeps it, however old. ISO 8601. */
export interface PruneBefore {
  /** Values that were carried, and runs that ended. */
  readonly history: string | null;
  /** Settled conflicts. One that waits for somebody is never removed. */
  readonly conflicts: string | null;
}

export interface Pruned {
  readonly history: number;
  readonly runs: number;
  readonly conflicts: number;
}

/** How the store forgets: a ticket at somebody's request, everything with its age. Part of a transaction. */
export interface ForgettingTx {
  /**
   * Removes all that is kept of this link and its two records, but for their ids: the link stays, detached and empty, so that the
   * records are never taken for new ones. Null for an unknown one. The trail of what people did is not touched.
   */
  forgetLink(id: string): Promise<Forgotten | null>;
  /** Removes up to `limit` of the oldest rows of each kind. */
  prune(before: PruneBefore, limit: number): Promise<Pruned>;
}
