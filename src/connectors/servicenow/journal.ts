import type { Children } from '../children.ts';
import { evenChunks } from './chunks.ts';
import type { Context } from './context.ts';
import { unexpected } from './errors.ts';
import { elements, journalFields, numbered, rowComment } from './journal-entries.ts';
import { createRendered, type Rendered, renderedRequest } from './journal-rendered.ts';
import { isForbidden, type Listed, listMany, orThrow } from './list-many.ts';
import type { JournalPath } from './notices.ts';
import type { People } from './people.ts';
import { allOf, ordered, term } from './query.ts';
import { normalId, type Row, textOf } from './records.ts';
import type { ListAnswer, ListRequest } from './table.ts';

export type Comments = NonNullable<Children['comments']>;

/** Rows of one list; what is more follows in further ones. */
const pageRows = 2_000;

/** Rendered journals are long, and an answer of a batch has 10 MB. */
const renderedPerList = 50;

/** Comments and work notes of tickets. */
export interface Journal {
  /** Lists that ride in the call that reads these tickets (`sys_id`s in their normal form, as many as fit into a URL). */
  requests(object: string, ids: readonly string[]): readonly ListRequest[];
  /** The comments of each ticket, from the answers to those lists. Rejects with ConnectorError. */
  commentsIn(
    object: string,
    ids: readonly string[],
    requests: readonly ListRequest[],
    answers: readonly Listed[],
  ): Promise<ReadonlyMap<string, Comments>>;
  /** Null before anything told. */
  path(): JournalPath | null;
}

/**
 * Reads rows of sys_journal_field. As plain `itil` an account is told how many there are and shown none (measured by
 * servicenow-cli), and then the journals are read as a person sees them. An empty answer alone never says that there is nothing:
 * until a row was shown, the rendered journals ride along and have to be empty as well.
 */
export function createJournal(context: Context, people: People): Journal {
  const rendered: Rendered = createRendered(context, people, countRequest);
  let path: JournalPath | null = null;
  let told = false;

  function found(now: JournalPath): void {
    if (path !== now) context.onNotice({ kind: 'journal', path: now });
    path = now;
  }

  async function fromRows(
    ids: readonly string[],
    first: ListAnswer,
    whole: boolean,
  ): Promise<readonly [string, Comments][]> {
    const { rows, complete } = await allRows(context, ids, first, whole);
    const short = (first.total ?? 0) - rows.length;
    if (short > 0 && !told) context.onNotice({ kind: 'journal-partly-hidden', count: short });
    told ||= short > 0;
    const me = await people.me();
    // Nobody's rows can be told from ours: carried back, each of ours would be said twice.
    if (me.userName === null && rows.length > 0) return ids.map((id) => [id, { items: [], complete: false }]);
    await people.meet(rows.flatMap((row) => textOf(row, 'sys_created_by') ?? []));
    const comments = rows.map((row) => rowComment(row, me, (userName) => people.nameOf(userName)));
    const understood = comments.filter((comment) => comment !== null);
    const perTicket = Map.groupBy(understood, (comment) => comment.recordId);
    const all = complete && understood.length === rows.length;
    return ids.map((id) => [id, { items: numbered(perTicket.get(id) ?? []), complete: all }]);
  }

  return {
    path: () => path,
    requests: (object, ids) => [
      rowsRequest(ids, { limit: path === 'rendered' ? 1 : pageRows }),
      ...(path === 'rows' ? [] : evenChunks(ids, renderedPerList).map((some) => renderedRequest(object, some))),
    ],
    commentsIn: async (object, ids, requests, [rows, ...views]) => {
      if (rows === undefined) return new Map();
      const first = isForbidden(rows) ? null : orThrow(rows);
      const total = first?.total ?? null;
      if (first !== null && first.rows.length > 0) {
        found('rows');
        return new Map(await fromRows(ids, first, requests[0]?.limit === pageRows));
      }
      // Rows were shown before, and here are none to show.
      if (path === 'rows' && total === 0) return new Map(ids.map((id) => [id, nothing]));
      const shown = views.length > 0 ? views : await viewsOf(context, object, ids);
      const read = await rendered.commentsIn(object, ids, shown, total);
      const hides = first === null || (total ?? 0) > 0 || read.entries > 0;
      if (read.visible && hides) found('rendered');
      if (!read.visible && path !== 'rows') found('unreadable');
      return read.comments;
    },
  };
}

