import { ConnectorError } from '../errors.ts';
import { unexpected } from './errors.ts';
import { checkName } from './query.ts';
import { listAnswer, type Row } from './records.ts';
import type { Rest } from './rest.ts';

/** A read ends with the server's own 60 s quota; ours lies beyond it, so that its verdict is seen. */
const readTimeoutMs = 65_000;

export interface ListRequest {
  readonly table: string;
  readonly query: string;
  /** All of them when empty. */
  readonly fields: readonly string[];
  readonly limit: number;
  readonly offset?: number;
  /** Counting costs the database a scan; the count is made before row ACLs. */
  readonly count?: boolean;
  /** `all`: each cell as its reader sees it beside its value; journals show themselves in no other way. */
  readonly display?: 'all';
  readonly signal?: AbortSignal;
}

export interface ListAnswer {
  readonly rows: readonly Row[];
  /** Rows that match, the ones hidden from us included; null where it was not asked for or not told. */
  readonly total: number | null;
  /** The server's clock (`Date` header), milliseconds; null without one. */
  readonly serverNowMs: number | null;
}

/** One page of a table. */
export async function list(rest: Rest, request: ListRequest): Promise<ListAnswer> {
  const path = listPath(request);
  if (Buffer.byteLength(path) > rest.longestPath) {
    throw new ConnectorError('Rejected', {
      side: 'servicenow',
      executed: 'no',
      cause: 'url-too-long',
      request: `GET ${request.table}`,
    });
  }
  const { signal } = request;
  const answer = await rest.call({
    method: 'GET',
    path,
    effect: 'read',
    timeoutMs: readTimeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  return listAnswerOf(request, answer);
}

/** What the answer to a list request says, however it was sent. */
export function listAnswerOf(
  request: ListRequest,
  answer: { readonly body: unknown; readonly headers: Readonly<Record<string, string>> },
): ListAnswer {
  const serverNowMs = Date.parse(answer.headers['date'] ?? '');
  const total = answer.headers['x-total-count'] ?? '';
  return {
    rows: readList(answer.body, `GET ${tablePath(request.table)}`),
    total: request.count === true && /^\d{1,15}$/.test(total) ? Number(total) : null,
    serverNowMs: Number.isNaN(serverNowMs) ? null : serverNowMs,
  };
}

/** The rows of a list answer. */
export function readList(body: unknown, request: string): readonly Row[] {
  const parsed = listAnswer.safeParse(body);
  if (!parsed.success) throw unexpected({ request, effect: 'read' }, 'broken-answer');
  return parsed.data.result;
}

/** `/api/now/table/incident`. */
export function tablePath(table: string): string {
  return `/api/now/table/${checkName(table)}`;
}

/**
 * Path of a list call. Links are excluded, values are plain (dates in UTC), and the Link header, which repeats the query four
 * times, is suppressed.
 */
export function listPath(request: ListRequest): string {
  return `${tablePath(request.table)}?${encodeQuery({
    sysparm_query: request.query,
    ...(request.fields.length === 0 ? {} : { sysparm_fields: request.fields.map(checkName).join(',') }),
    sysparm_limit: String(request.limit),
    ...(request.offset === undefined ? {} : { sysparm_offset: String(request.offset) }),
    sysparm_display_value: request.display ?? 'false',
    sysparm_exclude_reference_link: 'true',
    sysparm_suppress_pagination_header: 'true',
    ...(request.count === true ? {} : { sysparm_no_count: 'true' }),
  })}`;
}

/** Query of a write: what comes back is what is stored, dates are read as UTC. */
export function writeQuery(fields: readonly string[], display: 'false' | 'all' = 'false'): string {
  return encodeQuery({
    sysparm_fields: fields.map(checkName).join(','),
    sysparm_display_value: display,
    sysparm_input_display_value: 'false',
    sysparm_exclude_reference_link: 'true',
  });
}

/** What a person sees in a cell that was asked for with `display: 'all'`; null where the cell or its display is missing. */
export function displayOf(row: Row, name: string): string | null {
  const cell = row[name];
  if (typeof cell !== 'object' || cell === null || !('display_value' in cell)) return null;
  return typeof cell.display_value === 'string' ? cell.display_value : null;
}

/** Commas stay as they are: three bytes for each of some two hundred ids would not fit. */
function encodeQuery(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`)
    .join('&');
}
