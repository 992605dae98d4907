import { z } from 'zod';
import type { SourceRecord } from '../../core/record.ts';
import { ConnectorError } from '../errors.ts';
import type { Sending, WriteResult } from '../ticket-system.ts';
import { composite, type Part, type PartAnswer, partFailure, queryPart, rowsOf } from './composite.ts';
import { notSent, vendorFailure } from './errors.ts';
import { normaliseId, normaliseStamp } from './ids.ts';
import { chunksOf } from './chunks.ts';
import { read } from './read.ts';
import { isDeleted, selection, stampField, textOf, toRecordIfReadable } from './records.ts';
import { noAutoAssign, type Session } from './session.ts';
import { isIn, select } from './soql.ts';
import { pageSchema, type Row, type Saved, savedSchema, understand } from './wire.ts';
import type { Item } from './write-items.ts';

/** How one kind of write goes out. */
export interface Manner {
  readonly keyField: 'Id' | typeof stampField;
  /** Keys one look names, so that its address stays well below what the web tier takes (rec: query-414-uri-too-long). */
  readonly keysPerLook: number;
  readonly collection: (object: string) => string;
  /** Reads the records before the write, in the same call. */
  readonly looksBefore: boolean;
  readonly sending?: Sending | undefined;
}

/** The result of the request at a place of the caller's list. */
export type Outcome = readonly [at: number, result: WriteResult];

/** Sends some items of one object in one call. Rejects with ConnectorError when the call as a whole failed. */
export type Send = (
  session: Session,
  manner: Manner,
  collections: readonly (readonly Item[])[],
) => Promise<readonly Outcome[]>;

type RowsByKey = ReadonlyMap<string, Row>;
const noRows: RowsByKey = new Map();

interface Verdict {
  readonly item: Item;
  readonly id: string | null;
  readonly error: ConnectorError | null;
}

function verdict(item: Item, saved: Saved | undefined, request: string): Verdict {
  if (saved === undefined) {
    const data = { side: 'salesforce', executed: 'maybe', cause: 'unreadable-answer', request } as const;
    return { item, id: null, error: new ConnectorError('Unavailable', data) };
  }
  if (!saved.success) return { item, id: null, error: vendorFailure(saved.errors, request) };
  return { item, id: saved.id ?? null, error: null };
}

/** What the answer to one collection says about each of its items. Rows count under an HTTP 400 too: sources differ on it. */
function verdicts(items: readonly Item[], part: PartAnswer): readonly Verdict[] {
  const failure = partFailure(part);
  // Row by row: one that cannot be understood leaves its own record in doubt.
  const rows = z
    .array(z.unknown())
    .safeParse(part.body)
    .data?.map((row) => savedSchema.safeParse(row).data);
  const count = rows?.length === items.length && rows.some((row) => row !== undefined);
  if (failure !== null && !count) {
    return items.map((item) => ({ item, id: null, error: failure }));
  }
  const saved = rows ?? understand(z.array(savedSchema), part.body, part.request);
  // Rows come in the order of the request (rec: collections-update-200); where some are missing, nobody knows whose.
  const whole = saved.length === items.length;
  return items.map((item, index) => verdict(item, whole ? saved[index] : undefined, part.request));
}

/** Rows by the key they were asked by; one without a key that can be read counts as not seen. */
function byKey(rows: readonly Row[], keyField: Manner['keyField']): RowsByKey {
  const keyOf = (row: Row): string =>
    (keyField === 'Id' ? normaliseId(row.Id) : normaliseStamp(textOf(row, stampField))) ?? '';
  return new Map(rows.filter((row) => !isDeleted(row)).map((row) => [keyOf(row), row]));
}

/**
 * The rows of looks. One that failed takes nothing from the writes: it only shows nothing. Further pages of a look before the
 * write would be read after it, so they are left alone.
 */
async function rowsSeen(
  session: Session,
  looks: readonly PartAnswer[],
  manner: Manner,
  when: 'before' | 'after',
): Promise<RowsByKey> {
  const rows: Row[] = [];
  for (const look of looks) {
    if (partFailure(look) !== null) continue;
    try {
      if (when === 'after') rows.push(...(await rowsOf(session, look)));
      else rows.push(...understand(pageSchema, look.body, look.request).records);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
    }
  }
  return byKey(rows, manner.keyField);
}

function fieldsToRead(items: readonly Item[]): readonly string[] {
  return [...new Set(items.flatMap((item) => item.readBack))];
}

function lookParts(session: Session, manner: Manner, items: readonly Item[]): readonly Part[] {
  const object = items[0]?.object ?? '';
  const fields = selection(object, fieldsToRead(items));
  const keys = [...new Set(items.map((item) => item.key))];
  return chunksOf(keys, manner.keysPerLook).map((chunk) =>
    queryPart(session, select({ object, fields, where: isIn(manner.keyField, chunk) })),
  );
}

