import { ConnectorError } from '../errors.ts';
import type { CreateRequest, Sending, UpdateRequest, WriteResult } from '../ticket-system.ts';
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

/** So many records that fail alone, while none passes: no size would help the others, which are handed back untried. */
const hopeless = 3;

/** Each record that is too heavy by itself costs some ten calls to be found; beyond so many, small calls cost less. */
const mostSought = 8;

/** A write under way: what has come of it, and how many records were too heavy by themselves: since one passed, and in all. */
interface Course {
  readonly results: Map<number, WriteResult>;
  /** True until the first call has been sent: its failure is the failure of all. */
  untouched: boolean;
  failedAlone: number;
  sought: number;
}

/** Sends a line call by call, smaller ones where the org's automation cannot take as many. Returns why it stopped, else null. */
async function sendLine(
  session: Session,
  manner: Manner,
  sizes: ChunkSize,
  line: Line,
  course: Course,
): Promise<ConnectorError | null> {
  const what = `${line.object} ${manner.keyField}`;
  const before = sizes.of(what);
  course.failedAlone = 0;
  for (let rest = line.items; rest.length > 0; course.untouched = false) {
    const ahead = sizes.isDoubtful(what);
    const size = ahead ? 1 : sizes.of(what);
    const collections = chunksOf(collectionsOf(rest.slice(0, size), Math.min(size, recordsPerCollection)), 2)[0] ?? [];
    const sent = collections.flat();
    const behind = rest.slice(sent.length);
    try {
      const outcomes = await sendSplitting(session, manner, line.send, collections);
      for (const [at, result] of outcomes) course.results.set(at, result);
    } catch (error) {
      if (!(error instanceof ConnectorError) || (course.untouched && !error.inDoubt)) throw error;
      keep(course, [...failAll(sent, error), ...failAll(behind, notSent(error))]);
      return error;
    }
    const again = tooHeavy(sizes, { what, before, size }, sent, course);
    rest = [...again, ...behind];
    if (course.failedAlone === 0) sizes.onePassed(what);
    if (course.failedAlone < (ahead ? 1 : hopeless)) continue;
    sizes.nonePasses(what);
    const last = course.results.get(sent[0]?.at ?? -1);
    if (last?.kind === 'failed') keep(course, failAll(rest, untried(last.error)));
    rest = [];
  }
  // Small calls were for the records that were found by them.
  if (sizes.isDoubtful(what) || course.sought > mostSought) sizes.notTheSize(what, before);
  return null;
}

/** The org's automation lets nothing pass at the moment: that says nothing of these records. */
function untried({ data }: ConnectorError): ConnectorError {
  const { side, request, answer } = data;
  return new ConnectorError('Unavailable', {
    side,
    executed: 'no',
    cause: 'untried',
    ...(request === undefined ? {} : { request }),
    ...(answer === undefined ? {} : { answer }),
  });
}

function keep(course: Course, outcomes: readonly Outcome[]): void {
  for (const [at, result] of outcomes) course.results.set(at, result);
}

/** Learns from what became of a call, and returns what is to be sent again in smaller ones. */
function tooHeavy(
  sizes: ChunkSize,
  { what, before, size }: { readonly what: string; readonly before: number; readonly size: number },
  sent: readonly Item[],
  course: Course,
): readonly Item[] {
  const heavy = sent.filter((item) => failedBy(course.results.get(item.at), 'governor-limit'));
  const locked = sent.filter((item) => failedBy(course.results.get(item.at), 'row-locked'));
  if (heavy.length < sent.length) course.failedAlone = 0;
  else if (sent.length === 1) {
    course.failedAlone += 1;
    course.sought += 1;
    if (course.failedAlone === 1 && course.sought <= mostSought) sizes.notTheSize(what, before);
  }
  if (sent.length === 1) return [];
  // Several rows of one transaction may be held by each other's parents. One says nothing about the size, and neither do the few
  // that come again while somebody holds them.
  if (heavy.length > 0 || (locked.length > 1 && sent.length >= size)) sizes.tooMany(what, sent.length);
  return heavy;
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
  const course: Course = { results, untouched: true, failedAlone: 0, sought: 0 };
  for (const line of linesOf(items)) {
    if (stopped === null) stopped = await sendLine(session, manner, sizes, line, course);
    else keep(course, failAll(line.items, notSent(stopped)));
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
  sending?: Sending,
): Promise<readonly WriteResult[]> {
  return sendAll(session, { ...updating, sending }, sizes, requests.map(updateItem));
}

/**
 * Creates by upserting on our stamp, 400 records to a call, and reads them back in it. A repeat finds the record that the first
 * one made.
 */
export function create(
  session: Session,
  sizes: ChunkSize,
  requests: readonly CreateRequest[],
  sending?: Sending,
): Promise<readonly WriteResult[]> {
  return sendAll(session, { ...creating, sending }, sizes, requests.map(createItem));
}
