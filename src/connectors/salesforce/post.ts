import { z } from 'zod';
import type { PostRequest, PostResult } from '../children.ts';
import { ConnectorError } from '../errors.ts';
import type { Sending } from '../ticket-system.ts';
import { commented } from './comments.ts';
import { composite, heavyParts, type Part, type PartAnswer, partFailure } from './composite.ts';
import { notSent, vendorFailure } from './errors.ts';
import { normaliseId } from './ids.ts';
import { chunksOf } from './chunks.ts';
import { noAutoAssign, type Session } from './session.ts';
import { savedSchema } from './wire.ts';

/** Most records in one collections request. */
const perCollection = 200;

interface Item {
  readonly at: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Creates CaseComments, `ChildSystem.post`: 1,000 in one call. The parts of a composite run in their order, and so do the rows of a
 * collection's answer come (rec: collections-create-duplicates-row); a call that failed holds back what was to follow it.
 */
export async function post(
  session: Session,
  requests: readonly PostRequest[],
  sending?: Sending,
): Promise<readonly PostResult[]> {
  const results: PostResult[] = requests.map(() => unanswered);
  const items: Item[] = [];
  requests.forEach((request, at) => {
    const item = itemOf(request, at);
    if ('kind' in item) results[at] = item;
    else items.push(item);
  });
  let stopped: ConnectorError | null = null;
  for (const call of callsOf(items)) {
    if (stopped !== null) {
      const behind = notSent(stopped);
      for (const { at } of call) results[at] = { kind: 'failed', error: behind };
      continue;
    }
    try {
      for (const [at, result] of await send(session, call, sending)) results[at] = result;
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      for (const { at } of call) results[at] = { kind: 'failed', error };
      stopped = error;
    }
  }
  return results;
}

function itemOf(request: PostRequest, at: number): Item | PostResult {
  const parent = normaliseId(request.recordId);
  if (request.object !== commented) return refused('no-comments', `${request.object} has no CaseComments`);
  if (parent === null) return refused('malformed-id', `not a Salesforce id: ${request.recordId.slice(0, 40)}`);
  if (request.text.trim() === '') return refused('empty-text', 'a comment without text');
  const body = {
    attributes: { type: 'CaseComment' },
    ParentId: parent,
    CommentBody: request.text.toWellFormed(),
    IsPublished: request.channel === 'public',
  };
  return { at, body };
}

/**
 * In order: collections of a composite together, and each text that a composite would take for a reference to one of its parts
 * (`@{part0.…}`) in a request of its own.
 */
function callsOf(items: readonly Item[]): readonly (readonly Item[])[] {
  const runs: Item[][] = [];
  let open: Item[] | null = null;
  for (const item of items) {
    if (refersToParts(item)) {
      runs.push([item]);
      open = null;
    } else if (open === null || open.length >= perCollection * heavyParts) {
      open = [item];
      runs.push(open);
    } else open.push(item);
  }
  return runs;
}

function refersToParts(item: Item): boolean {
  return JSON.stringify(item.body).includes('@{');
}

async function send(
  session: Session,
  call: readonly Item[],
  sending: Sending | undefined,
): Promise<readonly (readonly [number, PostResult])[]> {
  const collections = chunksOf(call, perCollection);
  const answers = await answersTo(session, collections, call.some(refersToParts), sending);
  return collections.flatMap((collection, index) => {
    const answer = answers[index];
    return collection.map(
      ({ at }, row) => [at, answer === undefined ? unanswered : resultOf(answer, row, collection.length)] as const,
    );
  });
}

async function answersTo(
  session: Session,
  collections: readonly (readonly Item[])[],
  alone: boolean,
  sending: Sending | undefined,
): Promise<readonly PartAnswer[]> {
  const url = session.path('/composite/sobjects');
  const bodies = collections.map((collection) => ({ allOrNone: false, records: collection.map((item) => item.body) }));
  if (!alone) {
    const parts = bodies.map((body): Part => ({ method: 'POST', url, headers: noAutoAssign, body }));
    return composite(session, parts, { headers: noAutoAssign, sending });
  }
  const answers: PartAnswer[] = [];
  for (const json of bodies)
    answers.push(await session.call({ method: 'POST', path: url, json, headers: noAutoAssign, sending }));
  return answers;
}

/**
 * Row by row: one that cannot be understood leaves its own comment in doubt. Rows count under an HTTP 400 too; where some are missing,
 * nobody knows whose.
 */
function resultOf(answer: PartAnswer, row: number, sent: number): PostResult {
  const rows = z.array(z.unknown()).safeParse(answer.body).data;
  const saved = rows?.length === sent ? savedSchema.safeParse(rows[row]).data : undefined;
  const failure = partFailure(answer);
  if (saved === undefined) return failure === null ? unanswered : { kind: 'failed', error: failure };
  if (!saved.success) return { kind: 'failed', error: vendorFailure(saved.errors, answer.request) };
  return { kind: 'posted', id: normaliseId(saved.id ?? ''), at: null };
}

function refused(cause: string, answer: string): PostResult {
  return {
    kind: 'failed',
    error: new ConnectorError('Rejected', { side: 'salesforce', executed: 'no', cause, answer }),
  };
}

const unanswered: PostResult = {
  kind: 'failed',
  error: new ConnectorError('Unavailable', { side: 'salesforce', executed: 'maybe', cause: 'unreadable-answer' }),
};