/** What stood there before the write; null where it was not seen or cannot be understood. */
function earlierOf(item: Item, before: RowsByKey): SourceRecord | null {
  const row = before.get(item.key);
  return row === undefined ? null : toRecordIfReadable(item.object, row, item.readBack);
}

/** A written row that cannot be understood is in doubt, it alone. */
function writtenAs(item: Item, row: Row, before: RowsByKey): WriteResult {
  const record = toRecordIfReadable(item.object, row, item.readBack);
  if (record === null) return { kind: 'failed', error: notReadBack(row.Id) };
  return { kind: 'written', record, before: earlierOf(item, before) };
}

function notReadBack(id: string | null): ConnectorError {
  const answer = `written, but ${id ?? 'the record'} did not come back`;
  return new ConnectorError('Unavailable', { side: 'salesforce', executed: 'maybe', cause: 'not-read-back', answer });
}

/** Turns verdicts into results. What was written but not seen is read once more by id, and is in doubt if that shows nothing. */
async function conclude(
  session: Session,
  judged: readonly Verdict[],
  before: RowsByKey,
  after: RowsByKey,
): Promise<readonly Outcome[]> {
  const items = judged.map((each) => each.item);
  const unseen = judged.filter((each) => each.error === null && !after.has(each.item.key));
  const again = await read(
    session,
    items[0]?.object ?? '',
    unseen.map((each) => each.id ?? each.item.key),
    fieldsToRead(items),
  ).catch((error: unknown) => {
    if (error instanceof ConnectorError) return [];
    throw error;
  });
  const late = new Map(unseen.map((each, index) => [each, again[index]]));
  return judged.map((each): Outcome => {
    const { item, error, id } = each;
    if (error !== null) return [item.at, { kind: 'failed', error }];
    const row = after.get(item.key);
    if (row !== undefined) return [item.at, writtenAs(item, row, before)];
    const found = late.get(each);
    if (found?.kind !== 'found') return [item.at, { kind: 'failed', error: notReadBack(id) }];
    return [item.at, { kind: 'written', record: found.record, before: earlierOf(item, before) }];
  });
}

/** Collections with their looks, in one composite. */
export const sendTogether: Send = async (session, manner, collections) => {
  const items = collections.flat();
  const object = items[0]?.object ?? '';
  const looks = lookParts(session, manner, items);
  const writes = collections.map((collection): Part => ({
    method: 'PATCH',
    url: session.path(manner.collection(object)),
    headers: noAutoAssign,
    body: { allOrNone: false, records: collection.map((item) => item.body) },
  }));
  const before = manner.looksBefore ? looks : [];
  const answers = await composite(session, [...before, ...writes, ...looks], {
    headers: noAutoAssign,
    sending: manner.sending,
  });
  const rowsBefore = await rowsSeen(session, answers.slice(0, before.length), manner, 'before');
  const rowsAfter = await rowsSeen(session, answers.slice(before.length + writes.length), manner, 'after');
  const judged = collections.flatMap((collection, index) => {
    const answer = answers[before.length + index];
    return answer === undefined ? [] : verdicts(collection, answer);
  });
  return conclude(session, judged, rowsBefore, rowsAfter);
};

/**
 * Collections each in a request of its own, for texts that a composite would take for references to its own parts, and one reading of
 * all of them afterwards. Once one is written, a later one's failure is its own items' result.
 */
export const sendAlone: Send = async (session, manner, collections) => {
  const judged: Verdict[] = [];
  let stopped: ConnectorError | null = null;
  for (const collection of collections) {
    try {
      if (stopped !== null) judged.push(...refusedAll(collection, notSent(stopped)));
      else judged.push(...(await sendOne(session, manner, collection)));
    } catch (error) {
      if (!(error instanceof ConnectorError) || judged.length === 0) throw error;
      stopped = error;
      judged.push(...refusedAll(collection, error));
    }
  }
  return conclude(session, judged, noRows, noRows);
};

async function sendOne(session: Session, manner: Manner, items: readonly Item[]): Promise<readonly Verdict[]> {
  const answer = await session.call({
    method: 'PATCH',
    path: session.path(manner.collection(items[0]?.object ?? '')),
    headers: noAutoAssign,
    sending: manner.sending,
    json: { allOrNone: false, records: items.map((item) => item.body) },
  });
  return verdicts(items, { status: answer.status, body: answer.body, request: answer.request });
}

function refusedAll(items: readonly Item[], error: ConnectorError): readonly Verdict[] {
  return items.map((item) => ({ item, id: null, error }));
}
