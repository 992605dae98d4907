import { pipeline, type Readable } from 'node:stream';
import { parseCSVStream } from 'jsforce/lib/csv.js';
import type { Clock } from '../../core/clock.ts';
import type { SourceRecord } from '../../core/record.ts';
import { type ByteHttp, createByteHttp } from '../byte-http.ts';
import { ConnectorError } from '../errors.ts';
import type { ReadLine } from './bulk-rows.ts';
import type { Session } from './session.ts';

export interface ResultPage {
  readonly records: readonly SourceRecord[];
  readonly unreadable: number;
  /** Where to go on behind these records; the same as before within one part of the result. */
  readonly locator: string | null;
}

/** Rows of one part of the result, which is one call: they flow, and are handed on by the thousand. */
const rowsPerCall = 20_000;
const rowsAtOnce = 1_000;

/** A part that broke off is asked for again; its first rows are passed over. */
const mostTries = 4;
const waitMs = 2_000;

/** The job ended without a result that can be read: pages must do. */
export function ended(answer: string): ConnectorError {
  return new ConnectorError('Unavailable', { side: 'salesforce', executed: 'no', cause: 'bulk-ended', answer });
}

/** The result of a job from a locator on (null: from its start), part by part, a thousand rows in memory at a time. */
export async function* bulkPages(
  session: Session,
  clock: Clock,
  job: string,
  from: string | null,
  read: ReadLine,
  signal: AbortSignal | undefined,
): AsyncGenerator<ResultPage> {
  for (let locator = from, first = true; first || locator !== null; first = false) {
    let handedOn = 0;
    let next: string | null = null;
    for (let tries = 1; ; tries += 1) {
      try {
        const part = await openPart(session, job, locator, signal);
        next = part.next;
        for await (const lines of inThousands(part, handedOn)) {
          handedOn += lines.length;
          const records = lines.map(read).filter((record) => record !== null);
          yield { records, unreadable: lines.length - records.length, locator };
        }
        break;
      } catch (error) {
        signal?.throwIfAborted();
        if (!isPassing(error)) throw error;
        if (tries >= mostTries) throw isShort(error) ? ended('fewer or more rows than it says') : error;
        await clock.sleep(waitMs * tries, signal);
      }
    }
    locator = next;
    if (locator !== null) yield { records: [], unreadable: 0, locator };
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'Unavailable' && error.data.cause !== 'bulk-ended';
}

/** The side answers, and its answer is never whole: the next walk would be given the same one, for a week. */
function isShort(error: unknown): boolean {
  return error instanceof ConnectorError && error.data.cause === 'answer-incomplete';
}

interface Part {
  readonly body: Readable;
  readonly next: string | null;
  /** As `Sforce-NumberOfRecords` says; null without it. */
  readonly rows: number | null;
}

const known = new WeakMap<Session, Map<string, ByteHttp>>();

function bytesAt(session: Session, origin: string): ByteHttp {
  const all = known.get(session) ?? new Map<string, ByteHttp>();
  known.set(session, all);
  const http = all.get(origin) ?? createByteHttp(origin);
  all.set(origin, http);
  return http;
}

async function openPart(
  session: Session,
  job: string,
  locator: string | null,
  signal: AbortSignal | undefined,
): Promise<Part> {
  const at = locator === null ? '' : `&locator=${encodeURIComponent(locator)}`;
  const path = session.path(`/jobs/query/${job}/results?maxRecords=${rowsPerCall}${at}`);
  const stop = signal === undefined ? {} : { signal };
  try {
    const { answer } = await session.transfer({ method: 'GET', path, ...stop }, (origin, accessToken) =>
      bytesAt(session, origin).download({
        path,
        headers: { Accept: 'text/csv', Authorization: `Bearer ${accessToken}` },
        isFile: (status, headers) => status === 200 && (headers['content-type'] ?? '').startsWith('text/csv'),
        ...stop,
      }),
    );
    if (answer.body === null) throw ended('a result that is no CSV');
    return { body: answer.body, next: nextOf(answer.headers), rows: countIn(answer.headers) };
  } catch (error) {
    // The job was deleted, its results have expired, or the locator is no longer good.
    if (error instanceof ConnectorError && (error.kind === 'NotFound' || error.kind === 'Rejected'))
      throw ended(error.data.answer ?? 'the result is gone');
    throw error;
  }
}

/** The last part says the word `null`. Without the header nobody knows whether this is the end. */
function nextOf(headers: Readonly<Record<string, string>>): string | null {
  const locator = headers['sforce-locator'];
  if (locator === undefined || locator === '') throw ended('a result without Sforce-Locator');
  return locator === 'null' ? null : locator;
}

function countIn(headers: Readonly<Record<string, string>>): number | null {
  const text = headers['sforce-numberofrecords'] ?? '';
  return /^\d+$/.test(text) ? Number(text) : null;
}

type Line = Readonly<Record<string, string>>;

async function* inThousands({ body, rows }: Part, skip: number): AsyncGenerator<readonly Line[]> {
  const parser = parseCSVStream({ bom: true });
  pipeline(body, parser, () => undefined);
  let lines: Line[] = [];
  let seen = 0;
  try {
    for await (const line of parser) {
      seen += 1;
      if (seen <= skip) continue;
      lines.push(line as Line);
      if (lines.length < rowsAtOnce) continue;
      yield lines;
      lines = [];
    }
  } catch (error) {
    const data = { side: 'salesforce', executed: 'no', cause: 'unreachable', answer: 'a result broke off' } as const;
    throw error instanceof ConnectorError ? error : new ConnectorError('Unavailable', data, { cause: error });
  } finally {
    body.destroy();
  }
  if (lines.length > 0) yield lines;
  if (rows !== null && seen !== rows) {
    const answer = `${seen} rows instead of ${rows}`;
    throw new ConnectorError('Unavailable', { side: 'salesforce', executed: 'no', cause: 'answer-incomplete', answer });
  }
}
