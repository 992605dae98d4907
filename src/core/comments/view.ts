import type { ChildRow, Comment } from '../children.ts';
import { otherSide, type Side } from '../side.ts';
import type { CommentRules } from './rules.ts';

/** What one side shows of the comments of its ticket. */
export interface CommentList {
  readonly items: readonly Comment[];
  /** False where entries may be missing: what is not in the list is then not gone. */
  readonly complete: boolean;
}

/** Everything that a plan for the comments of one link looks at. */
export interface CommentView {
  readonly linkId: string;
  readonly origin: Side;
  /** ISO 8601, by our clock. */
  readonly linkedAt: string;
  /** True where we made the counterpart: it gets what the origin holds already. */
  readonly created: boolean;
  /** Its rows of kind `comment`. */
  readonly ledger: readonly ChildRow[];
  /** Null for a side that told nothing. */
  readonly now: Readonly<Record<Side, CommentList | null>>;
}

/** Time, ids and hashes are passed in. */
export interface CommentTime {
  /** ISO 8601. */
  readonly now: string;
  readonly settleMs: number;
  /** Each server's clock less ours, in milliseconds. */
  readonly offsets: Readonly<Record<Side, number>>;
  newId(): string;
  /** SHA-256, lower-case hex. */
  hash(text: string): string;
}

/** One text that should stand across. */
export interface Draft {
  readonly from: Side;
  readonly sourceId: string;
  /** What it is sorted by: when it was written. ISO 8601. */
  readonly at: string;
  readonly channel: ChildRow['channel'];
  readonly text: string;
  readonly detail: ChildRow['detail'];
  /** What this is about, as it stands once this is noted. */
  readonly settles?: ChildRow;
}

/** What should stand across of one side's comments, and what is noted without being sent. */
export interface Drafted {
  readonly drafts: readonly Draft[];
  readonly rows: readonly ChildRow[];
}

export interface DraftInput {
  readonly side: Side;
  readonly view: CommentView;
  readonly rules: CommentRules;
  readonly at: CommentTime;
}

/** Text of a row's detail; null where it has none of that name. */
export function told(row: ChildRow, name: string): string | null {
  const value = row.detail[name];
  return typeof value === 'string' ? value : null;
}

/** A count in a row's detail; 0 where it has none of that name. */
export function counted(row: ChildRow, name: string): number {
  const value = row.detail[name];
  return typeof value === 'number' ? value : 0;
}

/** What a desk's stamp of a comment says; grows when it is edited. */
export function stampOf(comment: Comment): string {
  return comment.editedAt ?? comment.createdAt;
}

/** Rows of a comment itself: neither a further part of it nor a follow-up. */
export function isWhole(row: ChildRow): boolean {
  return told(row, 'of') === null;
}

/** Noted as about to be sent, and never told to have stayed here. */
export function mayHaveBeenSent(row: ChildRow): boolean {
  return row.state === 'planned' && row.detail['unsent'] !== true;
}

/**
 * True if a list shows what it must: it is complete, and at least one comment that is known to be there stands in it. Access rules
 * answer with nothing at all where they hide everything.
 */
export function proves(view: CommentView, side: Side): boolean {
  const list = view.now[side];
  if (list === null || !list.complete) return false;
  const known = view.ledger.flatMap((row) => knownOn(row, side));
  if (known.length === 0) return true;
  const shown = new Set(list.items.map((comment) => comment.id));
  return known.some((id) => shown.has(id));
}

function knownOn(row: ChildRow, side: Side): readonly string[] {
  if (row.detail['gone'] === true) return [];
  if (otherSide(row.side) === side) return row.counterpartId === null ? [] : [row.counterpartId];
  return isWhole(row) && row.sourceId !== '*' ? [row.sourceId] : [];
}

/** Why a post in doubt is given up: nobody could tell whether it arrived. */
export const notFoundOut = 'not-found-out';

/** Why a post that never went out is given up: its comment is not there any more. */
export const gone = 'gone';
