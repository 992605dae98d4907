import type { ApiAnswer, ApiRequest, Instance } from './api.ts';
import { json } from './api.ts';
import type { Row } from './database.ts';
import { listRows } from './listing.ts';
import type { DisplayMode, View } from './outgoing.ts';
import { refusals } from './refusal.ts';
import { readJsonBody } from './request-body.ts';

/** `/api/now[/v1|/v2]/table/{table}[/{sys_id}]`. */
export interface TableTarget {
  /** `''`, `v1` or `v2`. */
  readonly version: string;
  readonly table: string;
  readonly id: string | null;
}

/** Answers one Table API request. Throws a Refusal. */
export function tableApi(instance: Instance, request: ApiRequest, target: TableTarget): ApiAnswer {
  if (instance.database.schema.table(target.table) === undefined) throw refusals.invalidTable(target.table);
  const { method } = request;
  if (target.id === null) {
    if (method === 'GET') return listRecords(instance, request, target);
    if (method === 'POST') return create(instance, request, target);
    throw refusals.method();
  }
  if (method === 'GET') return readOne(instance, request, target, target.id);
  // PUT is a partial update like PATCH (KB0534905, table-put-incident-doc).
  if (method === 'PATCH' || method === 'PUT') return change(instance, request, target, target.id);
  if (method === 'DELETE') return remove(instance, request, target.table, target.id);
  throw refusals.method();
}

function listRecords(instance: Instance, request: ApiRequest, target: TableTarget): ApiAnswer {
  const list = listRows(instance, request, target.table);
  const view = viewOf(instance, request, target.version);
  // v1 answers an empty list with 404, v2 and latest with 200 (c_TableAPI).
  if (target.version === 'v1' && list.total === 0) throw refusals.noRecord();
  return json(200, { result: list.rows.map((row) => instance.outgoing.row(target.table, row, view)) }, list.headers);
}

function readOne(instance: Instance, request: ApiRequest, target: TableTarget, id: string): ApiAnswer {
  const { row } = visible(instance, request.user, target.table, id);
  return json(
    200,
    envelope(request, instance.outgoing.row(target.table, row, viewOf(instance, request, target.version))),
  );
}

function create(instance: Instance, request: ApiRequest, target: TableTarget): ApiAnswer {
  const given = readJsonBody(request);
  const tables = instance.database.schema.ancestors(target.table);
  if (!instance.rights.may(request.user, 'create', tables)) throw refusals.acl('Insert');
  const row = instance.records.insert(target.table, given, actor(request));
  // An unversioned POST links with /v2/: the latest (recorded: table-post-incident-rec).
  const version = target.version === '' ? 'v2' : target.version;
  const location = `${instance.url()}/api/now/${version}/table/${target.table}/${row['sys_id'] ?? ''}`;
  failAfterCommit(instance, request);
  // X-no-response-body on POST: the client relies on Location (baton-servicenow).
  if (request.headers['x-no-response-body'] === 'true')
    return { status: 201, headers: { Location: location }, body: null };
  return json(
    201,
    { result: instance.outgoing.row(target.table, row, viewOf(instance, request, version)) },
    { Location: location },
  );
}

function change(instance: Instance, request: ApiRequest, target: TableTarget, id: string): ApiAnswer {
  const given = readJsonBody(request);
  const found = visible(instance, request.user, target.table, id);
  if (!instance.rights.may(request.user, 'write', instance.database.schema.ancestors(found.table)))
    throw refusals.acl('Update');
  refuseLocked(instance, request, id);
  const row = instance.records.update(found.table, found.row, given, actor(request));
  failAfterCommit(instance, request);
  if (request.headers['x-no-response-body'] === 'true') return { status: 204, headers: {}, body: null };
  return json(
    200,
    envelope(request, instance.outgoing.row(target.table, row, viewOf(instance, request, target.version))),
  );
}

function remove(instance: Instance, request: ApiRequest, table: string, id: string): ApiAnswer {
  const found = visible(instance, request.user, table, id);
  if (!instance.rights.may(request.user, 'delete', instance.database.schema.ancestors(found.table)))
    throw refusals.acl('Delete');
  refuseLocked(instance, request, id);
  instance.records.remove(found.table, found.row, actor(request));
  failAfterCommit(instance, request);
  return { status: 204, headers: {}, body: null };
}

/** A row that cannot be read answers like one that is not there (error-404-get-unknown-sys-id-rec). */
function visible(
  instance: Instance,
  user: string,
  table: string,
  id: string,
): { readonly table: string; readonly row: Row } {
  const found = instance.database.find(table, id);
  if (found === null || !instance.rights.sees(user, instance.database.schema.ancestors(found.table), found.row))
    throw refusals.noRecord();
  return found;
}

/** A row somebody else's transaction holds: the write waits and is cancelled by the quota. No lock answer is recorded; the quota's is. */
function refuseLocked(instance: Instance, request: ApiRequest, id: string): void {
  if (instance.faults.strike({ method: request.method, path: request.path, id }, ['locked-row']) !== null)
    throw refusals.cancelled();
}

/** 500, and the write stands (recorded: error-500-insert-committed-rec). */
function failAfterCommit(instance: Instance, request: ApiRequest): void {
  if (instance.faults.strike({ method: request.method, path: request.path }, ['error-after']) !== null)
    throw refusals.cancelled();
}

function actor(request: ApiRequest): { userName: string; viaApi: true; inputDisplay: boolean } {
  return {
    userName: request.user,
    viaApi: true,
    inputDisplay: request.query.get('sysparm_input_display_value') === 'true',
  };
}

/** `X-WantSessionDebugMessages` puts a `session` beside the result (table-get-session-debug-doc); this desk has nothing to log. */
function envelope(request: ApiRequest, result: unknown): Record<string, unknown> {
  const wanted = request.headers['x-wantsessiondebugmessages'] === 'true';
  return wanted ? { result, session: { debug_logs: [] } } : { result };
}

/** How rows are to be shown for this request. */
export function viewOf(instance: Instance, request: ApiRequest, version: string): View {
  const asked = (request.query.get('sysparm_display_value') ?? 'false').toLowerCase();
  const mode: DisplayMode = asked === 'true' || asked === 'all' ? asked : 'false';
  const fields = request.query.get('sysparm_fields') ?? '';
  const { schema } = instance.database;
  return {
    mode,
    excludeLinks: request.query.get('sysparm_exclude_reference_link') === 'true',
    linkBase: `${instance.url()}/api/now/${version === '' ? '' : `${version}/`}table/`,
    dates: instance.users.styleOf(request.user),
    fields: fields === '' ? null : fields.split(',').map((field) => field.trim()),
    readable: (table, field) => instance.rights.readsField(request.user, schema.ancestors(table), field),
  };
}
