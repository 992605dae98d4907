import type { ChildRow, Comment } from '../children.ts';
import { otherSide } from '../side.ts';
import { channelAcross } from './channels.ts';
import * as followUps from './follow-ups.ts';
import type { CommentRules } from './rules.ts';
import { seen } from './seen.ts';
import { filled, postsOf, sourceForm } from './text.ts';
import {
  type CommentTime,
  type CommentView,
  type Draft,
  type Drafted,
  type DraftInput,
  gone,
  isWhole,
  told,
} from './view.ts';

/** Everything that one side's comments ask for across. */
export function draftsFrom(input: DraftInput): Drafted {
  const { side, view, rules } = input;
  const list = view.now[side];
  if (list === null || (rules.from !== 'both' && rules.from !== side)) return { drafts: [], rows: [] };
  const rowOf = new Map(
    view.ledger.filter((row) => row.side === side && isWhole(row)).map((row) => [row.sourceId, row]),
  );
  const ours = new Set(view.ledger.flatMap((row) => (row.side === side ? [] : (row.counterpartId ?? []))));
  const people = list.items
    .filter((comment) => travels(comment, rules) && !ours.has(comment.id))
    .toSorted((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));
  const skipped = tooOld(input, people, rowOf);
  const found = people.map((comment) => {
    const row = rowOf.get(comment.id);
    if (row === undefined) return firstLook(input, comment, skipped);
    return again(input, comment, row);
  });
  const deleted = followUps.deleted(input, people, rowOf);
  return {
    drafts: [...found.flatMap(({ drafts }) => drafts), ...deleted.drafts],
    rows: [...found.flatMap(({ rows }) => rows), ...deleted.rows],
  };
}

function travels(comment: Comment, rules: CommentRules): boolean {
  return comment.kind === 'comment' || (comment.kind === 'feed' ? rules.feed : rules.emails);
}

/** Of what a new counterpart's origin held already, only the latest are carried. */
function tooOld(
  { side, view, rules, at }: DraftInput,
  people: readonly Comment[],
  rowOf: ReadonlyMap<string, ChildRow>,
): ReadonlySet<string> {
  const seen = [...rowOf.values()].some((row) => row.sourceId !== '*');
  if (!view.created || side !== view.origin || seen) return new Set();
  const before = people.filter((comment) => ourTime(comment, at) < Date.parse(view.linkedAt));
  return new Set(before.slice(0, Math.max(0, before.length - rules.history)).map((comment) => comment.id));
}

function ourTime(comment: Comment, at: CommentTime): number {
  return Date.parse(comment.createdAt) - at.offsets[comment.side];
}

/** A comment that the ledger does not know. */
function firstLook(input: DraftInput, comment: Comment, skipped: ReadonlySet<string>): Drafted {
  const { view, rules, at } = input;
  // Our own account writes for others, too (rules of the desk that run as whoever saved): nobody's comment, and never an echo.
  if (comment.own) return nothing;
  if (!view.created && ourTime(comment, at) < startOf(view, rules)) return nothing;
  if (skipped.has(comment.id)) return noted(input, comment, 'known', 'history');
  return wanted(input, comment);
}

/** Desks keep whole seconds: what was written in the second of the link is younger than the link. */
function startOf(view: CommentView, rules: CommentRules): number {
  const since = Math.max(Date.parse(view.linkedAt), Date.parse(rules.startsAt));
  return Math.floor(since / 1000) * 1000;
}

/** A comment that the ledger knows: it may have been edited, published or let through since. */
function again(input: DraftInput, comment: Comment, row: ChildRow): Drafted {
  switch (row.state) {
    case 'known':
      return nothing;
    case 'planned':
      return { drafts: draftsOf(input, comment), rows: [] };
    case 'withheld':
      return told(row, 'from') === comment.channel && told(row, 'why') !== gone && !edited(input, comment, row)
        ? nothing
        : wanted(input, comment);
    case 'refused':
      return edited(input, comment, row) || told(row, 'from') !== comment.channel ? wanted(input, comment) : nothing;
    case 'sent':
    case 'carried': {
      const parts = mayBeLong(input, comment) ? partsLeft(input, comment, row) : [];
      const changed = followUps.changed(input, comment, row);
      const open = followUps.redrafted(input, comment, row);
      // Parts of what was carried first; after an edit the follow-up holds the whole of the new text.
      const rest = edited(input, comment, row) || told(row, 'changed') !== null ? [] : parts;
      return { drafts: [...rest, ...changed.drafts, ...open], rows: changed.rows };
    }
  }
}

/**
 * Further parts of a long text. Where it was cut differently by now (a longer name above it, another limit), what is across already
 * is the whole of it: only parts that never went out are drafted.
 */
function partsLeft(input: DraftInput, comment: Comment, row: ChildRow): readonly Draft[] {
  const parts = row.detail['parts'];
  // Its first part may stand there on another channel by now: the rest of it goes where fewer read it.
  const drafts = draftsOf(input, comment)
    .slice(1)
    .map((draft) => (row.channel === 'internal' ? { ...draft, channel: row.channel } : draft));
  if (typeof parts !== 'number') return drafts;
  const states = new Map(
    input.view.ledger.filter(({ side }) => side === comment.side).map(({ sourceId, state }) => [sourceId, state]),
  );
  const across = Array.from({ length: parts - 1 }, (_, n) => states.get(`${comment.id}#${n + 2}`));
  return across.every((state) => state === 'carried' || state === 'sent') ? [] : drafts;
}

/** Most comments are short, and tickets with hundreds of them are looked at often. */
function mayBeLong({ rules }: DraftInput, comment: Comment): boolean {
  return comment.text.length * 4 > rules.limits[otherSide(comment.side)].most / 2;
}

function edited({ at }: DraftInput, comment: Comment, row: ChildRow): boolean {
  return told(row, 'source') !== at.hash(sourceForm(comment.text));
}

function wanted(input: DraftInput, comment: Comment): Drafted {
  if (comment.text.trim() === '') return noted(input, comment, 'withheld', 'empty');
  if (channelAcross(input.rules, comment.side, comment.channel, comment.kind) === 'withhold')
    return noted(input, comment, 'withheld', 'channel');
  return { drafts: draftsOf(input, comment), rows: [] };
}

/** The posts of one comment, in order. */
function draftsOf({ rules, at }: DraftInput, comment: Comment): readonly Draft[] {
  const channel = channelAcross(rules, comment.side, comment.channel, comment.kind);
  if (channel === 'withhold') return [];
  const byline = { side: comment.side, author: comment.author, at: comment.createdAt };
  const texts = postsOf(filled(rules.prefix, byline, rules), comment.text, rules.limits[otherSide(comment.side)]);
  return texts.map((text, index) => ({
    from: comment.side,
    sourceId: index === 0 ? comment.id : `${comment.id}#${index + 1}`,
    at: comment.createdAt,
    channel,
    text,
    detail: index === 0 ? { ...seen(comment, at), parts: texts.length } : { of: comment.id },
  }));
}

const nothing: Drafted = { drafts: [], rows: [] };

function noted({ view, at }: DraftInput, comment: Comment, state: 'known' | 'withheld', why: string): Drafted {
  const row: ChildRow = {
    id: at.newId(),
    linkId: view.linkId,
    kind: 'comment',
    side: comment.side,
    sourceId: comment.id,
    counterpartId: null,
    channel: comment.channel,
    hash: '',
    state,
    detail: { ...seen(comment, at), why },
    createdAt: at.now,
    updatedAt: at.now,
  };
  return { drafts: [], rows: [row] };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
