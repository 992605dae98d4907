import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import type { BulkPage, BulkRequest, BulkWalk } from '../ticket-system.ts';
import { ConnectorError } from '../errors.ts';
import { bulkPages, ended } from './bulk-pages.ts';
import { rowReader } from './bulk-rows.ts';
import { firstPage } from './composite.ts';
import { describe } from './describe.ts';
import { isoTime, selection } from './records.ts';
import type { Session } from './session.ts';
import { select, since } from './soql.ts';
import { understand } from './wire.ts';

export const defaultBulkFrom = 20_000;

const jobSchema = z.object({
  id: z.string().regex(/^750[A-Za-z0-9]{12,15}$/),
  state: z.string(),
  createdDate: z.string(),
  errorMessage: z.string().nullish(),
});
type Job = z.infer<typeof jobSchema>;

const placeSchema = z.object({ job: z.string().regex(/^750[A-Za-z0-9]{12,15}$/), locator: z.string().nullable() });
type Place = z.infer<typeof placeSchema>;

/**
 * `TicketSystem.bulk`: a query job of the Bulk API 2.0. Its statement has no order, which would keep Salesforce from splitting the
 * work, so that a walk is resumed by job and locator, never by a key. Results are kept for seven days (Bulk API 2.0 limits).
 */
export async function bulk(
  session: Session,
  clock: Clock,
  from: number,
  request: BulkRequest,
): Promise<BulkWalk | null> {
  if (from <= 0) return null;
  const kept = await jobOf(session, request.place);
  const total = await countOf(session, request);
  if (kept === null && total !== null && total < from) return null;
  const job = kept?.job ?? (await startJob(session, request));
  if (job === null) return null;
  const takenAt = isoTime(job.createdDate);
  if (takenAt === null) {
    await abandon(session, job.id);
    throw ended(`a job without a time: ${job.createdDate.slice(0, 40)}`);
  }
  return { takenAt, total, pages: pagesOf(session, clock, job, kept?.locator ?? null, request) };
}

/** The job that an earlier walk left, if it can still be read. */
async function jobOf(
  session: Session,
  place: string | null,
): Promise<{ readonly job: Job; readonly locator: string | null } | null> {
  const known = place === null ? null : placeIn(place);
  if (known === null) return null;
  try {
    const job = await look(session, known.job);
    if (job.state !== 'Failed' && job.state !== 'Aborted') return { job, locator: known.locator };
    await forget(session, job.id);
    return null;
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

function placeIn(text: string): Place | null {
  try {
    return placeSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    // What is no JSON is no place of ours.
    return null;
  }
}

const placeText = (place: Place): string => JSON.stringify(place);

/** Null where counting takes too long: there are many. */
async function countOf(session: Session, { object, since: from, signal }: BulkRequest): Promise<number | null> {
  const soql = select({ object, fields: [], count: true, where: since('SystemModstamp', from) });
  try {
    return (await firstPage(session, soql, signal === undefined ? {} : { signal })).page.totalSize;
  } catch (error) {
    if (error instanceof ConnectorError && error.data.cause === 'query-timeout') return null;
    throw error;
  }
}

/** Null where this account may not: a refusal of the API itself, of the object or of the statement. */
async function startJob(session: Session, { object, fields, since: from }: BulkRequest): Promise<Job | null> {
  const query = select({ object, fields: selection(object, fields), where: since('SystemModstamp', from) });
  try {
    const answer = await session.call({
      method: 'POST',
      path: session.path('/jobs/query'),
      json: { operation: 'query', query },
    });
    return understand(jobSchema, answer.body, answer.request);
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

/** An answer that says no, whatever is wrong: asking again would not help. 403 without a limit is a right that we lack. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ConnectorError)) return false;
  return (
    error.kind === 'Rejected' ||
    error.kind === 'NotFound' ||
    (error.kind === 'Unauthorized' && error.data.status === 403)
  );
}

async function look(session: Session, id: string): Promise<Job> {
  const answer = await session.call({ method: 'GET', path: session.path(`/jobs/query/${id}`) });
  return understand(jobSchema, answer.body, answer.request);
}

/** A job that nobody comes back to is let go of; one whose walk was stopped, or that does not answer, waits for who goes on with it. */
async function* pagesOf(
  session: Session,
  clock: Clock,
  job: Job,
  locator: string | null,
  request: BulkRequest,
): AsyncGenerator<BulkPage> {
  let comesBack = request.once !== true;
  try {
    yield* resultOf(session, clock, job, locator, request);
    comesBack = true;
  } catch (error) {
    if (hasEnded(error)) comesBack = false;
    throw error;
  } finally {
    if (!comesBack) await abandon(session, job.id);
  }
}

async function* resultOf(
  session: Session,
  clock: Clock,
  job: Job,
  locator: string | null,
  request: BulkRequest,
): AsyncGenerator<BulkPage> {
  // Before any waiting, so that who is killed meanwhile comes back to this job.
  yield { records: [], place: placeText({ job: job.id, locator }) };
  await finished(session, clock, job, request.signal);
  const types = new Map((await describe(session, request.object)).fields.map(({ name, type }) => [name, type]));
  const read = rowReader(request.object, request.fields, types);
  for await (const page of bulkPages(session, clock, job.id, locator, read, request.signal)) {
    if (page.unreadable > 0) session.notice({ kind: 'rows-unreadable', rows: page.unreadable });
    yield { records: page.records, place: placeText({ job: job.id, locator: page.locator }) };
  }
  await forget(session, job.id);
}

const firstWaitMs = 2_000;
const longestWaitMs = 30_000;
const givenUpAfterMs = 2 * 3_600_000;
const mostTroubles = 5;

/** UploadComplete, InProgress, then JobComplete, Failed or Aborted. */
async function finished(session: Session, clock: Clock, job: Job, signal: AbortSignal | undefined): Promise<void> {
  const until = clock.now() + givenUpAfterMs;
  let troubles = 0;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    signal?.throwIfAborted();
    try {
      const { state, errorMessage } = await look(session, job.id);
      if (state === 'JobComplete') return;
      if (state === 'Failed' || state === 'Aborted') throw ended(`${state}: ${errorMessage ?? 'no reason given'}`);
      troubles = 0;
    } catch (error) {
      if (isRefusal(error)) throw ended('the job is gone');
      troubles += 1;
      const passing = error instanceof ConnectorError && error.kind === 'Unavailable' && !hasEnded(error);
      if (!passing || troubles > mostTroubles) throw error;
    }
    if (clock.now() > until) throw ended('the job did not end in two hours');
    await clock.sleep(waitMs, signal);
  }
}

function hasEnded(error: unknown): boolean {
  return error instanceof ConnectorError && error.data.cause === 'bulk-ended';
}

/** Ends a job that may still be at work, and lets go of it (bulk2-query-abort-200; one that has ended already refuses the first). */
async function abandon(session: Session, id: string): Promise<void> {
  await atBest(session.call({ method: 'PATCH', path: session.path(`/jobs/query/${id}`), json: { state: 'Aborted' } }));
  await forget(session, id);
}

/** What people wrote need not lie in the results for a week. If this fails, they go by themselves. */
function forget(session: Session, id: string): Promise<void> {
  return atBest(session.call({ method: 'DELETE', path: session.path(`/jobs/query/${id}`) }));
}

async function atBest(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    // 204 has no body, which counts as no answer for anything that we would read (bulk2-query-delete-204).
    if (!(error instanceof ConnectorError)) throw error;
  }
}
