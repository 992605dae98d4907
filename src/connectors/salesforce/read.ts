import type { Clock } from '../../core/clock.ts';
import type { SourceRecord } from '../../core/record.ts';
import type { Children, ChildrenAsk, StreamPage } from '../children.ts';
import { ConnectorError } from '../errors.ts';
import type { ChangesPage, ChangesRequest, ProbeRequest, ProbeResult, ReadResult } from '../ticket-system.ts';
import { chunksOf, namedPerQuery } from './chunks.ts';
import {
  composite,
  firstPage,
  heavyParts,
  type PartAnswer,
  partFailure,
  queryEach,
  queryPart,
  rowsOf,
  send as sendParts,
} from './composite.ts';
import { normaliseId, normaliseStamp } from './ids.ts';
import { isDeleted, readSelection, selection, stampField, textOf, toRecordIfReadable } from './records.ts';
import { readWithChildren } from './read-children.ts';
import type { Session } from './session.ts';
import { behind, type Condition, either, equals, isIn, select } from './soql.ts';
import { streamPage, type StreamQuery, streamQuery } from './streams.ts';
import { type Page, pageSchema, type Row, understand } from './wire.ts';

function serverTime(headers: Readonly<Record<string, string>>, clock: Clock): string {
  const ms = Date.parse(headers['date'] ?? '');
  return new Date(Number.isNaN(ms) ? clock.now() : ms).toISOString();
}

/**
 * One page of the walk. The next page starts behind the last row rather than at the vendor's locator, which expires and is lost
 * with its session.
 */
export async function changes(session: Session, clock: Clock, request: ChangesRequest): Promise<ChangesPage> {
  const soql = select({
    object: request.object,
    fields: selection(request.object, request.fields),
    where: behind('SystemModstamp', request.after),
    orderBy: ['SystemModstamp', 'Id'],
    limit: request.limit,
  });
  const { page, headers, streams } = await pageWithStreams(session, soql, request);
  const records = readable(session, request.object, page.records, request.fields);
  const last = records.at(-1);
  // Rows this user may not see are left out before LIMIT counts, so a result below the limit is the end. A page shorter than
  // its result is not: the server chooses page sizes.
  const done = page.done && page.records.length < request.limit;
  // One row may be odd. Where all are, it is the answer that is not understood, and there is no place to go on from.
  if (page.records.length > 0 && last === undefined) throw noneReadable();
  return {
    records,
    done,
    next: last === undefined ? request.after : { stamp: last.version.stamp, id: last.id },
    serverNow: serverTime(headers, clock),
    ...(streams === undefined ? {} : { streams }),
  };
}

/** The page alone is a query of its own; with streams beside it, all are parts of one composite, which is one call as well. */
async function pageWithStreams(
  session: Session,
  soql: string,
  { object, streams = [], signal }: ChangesRequest,
): Promise<{
  readonly page: Page;
  readonly headers: Readonly<Record<string, string>>;
  readonly streams?: readonly StreamPage[];
}> {
  const stop = signal === undefined ? {} : { signal };
  if (streams.length === 0) return firstPage(session, soql, stop);
  const queries = streams.map((ask) => streamQuery(session, object, ask));
  const asked = queries.flatMap((query) => query.parts);
  const { answers, headers } = await sendParts(session, [queryPart(session, soql), ...asked], stop);
  const [first, ...others] = answers;
  const failure = first === undefined ? null : partFailure(first);
  if (first === undefined || failure !== null) throw failure ?? noneReadable();
  const answersTo = (query: StreamQuery): readonly PartAnswer[] =>
    query.parts.flatMap((part) => others[asked.indexOf(part)] ?? []);
  return {
    page: understand(pageSchema, first.body, first.request),
    headers,
    streams: await Promise.all(queries.map((query) => streamPage(session, query, answersTo(query)))),
  };
}

/** The rows that can be understood; that others were left out is said. */
function readable(
  session: Session,
  object: string,
  rows: readonly Row[],
  fields: readonly string[],
): readonly SourceRecord[] {
  const records = rows.map((row) => toRecordIfReadable(object, row, fields)).filter((record) => record !== null);
  if (records.length < rows.length) session.notice({ kind: 'rows-unreadable', rows: rows.length - records.length });
  return records;
}

function noneReadable(): ConnectorError {
  const answer = 'no row of a page could be understood';
  return new ConnectorError('Unavailable', { side: 'salesforce', executed: 'no', cause: 'unreadable-answer', answer });
}

function selectWhere(object: string, fields: readonly string[], where: Condition): string {
  return select({ object, fields: selection(object, fields), where });
}

/**
 * Reads by id, a thousand to a call. A row in the recycle bin is evidence of a deletion; a missing row is evidence of nothing.
 * Comments come as child queries of the same statements, what else hangs on the records as further parts of the same calls.
 */
