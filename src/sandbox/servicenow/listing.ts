import type { ApiRequest, Instance } from './api.ts';
import { settleScans } from './attachments.ts';
import type { Row } from './database.ts';
import { parseQuery } from './encoded-query.ts';
import type { Query } from './encoded-query.ts';
import { selectRows, valueOf, walk } from './matching.ts';
import { refusals } from './refusal.ts';

export interface Listing {
  /** What the caller may see of the page. */
  readonly rows: readonly Row[];
  /** Counted before any ACL. */
  readonly total: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** One page of a table. Limit and count come before row ACLs, so a page can be short or empty mid-stream (table-list-no-role-count-leak-rec). */
export function listRows(instance: Instance, request: ApiRequest, table: string, defaultLimit = 10_000): Listing {
  const { query } = request;
  // Below itil sys_db_object is refused outright rather than emptied (measured on dev191338).
  if (table === 'sys_db_object' && !instance.rights.of(request.user).itil) throw refusals.queryRights();
  const all = matching(instance, request, table);
  const limit = wholeNumber(query.get('sysparm_limit'), defaultLimit);
  const offset = wholeNumber(query.get('sysparm_offset'), 0);
  const page = all.slice(offset, offset + limit);
  const { schema } = instance.database;
  const rows = page.filter((row) =>
    instance.rights.sees(request.user, schema.ancestors(classOf(instance, table, row)), row),
  );
  const headers: Record<string, string> = {};
  if (query.get('sysparm_no_count') !== 'true') {
    headers['X-Total-Count'] = String(all.length);
    const link = linkHeader(instance, request, { limit, offset, total: all.length });
    if (link !== null && query.get('sysparm_suppress_pagination_header') !== 'true') headers['Link'] = link;
  }
  return { rows, total: all.length, headers };
}

/** All rows a request's filter selects, in its order, before limit and ACL. Throws where it names a column the caller may not read. */
export function matching(instance: Instance, request: ApiRequest, table: string): readonly Row[] {
  const text = request.query.get('sysparm_query');
  const query = parseQuery(text ?? '', {
    hasField: (field) => walk(instance.database, table, field) !== null,
    nowMs: instance.now(),
    zone: instance.users.styleOf(request.user).zone,
    userId: instance.users.idOf(request.user),
    userName: request.user,
  });
  refuseHidden(instance, request, table, query);
  // glide.invalid_query.returns_no_rows (c_TableAPI)
  if (query.dropped.length > 0 && instance.properties.invalidQueryReturnsNoRows) return [];
  if (table === 'sys_attachment') settleScans(instance);
  const late = instance.faults.lateRowsMs();
  const horizon = instance.now() - late;
  const rows = selectRows(
    instance.database,
    table,
    query,
    (row) => late === 0 || instance.database.bornAt(savedWith(table, row)) <= horizon,
  );
  return text === null ? rows.filter((row) => pairsHold(instance, request, table, row)) : rows;
}

/** Id of the row with which this one becomes visible: a journal entry is saved in the transaction that moves its task's stamp. */
function savedWith(table: string, row: Row): string {
  return row[table === 'sys_journal_field' ? 'element_id' : 'sys_id'] ?? '';
}

function refuseHidden(instance: Instance, request: ApiRequest, table: string, query: Query): void {
  const { schema } = instance.database;
  const named = [...query.groups.flatMap((group) => group.clauses.flat()), ...query.orderings].map(
    (term) => term.field,
  );
  for (const field of named) {
    for (const [at, column] of walk(instance.database, table, field) ?? []) {
      if (!instance.rights.readsField(request.user, schema.ancestors(at), column)) throw refusals.queryRights();
    }
  }
}

/**
 * `name=value` parameters are the other way to filter and take display values; a parameter that is no column is ignored
 * (c_TableAPI; recorded: table-list-incident-v2-unknown-params-rec).
 */
function pairsHold(instance: Instance, request: ApiRequest, table: string, row: Row): boolean {
  for (const [name, asked] of request.query) {
    if (name.startsWith('sysparm_') || instance.database.schema.column(table, name) === undefined) continue;
    const { value, column } = valueOf(instance.database, table, row, name);
    if (column === undefined) continue;
    const shown = instance.outgoing.display(row, column, value, instance.users.styleOf(request.user)) ?? '';
    if (value.toLowerCase() !== asked.toLowerCase() && shown.toLowerCase() !== asked.toLowerCase()) return false;
  }
  return true;
}

/**
 * The request's own parameters come first and are echoed percent-encoded; nothing when everything fits one page
 * (table-list-incident-headers-rec, headers-table-get-2021-doc).
 */
function linkHeader(
  instance: Instance,
  request: ApiRequest,
  page: { readonly limit: number; readonly offset: number; readonly total: number },
): string | null {
  const { limit, offset, total } = page;
  if (limit <= 0 || total <= limit) return null;
  const kept = request.rawQuery
    .split('&')
    .filter((pair) => pair !== '' && !pair.startsWith('sysparm_offset=') && !pair.startsWith('sysparm_limit='));
  const at = (to: number): string =>
    `<${instance.url()}${encodeURI(request.path)}?${[...kept, `sysparm_limit=${limit}`, `sysparm_offset=${to}`].join('&')}>`;
  const links = [`${at(0)};rel="first"`];
  if (offset > 0) links.push(`${at(Math.max(0, offset - limit))};rel="prev"`);
  else if (instance.properties.prevLinkOnFirstPage) links.push(`${at(-limit)};rel="prev"`);
  if (offset + limit < total) links.push(`${at(offset + limit)};rel="next"`);
  links.push(`${at(Math.floor((total - 1) / limit) * limit)};rel="last"`);
  return links.join(',');
}

function wholeNumber(text: string | null, otherwise: number): number {
  return text !== null && /^\d+$/.test(text) ? Number(text) : otherwise;
}

function classOf(instance: Instance, table: string, row: Row): string {
  const name = row['sys_class_name'] ?? '';
  return instance.database.schema.table(name) === undefined ? table : name;
}
