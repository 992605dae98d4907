import { ConnectorError } from '../errors.ts';
import type { CreateRequest, UpdateRequest, WriteResult } from '../ticket-system.ts';
import { notSent } from './errors.ts';
import { chunksOf } from './chunks.ts';
import { stampField } from './records.ts';
import type { Session } from './session.ts';
import { collectionsOf, createItem, type Item, refersToParts, updateItem } from './write-items.ts';
import { type Manner, type Outcome, type Send, sendAlone, sendTogether } from './write-send.ts';

/** Collections in one composite: beside their looks they stay within its five heavy parts. */
const collectionsPerCall = 2;

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

interface Parcel {
  readonly send: Send;
  readonly collections: readonly (readonly Item[])[];
}

function parcelsOf(items: readonly Item[]): readonly Parcel[] {
  const perObject = [...Map.groupBy(items, (item) => item.object).values()];
  const together = perObject.flatMap((same) =>
    chunksOf(collectionsOf(same.filter((item) => !refersToParts(item))), collectionsPerCall),
  );
  const alone = perObject.flatMap((same) => chunksOf(collectionsOf(same.filter(refersToParts)), 1));
  return [
    ...together.map((collections) => ({ send: sendTogether, collections })),
    ...alone.map((collections) => ({ send: sendAlone, collections })),
  ];
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
      outcomes.push(...(await sendSplitting(session, manner, { send, collections: [half] })));
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      outcomes.push(...failAll(half, error));
    }
  }
  return outcomes;
}

/** Sends a parcel, and again in halves what was refused as a whole for one record's sake. */
async function sendSplitting(session: Session, manner: Manner, parcel: Parcel): Promise<readonly Outcome[]> {
  const all = parcel.collections.flat();
  let outcomes: readonly Outcome[];
  try {
    outcomes = await parcel.send(session, manner, parcel.collections);
  } catch (error) {
    if (!(error instanceof ConnectorError) || !splits(error) || all.length < 2) throw error;
    return sendHalves(session, manner, parcel.send, all);
  }
  const results = new Map(outcomes);
  for (const collection of parcel.collections) {
    if (collection.length < 2 || !collection.every((item) => refusedByParser(results.get(item.at)))) continue;
    for (const [at, result] of await sendHalves(session, manner, parcel.send, collection)) results.set(at, result);
  }
  return [...results];
}

function refusedByParser(result: WriteResult | undefined): boolean {
  return result?.kind === 'failed' && splits(result.error) && !result.error.inDoubt;
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
  let stopped: ConnectorError | null = null;
  for (const [index, parcel] of parcelsOf(items).entries()) {
    const all = parcel.collections.flat();
    let outcomes: readonly Outcome[];
    if (stopped !== null) outcomes = failAll(all, notSent(stopped));
    else {
      try {
        outcomes = await sendSplitting(session, manner, parcel);
      } catch (error) {
        if (!(error instanceof ConnectorError) || (index === 0 && !error.inDoubt)) throw error;
        outcomes = failAll(all, error);
        stopped = error;
      }
    }
    for (const [at, result] of outcomes) results.set(at, result);
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
