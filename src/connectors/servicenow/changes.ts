import { iso } from '../../core/clock.ts';
import type { SourceRecord } from '../../core/record.ts';
import type { StreamPage } from '../children.ts';
import { ConnectorError } from '../errors.ts';
import type { ChangesPage, ChangesRequest, Keyset } from '../ticket-system.ts';
import { type Classes, createClasses } from './classes.ts';
import { type Context, recordsOf } from './context.ts';
import { unexpected } from './errors.ts';
import { type Listed, listMany, orThrow } from './list-many.ts';
import { rowsAfter } from './query.ts';
import { fieldList, normalId, type Row, textOf } from './records.ts';
import { isKept, streamPage, streamRequest } from './streams.ts';
import { list, type ListAnswer, type ListRequest, tablePath } from './table.ts';
import { fromWireTime } from './wire-time.ts';

/** A walk this close to the present has few rows before it: counting them is cheap. Further back every page would count the rest of the table. */
const nearMs = 24 * 60 * 60 * 1000;

/** A page of rows we may not see is stepped over with pages of this size, half overlapping: rows move while we read. */
const blindPage = 10_000;

const smallestPage = 50;

/** A page of a walk, `TicketSystem.changes`. */
export type Changes = (request: ChangesRequest) => Promise<ChangesPage>;

/**
 * Row ACLs take rows out after the limit was applied, so a short page, even an empty one, may not be the last. What ends a walk
 * is the number of matching rows, which is counted before ACLs (table-list-no-role-count-leak-rec).
 */
export function createChanges(context: Context): Changes {
  /** Halved when the server cancels a page (it gives a query 60 s), restored step by step. */
  let largest = Number.POSITIVE_INFINITY;
  const hidden = new Set<string>();
  const classes = createClasses(context);

  return async (request) => {
    const limit = Math.min(request.limit, largest);
    try {
      const asked = { ...request, limit };
      const { first, near, streams } = await firstAnswers(context, asked, classes);
      const page = await readPage(context, asked, { first, near }, (count) => {
        if (!hidden.has(request.object)) context.onNotice({ kind: 'rows-hidden', table: request.object, count });
        hidden.add(request.object);
      });
      if (page.records.length > 0) hidden.delete(request.object);
      largest = largest < request.limit ? largest * 2 : Number.POSITIVE_INFINITY;
      return streams === null ? page : { ...page, streams };
    } catch (error) {
      if (error instanceof ConnectorError && slow.has(error.data.cause ?? ''))
        largest = Math.max(smallestPage, Math.floor(limit / 2));
      throw error;
    }
  };
}

const slow = new Set(['transaction-cancelled', 'timeout', 'broken-answer', 'too-large']);

interface First {
  readonly first: ListAnswer;
  /** True where the answer was counted. */
  readonly near: boolean;
}

/** The first page of the walk; the streams that are followed beside it come in the same Batch call, where this account has it. */
async function firstAnswers(
  context: Context,
  request: ChangesRequest,
  classes: Classes,
): Promise<First & { readonly streams: readonly StreamPage[] | null }> {
  const near = context.clock.now() - Date.parse(request.after.stamp) < nearMs;
  const rows = listRequest(request, { count: near });
  const { streams = [], signal } = request;
  if (streams.length === 0) return { first: await list(context.rest, rows), near, streams: null };
  const tables = streams.some(isKept) ? await classes(request.object) : [];
  const others = streams.map((stream) => streamRequest(stream, tables));
  const kept = others.filter((other) => other !== null);
  const [first, ...answers] = await listMany(context, [rows, ...kept], signal);
  if (first === undefined)
    throw unexpected({ request: `GET ${tablePath(request.object)}`, effect: 'read' }, 'not-answered');
  const answerTo = (other: ListRequest | null): Listed | null =>
    other === null ? null : (answers[kept.indexOf(other)] ?? null);
  return {
    first: orThrow(first),
    near,
    streams: streams.map((stream, at) => streamPage(stream, tables, answerTo(others[at] ?? null))),
  };
}

