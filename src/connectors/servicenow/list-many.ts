import { ConnectorError } from '../errors.ts';
import type { ItemOutcome } from './batch.ts';
import { evenChunks } from './chunks.ts';
import type { Context } from './context.ts';
import { unexpected } from './errors.ts';
import { list, type ListAnswer, listAnswerOf, listPath, type ListRequest, tablePath } from './table.ts';

/** An answer, or the failure of this one list: its neighbours stand. */
export type Listed = ListAnswer | ConnectorError;

/**
 * Several lists, of whatever tables, in one Batch call; one by one where there is only one or this account may not batch. What the
 * 30 s of a batch left unserviced is asked for again, as long as each call serves some. Rejects with ConnectorError when a call as a
 * whole failed.
 */
export async function listMany(
  context: Context,
  requests: readonly ListRequest[],
  signal?: AbortSignal,
): Promise<readonly Listed[]> {
  if (requests.length < 2 || !context.batch.allowed()) return listInOrder(context, requests, signal);
  const most = context.batch.room('read').items;
  if (requests.length > most) return inTurn(context, requests, signal);
  const items = requests.map((request, at) => ({ id: `r${at}`, method: 'GET', path: listPath(request) }) as const);
  let outcomes: ReadonlyMap<string, ItemOutcome> | null;
  try {
    outcomes = await context.batch.run(items);
  } catch (error) {
    // Too much for one answer, or for its time: what is learned from that is asked again before giving up.
    const fewer = context.batch.room('read').items;
    if (!(error instanceof ConnectorError) || fewer >= requests.length) throw error;
    return inTurn(context, requests, signal);
  }
  if (outcomes === null) return listInOrder(context, requests, signal);
  const listed = requests.map((request, at) => listedIn(request, outcomes.get(`r${at}`)));
  const left = listed.flatMap((one, at) => (isUnserviced(one) ? [at] : []));
  if (left.length === 0 || left.length === requests.length) return listed;
  const again = await listMany(
    context,
    left.flatMap((at) => requests[at] ?? []),
    signal,
  );
  const late = new Map(left.map((at, n) => [at, again[n]]));
  return listed.map((one, at) => late.get(at) ?? one);
}

/** The same where it does not matter which is read first: whoever may not batch asks for all at once. */
export async function listAny(context: Context, requests: readonly ListRequest[]): Promise<readonly Listed[]> {
  if (context.batch.allowed()) return listMany(context, requests);
  return Promise.all(requests.map((request) => listOne(context, request, undefined)));
}

/** One call after another, in the order asked, each as large as the ones before it say that it may be. */
async function inTurn(
  context: Context,
  requests: readonly ListRequest[],
  signal: AbortSignal | undefined,
): Promise<readonly Listed[]> {
  const listed: Listed[] = [];
  while (listed.length < requests.length) {
    const [next = []] = evenChunks(requests.slice(listed.length), context.batch.room('read').items);
    listed.push(...(await listMany(context, next, signal)));
  }
  return listed;
}

/**
 * In the order asked: a ticket is read before its journal, so that an entry made in between is in the journal, and its ticket's
 * version is newer than the one read. The other way round the entry would be missed for good.
 */
async function listInOrder(
  context: Context,
  requests: readonly ListRequest[],
  signal: AbortSignal | undefined,
): Promise<readonly Listed[]> {
  const listed: Listed[] = [];
  for (const request of requests) listed.push(await listOne(context, request, signal));
  return listed;
}

/** A body that cannot be read is the failure of its own list. */
function listedIn(request: ListRequest, outcome: ItemOutcome | undefined): Listed {
  const asked = { request: `GET ${tablePath(request.table)}`, effect: 'read' } as const;
  if (outcome === undefined) return unexpected(asked, 'not-answered');
  if (outcome.kind === 'failed') return outcome.error;
  try {
    return listAnswerOf(request, outcome);
  } catch (error) {
    if (error instanceof ConnectorError) return error;
    throw error;
  }
}

function isUnserviced(listed: Listed): boolean {
  return listed instanceof ConnectorError && listed.data.cause === 'unserviced';
}

async function listOne(context: Context, request: ListRequest, signal: AbortSignal | undefined): Promise<Listed> {
  try {
    return await list(context.rest, { ...request, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (error instanceof ConnectorError) return error;
    throw error;
  }
}

/** True for a table that this account may not list, or that is not there. */
export function isForbidden(listed: Listed): boolean {
  return listed instanceof ConnectorError && (listed.data.status === 403 || listed.data.status === 404);
}

/** The answer; throws what failed. */
export function orThrow(listed: Listed): ListAnswer {
  if (listed instanceof ConnectorError) throw listed;
  return listed;
}
