import { ConnectorError } from '../errors.ts';
import type { CreateRequest, UpdateRequest, WriteResult } from '../ticket-system.ts';
import type { ChunkSize } from './chunk-size.ts';
import { chunksOf } from './chunks.ts';
import { notSent } from './errors.ts';
import { stampField } from './records.ts';
import type { Session } from './session.ts';
import {
  collectionsOf,
  createItem,
  type Item,
  recordsPerCollection,
  refersToParts,
  updateItem,
} from './write-items.ts';
import { type Manner, type Outcome, type Send, sendAlone, sendTogether } from './write-send.ts';

/** Two collections and their looks are at most four of the five heavy parts that a composite may have. */
export const recordsPerCall = 2 * recordsPerCollection;

const updating: Manner = {
  keyField: 'Id',
  keysPerLook: 400,
  collection: () => '/composite/sobjects',
  looksBefore: true,
};
const creating: Manner = {
  keyField: stampField,
  keysPerLook: 200,
  collection: (object) => `/composite/sobjects/${object}/${stampField}`,
  looksBefore: false,
};

/** One object's items that go out in the same way. */
interface Line {
  readonly object: string;
  readonly send: Send;
  readonly items: readonly Item[];
}

function linesOf(items: readonly Item[]): readonly Line[] {
  const perObject = [...Map.groupBy(items, (item) => item.object)];
  const line = (send: Send, alone: boolean): readonly Line[] =>
    perObject.map(([object, same]) => ({ object, send, items: same.filter((item) => refersToParts(item) === alone) }));
  return [...line(sendTogether, false), ...line(sendAlone, true)].filter((each) => each.items.length > 0);
}

const failAll = (items: readonly Item[], error: ConnectorError): readonly Outcome[] =>
  items.map((item): Outcome => [item.at, { kind: 'failed', error }]);

/** A malformed value of one record refuses the whole collection: then the halves are sent on their own. */
function splits(error: ConnectorError): boolean {
  return error.data.code === 'JSON_PARSER_ERROR' || error.data.cause === 'too-large';
}

/** Sends halves of halves until the bad ones stand alone. Never rejects with ConnectorError: others have been written already. */
async function sendHalves(
  session: Session,
  manner: Manner,
  send: Send,
  items: readonly Item[],
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const half of chunksOf(items, Math.ceil(items.length / 2))) {
    try {
      outcomes.push(...(await sendSplitting(session, manner, send, [half])));
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      outcomes.push(...failAll(half, error));
    }
  }
  return outcomes;
}

/** Sends collections in one go, and again in halves what was refused as a whole for one record's sake. */
async function sendSplitting(
  session: Session,
  manner: Manner,
  send: Send,
  collections: readonly (readonly Item[])[],
): Promise<readonly Outcome[]> {
  const all = collections.flat();
  let outcomes: readonly Outcome[];
  try {
    outcomes = await send(session, manner, collections);
  } catch (error) {
    if (!(error instanceof ConnectorError) || !splits(error) || all.length < 2) throw error;
    return sendHalves(session, manner, send, all);
  }
  const results = new Map(outcomes);
  for (const collection of collections) {
    if (collection.length < 2 || !collection.every((item) => refusedByParser(results.get(item.at)))) continue;
    for (const [at, result] of await sendHalves(session, manner, send, collection)) results.set(at, result);
  }
  return [...results];
}

function refusedByParser(result: WriteResult | undefined): boolean {
  return result?.kind === 'failed' && splits(result.error) && !result.error.inDoubt;
}

const failedBy = (result: WriteResult | undefined, cause: string): boolean =>
  result?.kind === 'failed' && result.error.data.cause === cause && !result.error.inDoubt;

/** So many records in a row that fail alone: no size would help the others. */
const hopeless = 3;

