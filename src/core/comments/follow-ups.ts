import type { ChildRow, Comment } from '../children.ts';
import { otherSide } from '../side.ts';
import { channelAcross } from './channels.ts';
import { seen } from './seen.ts';
import { type Byline, filled, postsOf, sourceForm } from './text.ts';
import { type Draft, type Drafted, type DraftInput, proves, stampOf, told } from './view.ts';

type About = 'edited' | 'deleted' | 'published' | 'unpublished';

const heads: Readonly<Record<About, string>> = {
  edited: 'Edited in {system}: {author} ({time})',
  deleted: 'Deleted in {system}: the comment of {author} ({time})',
  published: 'Now visible to the customer in {system}: the comment of {author} ({time}). Here it is internal still.',
  unpublished: 'No longer visible to the customer in {system}: the comment of {author} ({time}). Here it still is.',
};

const nothing: Drafted = { drafts: [], rows: [] };

/** What is to be said of a comment that is across, and was edited or changed its channel since. */
export function changed(input: DraftInput, comment: Comment, row: ChildRow): Drafted {
  const { rules, at } = input;
  if (stampOf(comment) === told(row, 'stamp') && row.detail['young'] !== true && comment.channel === told(row, 'from'))
    return nothing;
  const otherText = told(row, 'source') !== at.hash(sourceForm(comment.text));
  const otherChannel = told(row, 'from') !== comment.channel;
  const now: ChildRow = { ...row, detail: { ...row.detail, ...seen(comment, at) }, updatedAt: at.now };
  if (!otherText && !otherChannel) {
    const same = stampOf(comment) === told(row, 'stamp') && row.detail['young'] === now.detail['young'];
    return same ? nothing : { drafts: [], rows: [now] };
  }
  const across = channelAcross(rules, comment.side, comment.channel, comment.kind);
  const about = otherText ? 'edited' : comment.channel === 'public' ? 'published' : 'unpublished';
  const said = otherText ? rules.edited : across === row.channel ? 'ignore' : rules.published;
  // What may not go across at all is not told there either.
  if (said === 'ignore' || across === 'withhold') return { drafts: [], rows: [now] };
  // The further parts of an edited text are in the notice; those of one that was only published are still to go.
  const settles: ChildRow = otherText ? { ...now, detail: { ...now.detail, changed: stampOf(comment) } } : now;
  return { drafts: sayings(input, about, comment, freeId(input, comment), settles), rows: [] };
}

/** Follow-ups of this comment that were noted, are not known to have arrived, and still tell how it stands. */
export function redrafted(input: DraftInput, comment: Comment, row: ChildRow): readonly Draft[] {
  return openOnes(input, row).flatMap((open) => {
    const about = told(open, 'about');
    if (about !== 'edited' && about !== 'published' && about !== 'unpublished') return [];
    const stands = seen(comment, input.at);
    if (told(open, about === 'edited' ? 'source' : 'from') !== stands[about === 'edited' ? 'source' : 'from'])
      return [];
    return sayings(input, about, comment, wholeId(open), null);
  });
}

/** What is to be said of comments that are across and whose source is gone, as far as the list proves that. */
export function deleted(input: DraftInput, people: readonly Comment[], rowOf: ReadonlyMap<string, ChildRow>): Drafted {
  const { side, view, rules, at } = input;
  const there = new Set(people.map((comment) => comment.id));
  const missing = [...rowOf.values()].filter(
    (row) => (row.state === 'carried' || row.state === 'sent') && !there.has(row.sourceId) && isFollowed(input, row),
  );
  if (missing.length === 0) return nothing;
  const open = missing
    .filter((row) => row.detail['gone'] === true)
    .flatMap((row) => openOnes(input, row).flatMap((one) => sayDeleted(input, row, wholeId(one), null)));
  const news = missing.filter((row) => row.detail['gone'] !== true);
  if (rules.deleted === 'ignore' || news.length === 0 || !proves(view, side)) return { drafts: open, rows: [] };
  const fresh = news.flatMap((row) =>
    sayDeleted(input, row, `${row.sourceId}@deleted`, {
      ...row,
      detail: { ...row.detail, gone: true },
      updatedAt: at.now,
    }),
  );
  return { drafts: [...open, ...fresh], rows: [] };
}

/** A list without the feed says nothing about feed posts. */
function isFollowed({ rules }: DraftInput, row: ChildRow): boolean {
  const what = told(row, 'what');
  return what === 'comment' || (what === 'feed' ? rules.feed : what === 'email' && rules.emails);
}

function openOnes({ view, side }: DraftInput, row: ChildRow): readonly ChildRow[] {
  const open = view.ledger.filter(
    (one) =>
      one.side === side && told(one, 'of') === row.sourceId && told(one, 'about') !== null && one.state === 'planned',
  );
  // One text may have gone out in parts: it is drafted once.
  return open.filter((one, index) => open.findIndex((other) => wholeId(other) === wholeId(one)) === index);
}

function wholeId(row: ChildRow): string {
  return row.sourceId.replace(/#\d+$/, '');
}

/** Two edits may fall into one second: the second one's id is told apart. */
function freeId({ view }: DraftInput, comment: Comment): string {
  const taken = new Set(view.ledger.filter((row) => row.side === comment.side).map((row) => row.sourceId));
  let id = `${comment.id}@${stampOf(comment)}`;
  while (taken.has(id)) id += '+';
  return id;
}

function sayings(
  input: DraftInput,
  about: Exclude<About, 'deleted'>,
  comment: Comment,
  sourceId: string,
  settles: ChildRow | null,
): readonly Draft[] {
  const byline: Byline = { side: comment.side, author: comment.author, at: comment.createdAt };
  const text = about === 'edited' ? comment.text : '';
  const detail = {
    of: comment.id,
    about,
    source: input.at.hash(sourceForm(comment.text)),
    from: comment.channel,
  };
  return internal(input, about, byline, { text, sourceId, at: stampOf(comment), detail, settles });
}

function sayDeleted(input: DraftInput, row: ChildRow, sourceId: string, settles: ChildRow | null): readonly Draft[] {
  const byline: Byline = { side: row.side, author: told(row, 'author'), at: told(row, 'written') ?? row.createdAt };
  const detail = { of: row.sourceId, about: 'deleted' };
  return internal(input, 'deleted', byline, { text: '', sourceId, at: input.at.now, detail, settles });
}

interface Said {
  readonly text: string;
  readonly sourceId: string;
  readonly at: string;
  readonly detail: ChildRow['detail'];
  readonly settles: ChildRow | null;
}

/** Our own notices are internal, whatever they are about. */
function internal({ rules }: DraftInput, about: About, byline: Byline, said: Said): readonly Draft[] {
  const texts = postsOf(filled(heads[about], byline, rules), said.text, rules.limits[otherSide(byline.side)]);
  return texts.map((text, index) => ({
    from: byline.side,
    sourceId: index === 0 ? said.sourceId : `${said.sourceId}#${index + 1}`,
    at: said.at,
    channel: 'internal',
    text,
    detail: said.detail,
    ...(said.settles === null || index > 0 ? {} : { settles: said.settles }),
  }));
}
