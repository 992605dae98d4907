import type { ChildRow } from '../children.ts';
import { otherSide, type Side, sides } from '../side.ts';
import { claimed } from './claim.ts';
import { draftsFrom } from './drafts.ts';
import { recognised } from './recognise.ts';
import type { CommentRules } from './rules.ts';
import { postedForm } from './text.ts';
import {
  type CommentTime,
  type CommentView,
  counted,
  type Draft,
  gone,
  mayHaveBeenSent,
  notFoundOut,
  proves,
  told,
} from './view.ts';

export type { CommentList, CommentTime, CommentView } from './view.ts';

/** One text to be posted. Its row is noted before it goes out. */
export interface CommentPost {
  readonly to: Side;
  readonly row: ChildRow;
  readonly text: string;
  /** What it is about, as it stands once this is noted: both are noted at once, so that nothing is told twice. */
  readonly also?: ChildRow;
}

/** What is to be done about the comments of one link. */
export interface CommentPlan {
  /** Rows as they stand from now on, whatever is sent: counterparts found, what is left alone, withheld or refused. */
  readonly rows: readonly ChildRow[];
  /** In the order in which they must arrive, for each side. */
  readonly posts: readonly CommentPost[];
}

export const noComments: CommentPlan = { rows: [], posts: [] };

/** How often a post in doubt is looked for in a list that proves nothing, a settle time apart, before it is given up. */
export const mostLooks = 10;

/**
 * Decides about the comments of one link. Pure: the same view gives the same plan. What is ours is known by the ledger alone; nothing
 * is ever concluded from a list that may be short of entries. `notices` are texts of our own that go out with them.
 */
export function planComments(
  before: CommentView,
  rules: CommentRules,
  at: CommentTime,
  notices: readonly Draft[] = [],
): CommentPlan {
  const silent = sides.every((side) => (before.now[side]?.items ?? []).length === 0);
  if (silent && notices.length === 0 && before.ledger.every((row) => row.state === 'known')) return noComments;
  const found = claimed(before, at);
  const mine: CommentView = { ...before, ledger: merged(before.ledger, found) };
  const drafted = sides.map((side) => draftsFrom({ side, view: mine, rules, at }));
  const there = recognised(
    mine,
    drafted.flatMap(({ drafts }) => drafts),
    at,
  );
  const view: CommentView = { ...mine, ledger: merged(mine.ledger, there) };
  const sendings = sides.map((to) =>
    sendingTo(
      to,
      view,
      [...drafted.flatMap(({ drafts }) => drafts), ...notices].filter((draft) => otherSide(draft.from) === to),
      at,
    ),
  );
  const rows = [...found, ...there, ...drafted.flatMap((one) => one.rows), ...sendings.flatMap((one) => one.rows)];
  const posts = sendings.flatMap((one) => one.posts);
  // What is noted with a post stands as it was noted.
  const noted = posts.flatMap(({ also }) => also ?? []);
  return { rows: merged(rows, noted), posts };
}

/** Later rows replace earlier ones of the same source. */
function merged(ledger: readonly ChildRow[], rows: readonly ChildRow[]): readonly ChildRow[] {
  return [...new Map([...ledger, ...rows].map((row) => [keyOf(row), row])).values()];
}

function keyOf(row: Pick<ChildRow, 'side' | 'sourceId'>): string {
  return `${row.side} ${row.sourceId}`;
}

