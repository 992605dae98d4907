import { ConnectorError } from '../errors.ts';
import { vendorErrors, vendorFailure } from './errors.ts';
import type { Answer, Call, Session } from './session.ts';
import { type Page, type Row, compositeSchema, pageSchema, understand } from './wire.ts';

/** One request inside a composite: 25 of them are one API call, at most five of them queries or collections. */
export interface Part {
  readonly method: 'GET' | 'PATCH' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface PartAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly request: string;
}

/** Most queries and collections in one composite. */
export const heavyParts = 5;

/** A query as part of a composite. `all` finds deleted rows too, as long as they are in the recycle bin. */
export function queryPart(session: Session, soql: string, all = false): Part {
  return { method: 'GET', url: session.path(`/query${all ? 'All' : ''}/?q=${encodeURIComponent(soql)}`) };
}

interface CompositeAnswer {
  readonly answers: readonly PartAnswer[];
  readonly headers: Answer['headers'];
}

/** `composite`, with the headers of the answer. */
export async function send(
  session: Session,
  parts: readonly Part[],
  options: Pick<Call, 'headers' | 'sending' | 'signal'>,
): Promise<CompositeAnswer> {
  const compositeRequest = parts.map((part, index) => ({
    method: part.method,
    url: part.url,
    referenceId: `part${index}`,
    ...(part.headers === undefined ? {} : { httpHeaders: part.headers }),
    ...(part.body === undefined ? {} : { body: part.body }),
  }));
  const answer = await session.call({
    method: 'POST',
    path: session.path('/composite'),
    json: { allOrNone: false, collateSubrequests: false, compositeRequest },
    ...options,
  });
  const { compositeResponse } = understand(compositeSchema, answer.body, answer.request);
  const byReference = new Map(compositeResponse.map((part) => [part.referenceId, part]));
  const answers = parts.map((part, index) => {
    const got = byReference.get(`part${index}`);
    const request = `${part.method} ${part.url.split('?')[0] ?? part.url}`;
    // A part that is not in the answer was neither confirmed nor refused.
    return { status: got?.httpStatusCode ?? 0, body: got?.body, request };
  });
  return { answers, headers: answer.headers };
}

/**
 * Sends the parts in one call; they run in order, each on its own (not all-or-none). Resolves with one answer per part, in
 * order; a part that failed is an answer too. Rejects with ConnectorError when the call as a whole failed.
 */
export async function composite(
  session: Session,
  parts: readonly Part[],
  options: Pick<Call, 'headers' | 'sending' | 'signal'> = {},
): Promise<readonly PartAnswer[]> {
  return (await send(session, parts, options)).answers;
}

/** The failure of a part, or null if it succeeded. */
export function partFailure(part: PartAnswer): ReturnType<typeof vendorFailure> | null {
  if (part.status >= 200 && part.status < 300) return null;
  return vendorFailure(vendorErrors(part.body), part.request, part.status);
}

/** Longest query string sent in a URL: somewhere about 16 KB the web tier answers 414 in HTML (rec: query-414-uri-too-long). */
const maxUrlQuery = 8_000;

/** The first page of a statement, and the headers it came with. A long statement travels in a composite's body. */
export async function firstPage(
  session: Session,
  soql: string,
  options: Pick<Call, 'signal'>,
): Promise<{ readonly page: Page; readonly headers: Answer['headers'] }> {
  const query = `q=${encodeURIComponent(soql)}`;
  if (query.length <= maxUrlQuery) {
    const answer = await session.call({ method: 'GET', path: session.path('/query'), query, ...options });
    return { page: understand(pageSchema, answer.body, answer.request), headers: answer.headers };
  }
  const { answers, headers } = await send(session, [queryPart(session, soql)], options);
  const part = answers[0] ?? { status: 0, body: undefined, request: 'GET query' };
  const failure = partFailure(part);
  if (failure !== null) throw failure;
  return { page: understand(pageSchema, part.body, part.request), headers };
}

/** The smallest page has 200 rows, and 50,000 rows are more than any statement of ours can have. */
const mostPages = 250;

function endless(path: string): ConnectorError {
  const data = { side: 'salesforce', executed: 'no', cause: 'endless-pages', request: `GET ${path}` } as const;
  return new ConnectorError('Unavailable', data);
}

async function followPages(session: Session, first: Page, signal?: AbortSignal): Promise<readonly Row[]> {
  const rows = [...first.records];
  let page = first;
  const seen = new Set<string>();
  // A page may be shorter than asked (rec: query-first-page-1000-wide-row): only `done` says that it was the last.
  while (!page.done && page.nextRecordsUrl !== undefined) {
    const path = await session.nextPage(page.nextRecordsUrl);
    if (seen.has(path) || seen.size >= mostPages) throw endless(path);
    seen.add(path);
    const answer = await session.call({ method: 'GET', path, ...(signal === undefined ? {} : { signal }) });
    page = understand(pageSchema, answer.body, answer.request);
    rows.push(...page.records);
  }
  return rows;
}

/** All rows of a query part. Rejects with ConnectorError if the part failed. */
export async function rowsOf(session: Session, part: PartAnswer, signal?: AbortSignal): Promise<readonly Row[]> {
  const failure = partFailure(part);
  if (failure !== null) throw failure;
  return followPages(session, understand(pageSchema, part.body, part.request), signal);
}

/** Runs the statements, five to a call, and gives the rows of each. */
export async function queryEach(
  session: Session,
  statements: readonly string[],
  all = false,
): Promise<readonly (readonly Row[])[]> {
  return (await querySettled(session, statements, all)).map((rows) => {
    if (rows instanceof ConnectorError) throw rows;
    return rows;
  });
}

/** The same, where one statement's failure is its own. Rejects with ConnectorError when a call as a whole failed. */
export async function querySettled(
  session: Session,
  statements: readonly string[],
  all = false,
): Promise<readonly (readonly Row[] | ConnectorError)[]> {
  const results: (readonly Row[] | ConnectorError)[] = [];
  for (let start = 0; start < statements.length; start += heavyParts) {
    const parts = statements.slice(start, start + heavyParts).map((soql) => queryPart(session, soql, all));
    for (const answer of await composite(session, parts)) {
      results.push(partFailure(answer) ?? (await rowsOf(session, answer)));
    }
  }
  return results;
}
