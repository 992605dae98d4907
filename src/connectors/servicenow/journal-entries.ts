import { createHash } from 'node:crypto';
import type { Channel, Comment } from '../../core/children.ts';
import { iso } from '../../core/clock.ts';
import { bare, type StreamEntry } from './journal-stream.ts';
import { normalId, type Row, textOf } from './records.ts';
import { fromWireTime } from './wire-time.ts';

/** The journals that are comments. */
export type Element = 'comments' | 'work_notes';
export const elements: readonly Element[] = ['comments', 'work_notes'];

/** Where a channel's entries go. */
export const elementOf: Readonly<Record<Channel, Element>> = { public: 'comments', internal: 'work_notes' };

export const channelOf: Readonly<Record<Element, Channel>> = { comments: 'public', work_notes: 'internal' };

/** Who we are there: what rows and renderings call us; null where that is not known. */
export interface Me {
  readonly userName: string | null;
  readonly displayName: string | null;
}

/** Columns of sys_journal_field (journal-rows-incident-rec); rows have no update columns: what is written stays. */
export const journalFields = ['sys_id', 'element', 'element_id', 'value', 'sys_created_on', 'sys_created_by'] as const;

/** A row of sys_journal_field as a comment; null for one that cannot be understood. */
export function rowComment(row: Row, me: Me, displayName: (userName: string) => string): Comment | null {
  const recordId = normalId(textOf(row, 'element_id') ?? '');
  const element = elements.find((name) => name === textOf(row, 'element'));
  const createdAt = fromWireTime(textOf(row, 'sys_created_on') ?? '');
  const author = textOf(row, 'sys_created_by') ?? null;
  if (recordId === null || element === undefined || createdAt === null) return null;
  const text = textOf(row, 'value') ?? '';
  return {
    side: 'servicenow',
    recordId,
    id: streamId(recordId, element, createdAt, text),
    kind: 'comment',
    channel: channelOf[element],
    text,
    author: author === null ? null : displayName(author),
    own: author !== null && author === me.userName,
    createdAt,
    editedAt: null,
  };
}

/** An entry of the rendered journal as a comment. */
export function streamComment(recordId: string, element: Element, entry: StreamEntry, me: Me): Comment {
  const createdAt = iso(entry.atMs);
  return {
    side: 'servicenow',
    recordId,
    id: streamId(recordId, element, createdAt, entry.text),
    kind: 'comment',
    channel: channelOf[element],
    text: entry.text,
    author: entry.author === '' ? null : entry.author,
    own: me.displayName !== null && entry.author === me.displayName,
    createdAt,
    editedAt: null,
  };
}

/**
 * What identifies an entry whichever way it is read: a rendering shows no `sys_id`, and the day on which an administrator grants the
 * rows must not make every entry a new one. Its author is no part of it: a display name changes when a person marries.
 */
function streamId(recordId: string, element: Element, createdAt: string, text: string): string {
  const identity = JSON.stringify([recordId, element, createdAt, bare(text)]);
  return `stream:${createHash('sha256').update(identity).digest('hex')}`;
}

/** The same text twice in one second is told apart by number: which of them is which does not matter. */
export function numbered(comments: readonly Comment[]): readonly Comment[] {
  const seen = new Map<string, number>();
  return comments.map((comment) => {
    const nth = (seen.get(comment.id) ?? 0) + 1;
    seen.set(comment.id, nth);
    return nth === 1 ? comment : { ...comment, id: `${comment.id}~${nth}` };
  });
}