/** What goes out to one side, in order; nothing while an earlier post may still arrive. */
function sendingTo(to: Side, view: CommentView, drafts: readonly Draft[], at: CommentTime): CommentPlan {
  const ledger = new Map(view.ledger.filter((row) => otherSide(row.side) === to).map((row) => [keyOf(row), row]));
  const doubts = [...ledger.values()].filter(mayHaveBeenSent).map((row) => lookedFor(to, row, view, at));
  const waits = doubts.some((doubt) => doubt.kind === 'wait');
  const known = doubts.flatMap((doubt) => (doubt.row === null ? [] : [doubt.row]));
  for (const row of known) ledger.set(keyOf(row), row);
  const wanted = drafts.toSorted((a, b) => compare(a.at, b.at));
  const open = wanted.filter((draft) => isOpen(draft, ledger.get(`${draft.from} ${draft.sourceId}`), at));
  const posts = waits
    ? []
    : open.map((draft) => postOf(to, draft, ledger.get(`${draft.from} ${draft.sourceId}`), view, at));
  const noted = new Set(posts.map((post) => keyOf(post.row)));
  const drafted = new Set(wanted.map((draft) => `${draft.from} ${draft.sourceId}`));
  const left = [...ledger.values()].filter(
    (row) => row.state === 'planned' && row.detail['unsent'] === true && !noted.has(keyOf(row)),
  );
  const rested = left.map((row) => (drafted.has(keyOf(row)) ? later(row, at) : orphaned(row, view, at)));
  return { rows: merged([], [...known.filter((row) => !noted.has(keyOf(row))), ...rested]), posts };
}

/** What came of looking for a post in doubt. `row` is how it stands from now on; null where nothing has changed. */
type Looked =
  /** It may still arrive, or stand where we cannot see it. */
  | { readonly kind: 'wait'; readonly row: ChildRow | null }
  /** It is not there, or nobody can tell any more. */
  | { readonly kind: 'over'; readonly row: ChildRow };

function lookedFor(to: Side, row: ChildRow, view: CommentView, at: CommentTime): Looked {
  if (Date.parse(row.updatedAt) + at.settleMs > Date.parse(at.now)) return { kind: 'wait', row: null };
  if (proves(view, to))
    return { kind: 'over', row: { ...row, detail: { ...row.detail, unsent: true }, updatedAt: at.now } };
  const looks = counted(row, 'looks') + 1;
  const looked: ChildRow = { ...row, detail: { ...row.detail, looks }, updatedAt: at.now };
  if (looks < mostLooks) return { kind: 'wait', row: looked };
  return { kind: 'over', row: { ...looked, state: 'refused', detail: { ...looked.detail, why: notFoundOut } } };
}

/** True for a text that is neither across nor on its way nor given up. */
function isOpen(draft: Draft, row: ChildRow | undefined, at: CommentTime): boolean {
  if (row === undefined || row.state === 'withheld') return true;
  if (row.state === 'planned') return row.detail['unsent'] === true;
  // What was refused is tried again once it reads otherwise, or is for others to read.
  if (row.state !== 'refused' || told(row, 'why') === notFoundOut) return false;
  return row.channel !== draft.channel || row.hash !== at.hash(postedForm(draft.text));
}

function postOf(to: Side, draft: Draft, row: ChildRow | undefined, view: CommentView, at: CommentTime): CommentPost {
  const notedAt = row === undefined ? null : told(row, 'notedAt');
  const tries = row === undefined ? 0 : counted(row, 'tries');
  const post: ChildRow = {
    id: row?.id ?? at.newId(),
    linkId: view.linkId,
    kind: 'comment',
    side: draft.from,
    sourceId: draft.sourceId,
    counterpartId: null,
    channel: draft.channel,
    hash: at.hash(postedForm(draft.text)),
    state: 'planned',
    // The first time it was noted: an earlier sending that arrives late is ours, too.
    detail: { ...draft.detail, notedAt: notedAt ?? at.now, tries },
    createdAt: row?.createdAt ?? at.now,
    updatedAt: at.now,
  };
  return { to, row: post, text: draft.text, ...(draft.settles === undefined ? {} : { also: draft.settles }) };
}

/** It is due again a settle time from now. */
function later(row: ChildRow, at: CommentTime): ChildRow {
  return { ...row, updatedAt: at.now };
}

/**
 * Noted, not across, and nobody wants it any more: its comment was deleted, or edited again. A list that proves nothing may merely
 * not show it, for so long.
 */
function orphaned(row: ChildRow, view: CommentView, at: CommentTime): ChildRow {
  const looks = counted(row, 'looks') + 1;
  const detail = { ...row.detail, looks };
  if (looks < mostLooks && !proves(view, row.side)) return { ...row, detail, updatedAt: at.now };
  return { ...row, state: 'withheld', detail: { ...detail, why: gone }, updatedAt: at.now };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
