import type { ChildRow, Comment } from '../children.ts';
import { sourceForm } from './text.ts';
import { type CommentTime, stampOf } from './view.ts';

/** What is remembered of a comment, to tell later that it was changed. */
export function seen(comment: Comment, at: CommentTime): ChildRow['detail'] {
  return {
    stamp: stampOf(comment),
    source: at.hash(sourceForm(comment.text)),
    from: comment.channel,
    what: comment.kind,
    author: comment.author,
    written: comment.createdAt,
  };
}
