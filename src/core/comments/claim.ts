import type { ChildRow, Comment } from '../children.ts';
import { otherSide, type Side, sides } from '../side.ts';
import { postedForm } from './text.ts';
import { type CommentTime, type CommentView, mayHaveBeenSent, notFoundOut, told } from './view.ts';

/** How far a server's clock may be off beside what we know of it. */
const clockToleranceMs = 300_000;

/**
 * Posts of ours whose ids nobody has told: each row takes the first comment of our own account that has its text and channel, was not
 * made before it was sent, and belongs to no other row. Those that were certainly made choose first.
 */
export function claimed(view: CommentView, at: CommentTime): readonly ChildRow[] {
  return sides.flatMap((side) => claimedOn(side, view, at));
}

function claimedOn(to: Side, view: CommentView, at: CommentTime): readonly ChildRow[] {
  const waiting = view.ledger
    .filter((row) => otherSide(row.side) === to && row.counterpartId === null && waits(row))
    .toSorted((a, b) => rank(a) - rank(b) || compare(told(a, 'notedAt') ?? '', told(b, 'notedAt') ?? ''));
  if (waiting.length === 0) return [];
  const taken = new Set(view.ledger.flatMap((row) => (otherSide(row.side) === to ? (row.counterpartId ?? []) : [])));
  const free = (view.now[to]?.items ?? [])
    .filter((comment) => comment.own && comment.kind === 'comment' && !taken.has(comment.id))
    .toSorted((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id))
    .map((comment) => ({ comment, hash: at.hash(postedForm(comment.text)) }));
  const found: ChildRow[] = [];
  for (const row of waiting) {
    const index = free.findIndex(({ comment, hash }) => hash === row.hash && fits(row, comment, at));
    const match = index < 0 ? undefined : free.splice(index, 1)[0];
    if (match === undefined) continue;
    const { unsent: _unsent, why: _why, ...detail } = row.detail;
    found.push({ ...row, counterpartId: match.comment.id, state: 'carried', detail, updatedAt: at.now });
  }
  return found;
}

function waits(row: ChildRow): boolean {
  return row.state === 'sent' || mayHaveBeenSent(row) || (row.state === 'refused' && told(row, 'why') === notFoundOut);
}

function rank(row: ChildRow): number {
  return row.state === 'sent' ? 0 : 1;
}

function fits(row: ChildRow, comment: Comment, at: CommentTime): boolean {
  const notedAt = Date.parse(told(row, 'notedAt') ?? row.createdAt);
  const made = Date.parse(comment.createdAt) - at.offsets[comment.side];
  return comment.channel === row.channel && made >= notedAt - clockToleranceMs;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