const nothing: Comments = { items: [], complete: true };

async function viewsOf(context: Context, object: string, ids: readonly string[]): Promise<readonly Listed[]> {
  return listMany(
    context,
    evenChunks(ids, renderedPerList).map((some) => renderedRequest(object, some)),
  );
}

/** By `element_id`, never by `name`, which may be a parent class (journal-row-task-rec). */
function rowsRequest(ids: readonly string[], more: { readonly limit: number; readonly offset?: number }): ListRequest {
  const query = allOf(term('element_id', 'IN', ids), term('element', 'IN', elements));
  return {
    table: 'sys_journal_field',
    query: ordered(query, 'sys_created_on', 'sys_id'),
    fields: journalFields,
    count: true,
    ...more,
  };
}

/** Tells how many entries one journal has, by the count that is made before row ACLs. */
function countRequest(id: string, element: string): ListRequest {
  return {
    table: 'sys_journal_field',
    query: allOf(term('element_id', '=', id), term('element', '=', element)),
    fields: ['sys_id'],
    limit: 1,
    count: true,
  };
}

/**
 * All rows of these tickets. Rows are only ever added, at the end of the order, so that pages by offset lose none; a count that
 * moved meanwhile, or rows that are counted and not shown, leave the list incomplete.
 */
async function allRows(
  context: Context,
  ids: readonly string[],
  first: ListAnswer,
  whole: boolean,
): Promise<{ readonly rows: readonly Row[]; readonly complete: boolean }> {
  const { total } = first;
  const rows = whole ? [...first.rows] : [];
  if (total === null) return { rows: onlyOf(ids, await uncounted(context, ids, whole ? rows : null)), complete: false };
  const offsets: number[] = [];
  for (let offset = whole ? pageRows : 0; offset < total; offset += pageRows) offsets.push(offset);
  let moved = false;
  // Five pages are as much as an answer should carry.
  for (const some of evenChunks(offsets, 5)) {
    const pages = await listMany(
      context,
      some.map((offset) => rowsRequest(ids, { limit: pageRows, offset })),
    );
    for (const page of pages.map(orThrow)) {
      rows.push(...page.rows);
      moved ||= page.total !== total;
    }
  }
  return { rows: onlyOf(ids, rows), complete: !moved && rows.length >= total };
}

/** Where nothing is counted, a page that is not full ends the rows; who knows what an ACL took out of it. */
async function uncounted(
  context: Context,
  ids: readonly string[],
  first: readonly Row[] | null,
): Promise<readonly Row[]> {
  const pageAt = async (offset: number): Promise<readonly Row[]> => {
    const [page] = await listMany(context, [rowsRequest(ids, { limit: pageRows, offset })]);
    return page === undefined ? [] : orThrow(page).rows;
  };
  let page = first ?? (await pageAt(0));
  const rows = [...page];
  for (let offset = pageRows; page.length >= pageRows; offset += pageRows) {
    page = await pageAt(offset);
    rows.push(...page);
  }
  return rows;
}

/** A dropped query term answers with the journals of everybody. */
function onlyOf(ids: readonly string[], rows: readonly Row[]): readonly Row[] {
  const asked = new Set(ids);
  if (rows.every((row) => asked.has(normalId(textOf(row, 'element_id') ?? '') ?? ''))) return rows;
  throw unexpected({ request: 'GET /api/now/table/sys_journal_field', effect: 'read' }, 'query-ignored');
}
