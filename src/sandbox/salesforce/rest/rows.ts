import { ApiError, entityIsDeleted, notFound, refuse, unresolved } from '../errors.ts';
import { id18 } from '../ids.ts';
import type { Org } from '../org/org.ts';
import type { Row } from '../org/table.ts';
import { createRow, deleteRow, rowForWrite, updateRow } from '../save/save.ts';
import type { Field, ObjectSpec } from '../schema/field.ts';
import { findField } from '../schema/schema.ts';
import { attributes } from '../soql/select.ts';
import { shown } from '../soql/scope.ts';
import { isObject } from '../values.ts';
import { checkPrecondition, notModified, rowHeaders } from './conditions.ts';
import { actorOf, empty, ok } from './message.ts';
import type { ApiAnswer, ApiRequest } from './message.ts';
import { objectOf } from './objects.ts';
import { route } from './router.ts';

/** The JSON object of a request's body. Throws 400 JSON_PARSER_ERROR. */
export function bodyOf(request: ApiRequest): Record<string, unknown> {
  if (isObject(request.body)) return { ...request.body, ...request.blobs };
  throw refuse(400, 'JSON_PARSER_ERROR', 'Unexpected end-of-input or malformed JSON in the request body');
}

/** Location is relative (recording `sobject-create-201`). */
export function created(request: ApiRequest, row: Row, extra: Record<string, unknown> = {}): ApiAnswer {
  const { url } = attributes(request.base, row.spec, row.id);
  return { status: 201, headers: { location: url }, body: { id: row.id, success: true, errors: [], ...extra } };
}

/** The row that a read names. An id that never was is NOT_FOUND to a GET, a row in the recycle bin ENTITY_IS_DELETED. */
export function rowForRead(org: Org, spec: ObjectSpec, id: string): Row {
  if (id18(id) === null) throw unresolved(id);
  const row = org.row(id);
  if (row === null || row.spec !== spec || org.view(row) === null || !org.rights.seesRecord(row.id)) throw notFound();
  if (row.values['IsDeleted'] === true) throw entityIsDeleted();
  return row;
}

function answerRow(request: ApiRequest, row: Row): ApiAnswer {
  const { org } = request;
  const values = org.view(row) ?? row.values;
  const unchanged = notModified(request, row, values);
  if (unchanged !== null) return unchanged;
  const record: Record<string, unknown> = { attributes: attributes(request.base, row.spec, row.id) };
  for (const field of askedFields(request, row.spec)) record[field.name] = shown(request.base, row.spec, values, field);
  return ok(record, rowHeaders(row, values));
}

function askedFields(request: ApiRequest, spec: ObjectSpec): readonly Field[] {
  const { rights } = request.org;
  const asked = request.query.get('fields');
  if (asked === null) return spec.fields.filter((field) => rights.seesField(spec.name, field.name));
  const fields = asked.split(',').map((name) => {
    const field = findField(spec, name.trim());
    if (field === null || !rights.seesField(spec.name, field.name)) {
      throw refuse(400, 'INVALID_FIELD', `No such column '${name.trim()}' on sobject of type ${spec.name}`);
    }
    return field;
  });
  const id = findField(spec, 'Id');
  return id === null || fields.includes(id) ? fields : [...fields, id];
}

/** Rows that hold `value` in an external-id or idLookup field. Throws 404 where the field is neither. */
export function rowsByKey(org: Org, spec: ObjectSpec, fieldName: string, value: string): readonly Row[] {
  const field = findField(spec, fieldName);
  if (field === null || !(field.externalId || field.idLookup) || !org.rights.seesField(spec.name, field.name))
    throw unresolved(fieldName);
  if (field.type === 'id') return [rowForRead(org, spec, value)];
  const rows = org.table(spec).find(field, value) ?? [];
  return rows.filter(
    (row) => row.values['IsDeleted'] !== true && org.view(row) !== null && org.rights.seesRecord(row.id),
  );
}

/** Recording `upsert-300-multiple-choices`: the body is a list of URLs. */
function several(request: ApiRequest, rows: readonly Row[]): ApiAnswer {
  return { status: 300, body: rows.map((row) => attributes(request.base, row.spec, row.id).url) };
}

function getByKey(request: ApiRequest, parameters: Readonly<Record<string, string>>): ApiAnswer {
  const spec = objectOf(request.org, parameters['object'] ?? '');
  const rows = rowsByKey(request.org, spec, parameters['field'] ?? '', parameters['value'] ?? '');
  const [row] = rows;
  if (row === undefined) throw unresolved(parameters['value'] ?? '');
  return rows.length > 1 ? several(request, rows) : answerRow(request, row);
}

