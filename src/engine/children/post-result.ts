import type { PostResult } from '../../connectors/children.ts';
import { ConnectorError } from '../../connectors/errors.ts';
import type { ChildRow } from '../../core/children.ts';
import type { CommentPost } from '../../core/comments/plan.ts';
import type { Side } from '../../core/side.ts';
import { isRecordFault } from '../settlement.ts';

/** What came of one post. */
export interface AfterPost {
  readonly post: CommentPost;
  readonly row: ChildRow;
  readonly kind: 'posted' | 'refused' | 'in-doubt' | 'not-sent';
  /** Nothing of this ticket may be sent after it. */
  readonly stops: boolean;
  /** A side that could not serve it. */
  readonly deferredBy: ConnectorError | null;
}

/** How often a post that the ticket itself stood in the way of (locked, not to be found) is tried again. */
const mostTries = 10;

/** How a post's row stands after its answer. `at` is ISO 8601. */
export function afterPost(post: CommentPost, result: PostResult, at: string): AfterPost {
  if (result.kind === 'posted') {
    const state = result.id === null ? 'sent' : 'carried';
    return {
      post,
      row: { ...post.row, state, counterpartId: result.id, updatedAt: at },
      kind: 'posted',
      stops: false,
      deferredBy: null,
    };
  }
  const { error } = result;
  if (error.inDoubt)
    return { post, row: { ...post.row, updatedAt: at }, kind: 'in-doubt', stops: true, deferredBy: null };
  if (!isRecordFault(error)) return { ...notSent(post, at), deferredBy: error };
  const tries = Number(post.row.detail['tries'] ?? 0) + 1;
  const passes = error.kind !== 'Rejected' || error.data.cause === 'row-locked';
  if (passes && tries < mostTries) {
    const left = notSent(post, at);
    return { ...left, row: { ...left.row, detail: { ...left.row.detail, tries } } };
  }
  return { post, row: refused(post.row, error, at), kind: 'refused', stops: false, deferredBy: null };
}

/** A post that certainly stayed here: it goes out next time, without waiting. */
export function notSent(post: CommentPost, at: string): AfterPost {
  const row: ChildRow = { ...post.row, detail: { ...post.row.detail, unsent: true }, updatedAt: at };
  return { post, row, kind: 'not-sent', stops: true, deferredBy: null };
}

/** A call that failed as a whole is the failure of each of its items; what is no ConnectorError says nothing, so all are in doubt. */
export function afterFailure(side: Side, error: unknown): PostResult {
  return {
    kind: 'failed',
    error:
      error instanceof ConnectorError
        ? error
        : new ConnectorError('Unavailable', { side, executed: 'maybe', cause: 'unexpected' }, { cause: error }),
  };
}

function refused(row: ChildRow, error: ConnectorError, at: string): ChildRow {
  const { cause, code, answer } = error.data;
  const why = code ?? cause ?? error.kind;
  return {
    ...row,
    state: 'refused',
    detail: { ...row.detail, why, said: (answer ?? '').slice(0, 300) },
    updatedAt: at,
  };
}