export async function read(
  session: Session,
  object: string,
  ids: readonly string[],
  fields: readonly string[],
  ask?: ChildrenAsk,
): Promise<readonly ReadResult[]> {
  const wanted = [...new Set(ids.map(normaliseId).filter((id) => id !== null))];
  if (ask === undefined) {
    const statements = chunksOf(wanted, namedPerQuery).map((chunk) =>
      select({ object, fields: readSelection(object, fields), where: isIn('Id', chunk) }),
    );
    return resultsOf(session, { object, ids, fields }, (await queryEach(session, statements, true)).flat());
  }
  const { rows, children } = await readWithChildren(session, object, wanted, fields, ask);
  return resultsOf(session, { object, ids, fields }, rows, children);
}

function resultsOf(
  session: Session,
  { object, ids, fields }: { object: string; ids: readonly string[]; fields: readonly string[] },
  rows: readonly Row[],
  children?: ReadonlyMap<string, Children>,
): readonly ReadResult[] {
  const living = rows.filter((row) => !isDeleted(row));
  const found = new Map(readable(session, object, living, fields).map((record) => [record.id, record]));
  const deleted = new Map(rows.filter(isDeleted).map((row) => [normaliseId(row.Id), masterOf(row)]));
  return ids.map((id): ReadResult => {
    const normal = normaliseId(id) ?? '';
    const record = found.get(normal);
    const hanging = children?.get(normal);
    if (record !== undefined) return { kind: 'found', record, ...(hanging === undefined ? {} : { children: hanging }) };
    // A row that could not be understood proves nothing, like one that did not come.
    const into = deleted.get(normal);
    if (into === undefined) return { kind: 'absent', id };
    return { kind: 'deleted', id, ...(into === null ? {} : { into }) };
  });
}

/** The Case that this one was merged into. */
function masterOf(row: Row): string | null {
  return normaliseId(textOf(row, 'MasterRecordId') ?? '');
}

/** Stamps of one probe call: 250 in a statement are some 10 KB of address, below what the web tier takes (rec: query-414-uri-too-long). */
const stampsPerCall = 1000;

interface Sighting {
  /** By stamp. Only rows that carry it, whatever the server answered. */
  readonly carrying: ReadonlyMap<string, readonly SourceRecord[]>;
  /** True if a row known to exist came back in the same answer. */
  readonly proven: boolean;
}

async function sightings(
  session: Session,
  request: ProbeRequest,
  stamps: readonly (readonly string[])[],
): Promise<readonly Sighting[]> {
  const control = request.control === null ? null : normaliseId(request.control);
  const statements = stamps.map((chunk) => {
    const carrying = isIn(stampField, chunk);
    return selectWhere(
      request.object,
      request.fields,
      control === null ? carrying : either(carrying, equals('Id', control)),
    );
  });
  // With no control row, any row of the object in the same answer shows at least that the object can be read.
  const any = select({ object: request.object, fields: ['Id'], limit: 1 });
  const parts = [...statements, ...(control === null ? [any] : [])].map((soql) => queryPart(session, soql));
  const answers = await Promise.all((await composite(session, parts)).map((part) => rowsOf(session, part)));
  const anySeen = control === null && answers.some((rows) => rows.length > 0);
  return answers.slice(0, stamps.length).map((rows) => {
    const records = readable(session, request.object, rows, request.fields);
    // The stamp that was asked for may stand in a row that could not be understood.
    const whole = records.length === rows.length;
    return {
      carrying: Map.groupBy(records, (record) => record.partnerId ?? ''),
      proven: whole && (control === null ? anySeen : records.some((record) => record.id === control)),
    };
  });
}

/**
 * Looks for records by our stamp, in one call for up to 1,000 probes. What cannot be a stamp is not asked for, and so its answer is
 * `unknown`.
 */
export async function probe(session: Session, request: ProbeRequest): Promise<readonly ProbeResult[]> {
  const stamps = [
    ...new Set(request.probes.map((one) => normaliseStamp(one.partnerId)).filter((stamp) => stamp !== null)),
  ];
  const seen = new Map<string, ProbeResult>();
  // One part is kept free for the look at any row, where it is needed.
  const parts = request.control === null ? heavyParts - 1 : heavyParts;
  const perPart = Math.ceil(stampsPerCall / parts);
  for (const group of chunksOf(stamps, stampsPerCall)) {
    const chunks = chunksOf(group, perPart);
    const answers = await sightings(session, request, chunks);
    chunks.forEach((chunk, index) => {
      for (const stamp of chunk) {
        const records = answers[index]?.carrying.get(stamp) ?? [];
        const proven = answers[index]?.proven === true;
        seen.set(stamp, records.length > 0 ? { kind: 'found', records } : { kind: proven ? 'none' : 'unknown' });
      }
    });
  }
  return request.probes.map(({ partnerId }) => seen.get(normaliseStamp(partnerId) ?? '') ?? { kind: 'unknown' });
}
