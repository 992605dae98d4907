import type { ChildRow } from '../children.ts';
import type { Side } from '../side.ts';

/** One text to be posted. Its row is noted before it goes out. */
export interface CommentPost {
  readonly to: Side;
  readonly row: ChildRow;
  readonly text: string;
}

/** What is to be done about the comments of one link. */
export interface CommentPlan {
  /** Rows as they stand from now on, whatever is sent: counterparts found, what is left alone, withheld or refused. */
  readonly rows: readonly ChildRow[];
  /** In the order in which they must arrive, for each side. */
  readonly posts: readonly CommentPost[];
}

export const noComments: CommentPlan = { rows: [], posts: [] };
