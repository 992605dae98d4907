import { z } from 'zod';
import { ConnectorError } from '../errors.ts';
import type { CreateRequest, UpdateRequest, WriteResult } from '../ticket-system.ts';
import { composite, type Part, type PartAnswer, partFailure, queryPart, rowsOf } from './composite.ts';
import { notSent, vendorFailure } from './errors.ts';
import { normaliseStamp } from './ids.ts';
import { chunksOf, read } from './read.ts';
import { isDeleted, rowId, selection, stampField, textOf, toRecord } from './records.ts';
import { noAutoAssign, type Session } from './session.ts';
import { isIn, select } from './soql.ts';
import { type Row, type Saved, savedSchema, understand } from './wire.ts';
import { collectionsOf, createItem, type Item, updateItem } from './write-items.ts';

/** Collections in one composite: two, beside a query before and one after, stay within its five heavy parts. */
const collectionsPerCall = 2;
/** How one kind of write goes out. */
interface Manner {
  readonly keyField: 'Id' | typeof stampField;
  readonly collection: (object: string) => string;
  /** Reads the records before the write, in the same call. */
  readonly looksBefore: boolean;
}

const updating: Manner = { keyField: 'Id', collection: () => '/composite/sobjects', looksBefore: true };
const creating: Manner = {
  keyField: stampField,
  collection: (object) => `/composite/sobjects/${object}/${stampField}`,
  looksBefore: false,
};

function rowsByKey(object: string, rows: readonly Row[], keyField: Manner['keyField']): ReadonlyMap<string, Row> {
  const living = rows.filter((row) => !isDeleted(row));
  return new Map(
    living.map((row) => [
      keyField === 'Id' ? rowId(object, row) : (normaliseStamp(textOf(row, stampField)) ?? ''),
      row,
    ]),
  );
}

const noRows: ReadonlyMap<string, Row> = new Map();

/** The rows of a look before or after. A look that failed takes nothing from the writes: it only shows nothing. */
async function look(
  session: Session,
  object: string,
  part: PartAnswer | undefined,
  manner: Manner,
): Promise<ReadonlyMap<string, Row>> {
  if (part === undefined || partFailure(part) !== null) return noRows;
  try {
    return rowsByKey(object, await rowsOf(session, part), manner.keyField);
  } catch (error) {
    if (error instanceof ConnectorError) return noRows;
    throw error;
  }
}

interface Verdict {
  readonly item: Item;
  readonly id: string | null;
  readonly error: ConnectorError | null;
}

/** What the answer to one collection says about each of its items. Rows count under an HTTP 400 too: sources differ on it. */
function verdicts(items: readonly Item[], part: PartAnswer): readonly Verdict[] {
  const failure = partFailure(part);
  const rows = z.array(savedSchema).safeParse(part.body);
  if (failure !== null && !(rows.success && rows.data.length === items.length)) {
    return items.map((item) => ({ item, id: null, error: failure }));
  }
  const saved = rows.success ? rows.data : understand(z.array(savedSchema), part.body, part.request);
  return items.map((item, index) => verdict(item, saved[index], part.request));
}

function verdict(item: Item, saved: Saved | undefined, request: string): Verdict {
  if (saved === undefined) {
    const error = new ConnectorError('Unavailable', {
      side: 'salesforce',
      executed: 'maybe',
      cause: 'unreadable-answer',
      request,
    });
    return { item, id: null, error };
  }
  if (!saved.success) return { item, id: null, error: vendorFailure(saved.errors, request) };
  return { item, id: saved.id ?? null, error: null };
}

function notReadBack(id: string | null): ConnectorError {
  return new ConnectorError('Unavailable', {
    side: 'salesforce',
    executed: 'maybe',
    cause: 'not-read-back',
    answer: `written, but ${id ?? 'the record'} did not come back`,
  });
}

/** A malformed value of one record refuses the whole request: then the halves are sent on their own. */
function splits(error: ConnectorError): boolean {
  return error.data.code === 'JSON_PARSER_ERROR' || error.data.cause === 'too-large';
}

