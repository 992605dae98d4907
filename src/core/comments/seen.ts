import type { ChildRow, Comment } from '../children.ts';
import { sourceForm } from './text.ts';
import { type CommentTime, stampOf } from './view.ts';

/** Desks keep whole seconds: within that of its stamp a comment may be edited once more, and keep it. */
const sureAfterMs = 2000;

/** True while another edit may still bear the same stamp. */
export function isYoung(comment: Comment, at: CommentTime): boolean {
  return Date.parse(at.now) < Date.parse(stampOf(comment)) - at.offsets[comment.side] + sureAfterMs;
}

/** What is remembered of a comment, to tell later that it was changed. */
export function seen(comment: Comment, at: CommentTime): ChildRow['detail'] {
  return {
    stamp: stampOf(comment),
    source: at.hash(sourceForm(comment.text)),
    from: comment.channel,
    what: comment.kind,
    author: comment.author,
    written: comment.createdAt,
    young: isYoung(comment, at),
  };
}