/** 201 with `created: true`, or 200 with `created: false`; before v46.0 an update was an empty 204 (REST guide, upsert). */
function upsert(request: ApiRequest, parameters: Readonly<Record<string, string>>): ApiAnswer {
  const { org } = request;
  const spec = objectOf(org, parameters['object'] ?? '');
  const name = parameters['field'] ?? '';
  const value = parameters['value'] ?? '';
  const field = findField(spec, name);
  if (field?.type === 'id') return patched(request, rowForWrite(org, actorOf(request), spec, value));
  const rows = rowsByKey(org, spec, name, value);
  if (rows.length > 1) return several(request, rows);
  const [row] = rows;
  const body = bodyOf(request);
  refuseKeyInBody(spec, body, field);
  if (row !== undefined) return patched(request, row);
  if (request.query.get('updateOnly') === 'true') throw unresolved(value);
  const made = createRow(org, actorOf(request), spec, { ...body, [name]: value });
  return created(request, made, { created: true });
}

/** The key stands in the URL; the guide forbids to repeat it in the body. */
function refuseKeyInBody(spec: ObjectSpec, body: Record<string, unknown>, key: Field | null): void {
  for (const name of Object.keys(body)) {
    const field = findField(spec, name);
    if (field === null || (field !== key && field.type !== 'id')) continue;
    throw refuse(400, 'INVALID_FIELD', `The ${field.name} field should not be specified in the sobject data.`);
  }
}

function patched(request: ApiRequest, row: Row): ApiAnswer {
  checkPrecondition(request, row);
  const body = bodyOf(request);
  const keyed = Object.keys(body).find((name) => name.toLowerCase() === 'id');
  if (keyed !== undefined)
    throw refuse(400, 'INVALID_FIELD', 'The Id field should not be specified in the sobject data.');
  updateRow(request.org, actorOf(request), row, body);
  if (Number(request.version) < 46) return empty;
  const { url } = attributes(request.base, row.spec, row.id);
  return ok({ id: row.id, success: true, errors: [], created: false }, { location: url });
}

export const rowRoutes = [
  route('POST', 'sobjects/:object', (request, { object = '' }) => {
    const spec = objectOf(request.org, object);
    return created(request, createRow(request.org, actorOf(request), spec, bodyOf(request)));
  }),
  route('POST', 'sobjects/:object/Id', (request, { object = '' }) => {
    const spec = objectOf(request.org, object);
    return created(request, createRow(request.org, actorOf(request), spec, bodyOf(request)));
  }),
  route('GET', 'sobjects/:object/:id', (request, { object = '', id = '' }) =>
    answerRow(request, rowForRead(request.org, objectOf(request.org, object), id)),
  ),
  route('PATCH', 'sobjects/:object/:id', (request, { object = '', id = '' }) => {
    const spec = objectOf(request.org, object);
    if (id18(id) === null) throw unresolved(id);
    const row = rowForWrite(request.org, actorOf(request), spec, id);
    patched(request, row);
    return empty;
  }),
  route('DELETE', 'sobjects/:object/:id', (request, { object = '', id = '' }) => {
    const spec = objectOf(request.org, object);
    if (id18(id) === null) throw unresolved(id);
    deleteRow(request.org, actorOf(request), rowForWrite(request.org, actorOf(request), spec, id));
    return empty;
  }),
  route('GET', 'sobjects/:object/:id/VersionData', (request, { object = '', id = '' }) => {
    // Blobs cannot be subrequests (REST guide, composite resources).
    if (request.nested)
      throw new ApiError(400, [
        { message: 'Blob retrieval is not supported in a composite request', errorCode: 'INVALID_REQUEST' },
      ]);
    const row = rowForRead(request.org, objectOf(request.org, object), id);
    const bytes = request.org.blobs.get(row.id);
    if (bytes === undefined) throw notFound();
    return { status: 200, body: bytes.stream(), type: 'application/octetstream' };
  }),
  route('GET', 'sobjects/:object/:field/:value', getByKey),
  route('PATCH', 'sobjects/:object/:field/:value', upsert),
  route('DELETE', 'sobjects/:object/:field/:value', (request, { object = '', field = '', value = '' }) => {
    const spec = objectOf(request.org, object);
    const rows = rowsByKey(request.org, spec, field, value);
    const [row] = rows;
    if (row === undefined) throw unresolved(value);
    if (rows.length > 1) return several(request, rows);
    deleteRow(request.org, actorOf(request), row);
    return empty;
  }),
];
