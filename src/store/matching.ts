import type { Link } from '../core/link.ts';
import type { Candidate } from '../core/match/rules.ts';
import type { Side } from '../core/side.ts';

export type ProposalStatus = 'open' | 'accepted' | 'rejected';

/** Two records that may be one ticket. A person accepts or rejects. */
export interface ProposalRow {
  readonly id: string;
  readonly pair: string;
  readonly ids: Readonly<Record<Side, string>>;
  readonly numbers: Readonly<Record<Side, string | null>>;
  readonly why: Candidate['why'];
  readonly status: ProposalStatus;
  /** ISO 8601. */
  readonly at: string;
  readonly decidedAt: string | null;
}

export interface ProposalFilter {
  readonly status?: ProposalStatus;
  readonly pair?: string;
  /** Page by id. */
  readonly after?: string;
  readonly limit: number;
}

/** What matching and families of tickets ask of the store. Part of a transaction. */
export interface MatchingTx {
  /** Decided ones too. */
  proposalsOf(pair: string, side: Side, ids: readonly string[]): Promise<readonly ProposalRow[]>;
  /** Two records have one proposal: an open one takes over what is new of it, one that a person has decided stays as it is. */
  saveProposals(rows: readonly ProposalRow[]): Promise<void>;
  listProposals(filter: ProposalFilter): Promise<readonly ProposalRow[]>;
  proposalById(id: string): Promise<ProposalRow | null>;
  /** False if it was not open: somebody else was faster. */
  decideProposal(id: string, status: Exclude<ProposalStatus, 'open'>, at: string): Promise<boolean>;
  /** Forgets open ones that name one of these records, and returns them. */
  dropProposals(pair: string, side: Side, ids: readonly string[]): Promise<readonly ProposalRow[]>;

  /** Links of whatever pair that hold one of these records, detached ones too. */
  linksAnywhere(side: Side, ids: readonly string[]): Promise<readonly Link[]>;
  /**
   * Links that have to be decided again because of these, just written in the same transaction: those that wait for one of their
   * records to be linked or to leave a circle, and those of these that wait for a parent that is linked by now. Of two workers who write a parent and its
   * child at the same moment, the later sees the earlier.
   */
  linksToRejoin(links: readonly Link[]): Promise<readonly string[]>;
}