/** Sends a line call by call, smaller ones where the org's automation cannot take as many. `first`: nothing has been sent yet. */
async function sendLine(
  session: Session,
  manner: Manner,
  sizes: ChunkSize,
  line: Line,
  results: Map<number, WriteResult>,
  first: boolean,
): Promise<ConnectorError | null> {
  const what = `${line.object} ${manner.keyField}`;
  let rest = line.items;
  let failedAlone = 0;
  for (let nothingSent = first; rest.length > 0; nothingSent = false) {
    const size = sizes.of(what);
    const collections = chunksOf(collectionsOf(rest.slice(0, size), Math.min(size, recordsPerCollection)), 2)[0] ?? [];
    const sent = collections.flat();
    rest = rest.slice(sent.length);
    let outcomes: ReadonlyMap<number, WriteResult>;
    try {
      outcomes = new Map(await sendSplitting(session, manner, line.send, collections));
    } catch (error) {
      if (!(error instanceof ConnectorError) || (nothingSent && !error.inDoubt)) throw error;
      for (const [at, result] of [...failAll(sent, error), ...failAll(rest, notSent(error))]) results.set(at, result);
      return error;
    }
    const heavy = sent.filter((item) => failedBy(outcomes.get(item.at), 'governor-limit'));
    const locked = sent.filter((item) => failedBy(outcomes.get(item.at), 'row-locked'));
    // One row that somebody holds says nothing about the size; several in one transaction are held by each other's parents.
    if (sent.length > 1 && (heavy.length > 0 || locked.length > 1)) sizes.tooMany(what, sent.length);
    for (const [at, result] of outcomes) results.set(at, result);
    if (sent.length > 1) rest = [...heavy, ...rest];
    const [single] = sent.length === 1 ? heavy : [];
    failedAlone = single === undefined ? 0 : failedAlone + 1;
    if (single !== undefined) sizes.notTheSize(what);
    if (failedAlone >= hopeless) {
      const failed = outcomes.get(single?.at ?? -1);
      if (failed?.kind === 'failed')
        for (const [at, result] of failAll(rest, notSent(failed.error))) results.set(at, result);
      return null;
    }
  }
  return null;
}

/**
 * Sends all items, call by call. The first call's failure rejects, if nothing can have happened; any other failure is the result
 * of its items, and of those behind it as not sent.
 */
async function sendAll(
  session: Session,
  manner: Manner,
  sizes: ChunkSize,
  prepared: readonly (Item | WriteResult)[],
): Promise<readonly WriteResult[]> {
  const results = new Map<number, WriteResult>();
  const items: Item[] = [];
  prepared.forEach((entry, at) => ('kind' in entry ? results.set(at, entry) : items.push(entry)));
  let stopped: ConnectorError | null = null;
  for (const [index, line] of linesOf(items).entries()) {
    if (stopped === null) stopped = await sendLine(session, manner, sizes, line, results, index === 0);
    else for (const [at, result] of failAll(line.items, notSent(stopped))) results.set(at, result);
  }
  return prepared.map((_, at) => results.get(at) ?? { kind: 'failed', error: unanswered });
}

/** Cannot happen as long as every item comes back as an outcome; if it does, nothing is known. */
const unanswered = new ConnectorError('Unavailable', {
  side: 'salesforce',
  executed: 'maybe',
  cause: 'unreadable-answer',
});

/** Writes changes, 400 records to a call; the same call shows each record before and after. */
export function update(
  session: Session,
  sizes: ChunkSize,
  requests: readonly UpdateRequest[],
): Promise<readonly WriteResult[]> {
  return sendAll(session, updating, sizes, requests.map(updateItem));
}

/**
 * Creates by upserting on our stamp, 400 records to a call, and reads them back in it. A repeat finds the record that the first
 * one made.
 */
export function create(
  session: Session,
  sizes: ChunkSize,
  requests: readonly CreateRequest[],
): Promise<readonly WriteResult[]> {
  return sendAll(session, creating, sizes, requests.map(createItem));
}
