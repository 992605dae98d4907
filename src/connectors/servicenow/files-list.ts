import type { FileInfo } from '../../core/children.ts';
import type { Children } from '../children.ts';
import { ConnectorError } from '../errors.ts';
import type { Context } from './context.ts';
import { uploader } from './files-me.ts';
import { type Listed, listMany, orThrow } from './list-many.ts';
import { allOf, ordered, term } from './query.ts';
import { normalId, type Row, textOf } from './records.ts';
import type { ListRequest } from './table.ts';
import { fromWireTime } from './wire-time.ts';

type Files = NonNullable<Children['files']>;

const fields = [
  'sys_id',
  'table_sys_id',
  'file_name',
  'content_type',
  'size_bytes',
  'hash',
  'state',
  'sys_created_on',
  'sys_created_by',
] as const;

/** Rows of one list; what is more follows in further ones. */
const pageRows = 1000;

/**
 * Lists that ride in the call that reads these tickets. The count is made before row ACLs (table-list-no-role-count-leak-rec), so
 * that a list which shows as many rows as it counts hides none.
 */
export function fileRequests(_context: Context, object: string, ids: readonly string[]): readonly ListRequest[] {
  return ids.length === 0 ? [] : [requestFor(object, ids, 0)];
}

function requestFor(object: string, ids: readonly string[], offset: number): ListRequest {
  const query = allOf(term('table_name', '=', object), term('table_sys_id', 'IN', ids));
  return {
    table: 'sys_attachment',
    query: ordered(query, 'sys_created_on', 'sys_id'),
    fields,
    limit: pageRows,
    count: true,
    ...(offset === 0 ? {} : { offset }),
  };
}

/**
 * The files of each ticket, from the answers to `fileRequests`; null where this account may not read them. Rejects with
 * ConnectorError for any other failure.
 */
export async function filesIn(
  context: Context,
  object: string,
  ids: readonly string[],
  answers: readonly Listed[],
): Promise<ReadonlyMap<string, Files> | null> {
  const first = answers[0];
  if (first === undefined || isForbidden(first)) return null;
  const { rows, total } = orThrow(first);
  const all = [...rows];
  let complete = total !== null && total <= pageRows && rows.length === total;
  if ((total ?? rows.length) > pageRows || (total === null && rows.length === pageRows)) {
    const rest = await furtherPages(context, object, ids, total ?? Number.POSITIVE_INFINITY);
    all.push(...rest);
    complete = total !== null && all.length >= total;
  }
  const asked = new Set(ids);
  const byTicket = new Map<string, FileInfo[]>(ids.map((id) => [id, []]));
  const me = all.length === 0 ? null : await uploader(context);
  for (const row of all) {
    const file = fileOf(row, me);
    // A dropped query term answers with the whole table.
    if (file !== null && asked.has(file.recordId)) byTicket.get(file.recordId)?.push(file);
    else complete = false;
  }
  return new Map([...byTicket].map(([id, items]) => [id, { items, complete }]));
}

async function furtherPages(
  context: Context,
  object: string,
  ids: readonly string[],
  total: number,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let offset = pageRows; offset < total; offset += pageRows) {
    const [answer] = await listMany(context, [requestFor(object, ids, offset)]);
    const page = answer === undefined ? [] : orThrow(answer).rows;
    rows.push(...page);
    if (total === Number.POSITIVE_INFINITY && page.length < pageRows) break;
  }
  return rows;
}

function isForbidden(listed: Listed): boolean {
  return listed instanceof ConnectorError && (listed.data.status === 403 || listed.data.status === 404);
}

/** Null for a row that cannot be understood. A file without a state is one of a release that had none. */
export function fileOf(row: Row, me: string | null = null): FileInfo | null {
  const id = normalId(textOf(row, 'sys_id') ?? '');
  const recordId = normalId(textOf(row, 'table_sys_id') ?? '');
  const size = textOf(row, 'size_bytes') ?? '';
  const createdAt = fromWireTime(textOf(row, 'sys_created_on') ?? '');
  const author = textOf(row, 'sys_created_by') ?? null;
  if (id === null || recordId === null || createdAt === null || !/^\d+$/.test(size)) return null;
  return {
    side: 'servicenow',
    recordId,
    id,
    versionId: id,
    name: textOf(row, 'file_name') ?? '',
    contentType: textOf(row, 'content_type') ?? 'application/octet-stream',
    size: Number(size),
    hash: hashOf(textOf(row, 'hash')),
    // ServiceNow keeps no mark on a file: who reads the ticket reads its files.
    channel: 'internal',
    author,
    own: author !== null && author === me,
    createdAt,
    state: stateOf(textOf(row, 'state') ?? ''),
  };
}

/** SHA-256 in lower-case hex; null for anything else. */
export function hashOf(text: string | null | undefined): string | null {
  const hash = (text ?? '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(hash) ? hash : null;
}

/** `pending` for about a second, then `available` (attachment-post-file-rec, attachment-list-rec); what a scanner refused is neither. */
function stateOf(state: string): FileInfo['state'] {
  if (state === '' || state.startsWith('available')) return 'ready';
  return state === 'pending' ? 'pending' : 'blocked';
}
