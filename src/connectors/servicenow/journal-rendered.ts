import type { Comment } from '../../core/children.ts';
import { evenChunks } from './chunks.ts';
import type { Context } from './context.ts';
import type { Comments } from './journal.ts';
import { type Element, elements, type Me, numbered, streamComment } from './journal-entries.ts';
import { entriesLike, parseStream } from './journal-stream.ts';
import { isForbidden, type Listed, listMany, orThrow } from './list-many.ts';
import type { People } from './people.ts';
import { onlyAsked } from './read.ts';
import { allOf, term } from './query.ts';
import { normalId, type Row, textOf } from './records.ts';
import { displayOf, type ListRequest } from './table.ts';
import { createUserDates, type DatePair } from './user-dates.ts';

/** Cells that show the same date as stored and as our user reads it: what zone and format are learned from. */
const dateFields = ['sys_created_on', 'sys_updated_on', 'opened_at', 'resolved_at', 'closed_at', 'due_date'];

/** Counts of single journals in one call. */
const countsPerCall = 100;

const mostTold = 10_000;

/** What the rendered journals of some tickets show. */
export interface Seen {
  readonly comments: ReadonlyMap<string, Comments>;
  /** False where neither journal is in any row: its field may not be read. */
  readonly visible: boolean;
  readonly entries: number;
}

/** Journals read as a person sees them. */
export interface Rendered {
  /** `total`: how many entries all of them have together; null where nobody tells. */
  commentsIn(object: string, ids: readonly string[], views: readonly Listed[], total: number | null): Promise<Seen>;
}

/** Journals have no value, only a display (journal row of the `all` column, servicenow-cli). */
export function renderedRequest(object: string, ids: readonly string[]): ListRequest {
  return {
    table: object,
    query: allOf(term('sys_id', 'IN', ids)),
    fields: ['sys_id', ...dateFields, ...elements],
    limit: ids.length,
    display: 'all',
  };
}

interface View {
  readonly id: string;
  readonly element: Element;
  /** Null where the field may not be read. */
  readonly stream: string | null;
}

export function createRendered(
  context: Context,
  people: People,
  countRequest: (id: string, element: Element) => ListRequest,
): Rendered {
  const dates = createUserDates();
  const told = new Set<string>();

  /** Once for each ticket, as far as they are remembered. */
  function unsure(table: string, id: string): void {
    if (told.has(id)) return;
    if (told.size >= mostTold) told.clear();
    told.add(id);
    context.onNotice({ kind: 'journal-unsure', table, id });
  }

  /**
   * How many entries each journal has. Where the lines that look like headers are as many as all entries together, each of them is
   * one; else every journal is counted by itself.
   */
  async function counts(views: readonly View[], total: number | null): Promise<readonly (number | null)[]> {
    const like = views.map(({ stream }) => entriesLike(stream ?? '', dates));
    if (total === null) return views.map(() => null);
    if (like.reduce((sum, count) => sum + count, 0) === total) return like;
    if (!context.batch.allowed()) return views.map(() => null);
    const counted: (number | null)[] = [];
    for (const some of evenChunks(views, countsPerCall)) {
      const answers = await listMany(
        context,
        some.map(({ id, element }) => countRequest(id, element)),
      );
      counted.push(...answers.map((answer) => (isForbidden(answer) ? null : orThrow(answer).total)));
    }
    return counted;
  }

  return {
    commentsIn: async (object, ids, views, total) => {
      const rows = views.flatMap((view) => (isForbidden(view) ? [] : onlyAsked(object, orThrow(view).rows, ids)));
      dates.learn(rows.flatMap(pairsIn));
      const me = await people.me();
      if (me.zone !== null) dates.prefer(me.zone);
      const streams = rows.flatMap(viewsIn);
      const entries = streams.reduce((sum, { stream }) => sum + ((stream ?? '') === '' ? 0 : 1), 0);
      // A count of nothing beside a journal that shows something is the ACL's, not the journal's.
      const perStream = await counts(streams, total === 0 && entries > 0 ? null : total);
      const read = streams.map((view, at) => ({ view, ...commentsOf(view, perStream[at] ?? null, me) }));
      const byTicket = Map.groupBy(read, ({ view }) => view.id);
      const comments = ids.map((id): [string, Comments] => {
        const own = byTicket.get(id) ?? [];
        const complete = own.length === elements.length && own.every(({ sure }) => sure);
        if (!complete && own.length > 0) unsure(object, id);
        return [id, { items: own.flatMap(({ items }) => items).toSorted(byTime), complete }];
      });
      return { comments: new Map(comments), visible: streams.some(({ stream }) => stream !== null), entries };
    },
  };

  function commentsOf(
    { id, element, stream }: View,
    count: number | null,
    me: Me,
  ): { readonly items: readonly Comment[]; readonly sure: boolean } {
    if (stream === null) return { items: [], sure: false };
    // Nobody's entries can be told from ours: carried back, each of ours would be said twice.
    if (me.displayName === null && stream.trim() !== '') return { items: [], sure: false };
    const parsed = parseStream(stream, dates, count);
    return { items: numbered(parsed.entries.map((entry) => streamComment(id, element, entry, me))), sure: parsed.sure };
  }
}

function viewsIn(row: Row): readonly View[] {
  const id = normalId(textOf(row, 'sys_id') ?? '');
  return id === null ? [] : elements.map((element) => ({ id, element, stream: displayOf(row, element) }));
}

function pairsIn(row: Row): readonly DatePair[] {
  return dateFields.flatMap((name) => {
    const [value, display] = [textOf(row, name), displayOf(row, name)];
    return typeof value === 'string' && display !== null && display !== '' ? [{ value, display }] : [];
  });
}

function byTime(a: Comment, b: Comment): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