/** `onHidden` hears how many rows there are when not one of them is shown. */
async function readPage(
  context: Context,
  request: ChangesRequest,
  { first, near }: First,
  onHidden: (count: number) => void,
): Promise<ChangesPage> {
  const full = first.rows.length >= request.limit;
  const ends = first.total !== null && first.total <= request.limit;
  // Behind a page of rows that cannot be placed the walk would ask for the same page for ever.
  if (full && !ends && first.rows.every((row) => placeOf(row) === null)) return stepOver(context, request, first);
  if (full) return page(context, request, first, { done: ends });
  const total = near ? first.total : (await ask(context, { ...request, limit: 1 }, { count: true })).total;
  if (total === null) {
    // Not told: only an empty page can end the walk.
    return page(context, request, first, { done: first.rows.length === 0 });
  }
  if (first.rows.length === 0 && total > 0) onHidden(total);
  if (first.rows.length > 0 || total <= request.limit)
    return page(context, request, first, { done: total <= request.limit });
  return beyondHidden(context, request, total);
}

async function stepOver(context: Context, request: ChangesRequest, first: ListAnswer): Promise<ChangesPage> {
  const total = first.total ?? (await ask(context, { ...request, limit: 1 }, { count: true })).total;
  if (total !== null) return beyondHidden(context, request, total);
  throw unexpected({ request: `GET ${tablePath(request.object)}`, effect: 'read' }, 'unreadable-rows');
}

/** Every row of the page is hidden and more follow: there is no key to go on from, so the next visible row is looked for by offset. */
async function beyondHidden(context: Context, request: ChangesRequest, total: number): Promise<ChangesPage> {
  for (let offset = 0; ; offset += blindPage / 2) {
    const answer = await ask(context, { ...request, limit: blindPage }, { offset, count: false });
    const done = offset + blindPage >= total;
    if (answer.rows.every((row) => placeOf(row) === null) && !done) continue;
    const rows = answer.rows.slice(0, request.limit);
    return page(context, request, { ...answer, rows }, { done: done && rows.length === answer.rows.length });
  }
}

function ask(
  context: Context,
  request: ChangesRequest,
  more: { count: boolean; offset?: number },
): Promise<ListAnswer> {
  return list(context.rest, listRequest(request, more));
}

function listRequest(request: ChangesRequest, more: { count: boolean; offset?: number }): ListRequest {
  return {
    table: request.object,
    query: rowsAfter(request.after),
    fields: fieldList(request.fields),
    limit: request.limit,
    ...more,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  };
}

function page(context: Context, request: ChangesRequest, answer: ListAnswer, end: { done: boolean }): ChangesPage {
  const places = answer.rows.map(placeOf).filter((place) => place !== null);
  if (places.some((place) => !follows(place, request.after))) {
    throw unexpected({ request: `GET ${tablePath(request.object)}`, effect: 'read' }, 'query-ignored');
  }
  return {
    records: recordsOf(context, request.object, answer.rows, request.fields).toSorted(byPlace),
    done: end.done,
    next: places.toSorted(comparePlaces).at(-1) ?? request.after,
    serverNow: iso(answer.serverNowMs ?? context.clock.now()),
  };
}

function placeOf(row: Row): Keyset | null {
  const stamp = fromWireTime(textOf(row, 'sys_updated_on') ?? '');
  const id = normalId(textOf(row, 'sys_id') ?? '');
  return stamp === null || id === null ? null : { stamp, id };
}

/** The query is exact to the second; a place between two seconds is rounded down. */
function follows(place: Keyset, after: Keyset): boolean {
  const stamp = `${new Date(after.stamp).toISOString().slice(0, 19)}.000Z`;
  return place.stamp > stamp || (place.stamp === stamp && place.id > after.id);
}

function comparePlaces(a: Keyset, b: Keyset): number {
  if (a.stamp !== b.stamp) return a.stamp < b.stamp ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function byPlace(a: SourceRecord, b: SourceRecord): number {
  return comparePlaces({ stamp: a.version.stamp, id: a.id }, { stamp: b.version.stamp, id: b.id });
}