/** Sends up to two collections in one composite, with the looks. Rejects when the call as a whole failed. */
async function sendTogether(
  session: Session,
  manner: Manner,
  collections: readonly (readonly Item[])[],
): Promise<readonly (readonly [number, WriteResult])[]> {
  const items = collections.flat();
  const object = items[0]?.object ?? '';
  const readBack = [...new Set(items.flatMap((item) => item.readBack))];
  const keys = [...new Set(items.map((item) => item.key))];
  const lookPart = queryPart(
    session,
    select({ object, fields: selection(object, readBack), where: isIn(manner.keyField, keys) }),
  );
  const writeParts = collections.map((collection): Part => ({
    method: 'PATCH',
    url: session.path(manner.collection(object)),
    headers: noAutoAssign,
    body: { allOrNone: false, records: collection.map((item) => item.body) },
  }));
  const parts = [...(manner.looksBefore ? [lookPart] : []), ...writeParts, lookPart];
  const answers = await composite(session, parts, { headers: noAutoAssign });
  const first = manner.looksBefore ? 1 : 0;
  const before = manner.looksBefore ? await look(session, object, answers[0], manner) : noRows;
  const after = await look(session, object, answers.at(-1), manner);

  const results: (readonly [number, WriteResult])[] = [];
  const unseen: Verdict[] = [];
  for (const [index, collection] of collections.entries()) {
    const answer = answers[first + index];
    if (answer === undefined) continue;
    const failure = partFailure(answer);
    if (failure !== null && splits(failure) && collection.length > 1) {
      results.push(...(await sendHalves(session, manner, collection)));
      continue;
    }
    for (const judged of verdicts(collection, answer)) {
      const { item, error } = judged;
      const row = after.get(item.key);
      if (error !== null) results.push([item.at, { kind: 'failed', error }]);
      else if (row === undefined) unseen.push(judged);
      else results.push([item.at, written(item, row, before.get(item.key))]);
    }
  }
  return [...results, ...(await lookAgain(session, object, readBack, unseen, before))];
}

function written(item: Item, row: Row, before: Row | undefined): WriteResult {
  return {
    kind: 'written',
    record: toRecord(item.object, row, item.readBack),
    before: before === undefined ? null : toRecord(item.object, before, item.readBack),
  };
}

/** Written, but not in the look after: one more read by id, and if that fails too, in doubt. */
async function lookAgain(
  session: Session,
  object: string,
  readBack: readonly string[],
  unseen: readonly Verdict[],
  before: ReadonlyMap<string, Row>,
): Promise<readonly (readonly [number, WriteResult])[]> {
  if (unseen.length === 0) return [];
  const found = await read(
    session,
    object,
    unseen.map((judged) => judged.id ?? judged.item.key),
    readBack,
  ).catch((error: unknown) => {
    if (error instanceof ConnectorError) return [];
    throw error;
  });
  return unseen.map(({ item, id }, index) => {
    const result = found[index];
    if (result?.kind !== 'found') return [item.at, { kind: 'failed', error: notReadBack(id) }] as const;
    const earlier = before.get(item.key);
    const previous = earlier === undefined ? null : toRecord(object, earlier, item.readBack);
    return [item.at, { kind: 'written', record: result.record, before: previous }] as const;
  });
}

async function sendHalves(
  session: Session,
  manner: Manner,
  items: readonly Item[],
): Promise<readonly (readonly [number, WriteResult])[]> {
  const results: (readonly [number, WriteResult])[] = [];
  for (const half of chunksOf(items, Math.ceil(items.length / 2))) {
    try {
      results.push(...(await sendTogether(session, manner, [half])));
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (splits(error) && half.length > 1) results.push(...(await sendHalves(session, manner, half)));
      else results.push(...half.map((item) => [item.at, { kind: 'failed', error }] as const));
    }
  }
  return results;
}

/**
 * Sends all items, call by call. The first call's failure rejects, if nothing can have happened; any other failure is the result
 * of its items, and of those behind it as not sent.
 */
async function sendAll(
  session: Session,
  manner: Manner,
  prepared: readonly (Item | WriteResult)[],
): Promise<readonly WriteResult[]> {
  const results = new Map<number, WriteResult>();
  const items: Item[] = [];
  prepared.forEach((entry, at) => ('kind' in entry ? results.set(at, entry) : items.push(entry)));
  const calls = [...Map.groupBy(items, (item) => item.object).values()].flatMap((sameObject) =>
    chunksOf(collectionsOf(sameObject), collectionsPerCall),
  );
  let stopped: ConnectorError | null = null;
  for (const [index, collections] of calls.entries()) {
    const together = collections.flat();
    if (stopped !== null) {
      const error = notSent(stopped);
      for (const item of together) results.set(item.at, { kind: 'failed', error });
      continue;
    }
    try {
      for (const [at, result] of await sendTogether(session, manner, collections)) results.set(at, result);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (splits(error) && together.length > 1) {
        for (const [at, result] of await sendHalves(session, manner, together)) results.set(at, result);
        continue;
      }
      if (index === 0 && !error.inDoubt) throw error;
      for (const item of together) results.set(item.at, { kind: 'failed', error });
      stopped = error;
    }
  }
  return prepared.map((_, at) => results.get(at) ?? { kind: 'failed', error: notReadBack(null) });
}

/** Writes changes, 400 records to a call; the same call shows each record before and after. */
export function update(session: Session, requests: readonly UpdateRequest[]): Promise<readonly WriteResult[]> {
  return sendAll(session, updating, requests.map(updateItem));
}

/**
 * Creates by upserting on our stamp, 400 records to a call, and reads them back in it. A repeat finds the record that the first
 * one made.
 */
export function create(session: Session, requests: readonly CreateRequest[]): Promise<readonly WriteResult[]> {
  return sendAll(session, creating, requests.map(createItem));
}
