import { ApiError, invalidCrossReference, notFound, refuse } from '../errors.ts';
import type { ErrorEntry } from '../errors.ts';
import { id18 } from '../ids.ts';
import type { Org } from '../org/org.ts';
import type { Row } from '../org/table.ts';
import { createRow, deleteRow, rowForWrite, updateRow } from '../save/save.ts';
import type { ObjectSpec } from '../schema/field.ts';
import { findField, objectOfId } from '../schema/schema.ts';
import { attributes } from '../soql/select.ts';
import { shown } from '../soql/scope.ts';
import { asText, isObject } from '../values.ts';
import { actorOf, ok, rowErrors } from './message.ts';
import type { ApiAnswer, ApiRequest } from './message.ts';
import { objectOf } from './objects.ts';
import { route } from './router.ts';
import { rowsByKey } from './rows.ts';

/** One row's outcome. */
type Outcome =
  | { readonly row: Row; readonly created?: boolean }
  | { readonly entries: readonly ErrorEntry[]; readonly created?: boolean };

/** `attributes.type` may stand anywhere in the record; without it the row fails (recording `collections-upsert-missing-attributes`). */
function typeOf(org: Org, record: Record<string, unknown>): ObjectSpec {
  const given = record['attributes'];
  if (!isObject(given) || typeof given['type'] !== 'string') {
    throw refuse(
      400,
      'JSON_PARSER_ERROR',
      'Nested object for polymorphic foreign key must have an attributes field before any other fields.',
    );
  }
  return objectOf(org, given['type']);
}

function recordsOf(request: ApiRequest): {
  readonly records: readonly Record<string, unknown>[];
  readonly allOrNone: boolean;
} {
  const body = isObject(request.body) ? request.body : {};
  const records = Array.isArray(body['records']) ? body['records'].filter(isObject) : [];
  checkCount(records.length);
  return { records, allOrNone: body['allOrNone'] === true };
}

function checkCount(count: number): void {
  // Recording `collections-create-400-empty`.
  if (count === 0) throw refuse(400, 'REQUIRED_FIELD_MISSING', 'At least 1 record is required');
  // Text as reported in sorenkrabbe/Chrome-Salesforce-inspector#134.
  if (count > 200)
    throw refuse(400, 'EXCEEDED_ID_LIMIT', 'record limit reached. cannot submit more than 200 records into this call');
}

const rolledBack: ErrorEntry = {
  errorCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK',
  message: 'Record rolled back because not all records were valid and the request was using AllOrNone header',
};

/** Text as quoted by people who met it: salesforce.stackexchange.com/questions/96410, /330425. */
const governorLimit: ErrorEntry = {
  errorCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
  message: 'CaseTrigger: System.LimitException: Apex CPU time limit exceeded',
  fields: [],
};

class RolledBack extends Error {}

/** Saves rows in order, each on its own or all together; results come in request order. */
function saveAll<T>(
  request: ApiRequest,
  items: readonly T[],
  allOrNone: boolean,
  save: (item: T) => Outcome,
): ApiAnswer {
  const { org } = request;
  // An uncatchable exception of a trigger fails every row of its transaction, whatever allOrNone says.
  if (items.length > org.settings.triggerRows) return ok(items.map(() => rowErrors([governorLimit])));
  const outcomes: Outcome[] = [];
  const attempt = (item: T): Outcome => {
    try {
      return org.transaction(() => save(item));
    } catch (error) {
      if (error instanceof ApiError) return { entries: error.entries };
      throw error;
    }
  };
  try {
    org.transaction(() => {
      for (const item of items) outcomes.push(attempt(item));
      if (allOrNone && outcomes.some((outcome) => 'entries' in outcome)) throw new RolledBack();
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
    const body = outcomes.map((outcome) => rowErrors('entries' in outcome ? outcome.entries : [rolledBack]));
    return { status: org.settings.allOrNoneStatus, body };
  }
  return ok(outcomes.map(shownOutcome));
}

function shownOutcome(outcome: Outcome): unknown {
  const created = outcome.created === undefined ? {} : { created: outcome.created };
  if ('entries' in outcome) return { ...rowErrors(outcome.entries), ...created };
  return { id: outcome.row.id, success: true, errors: [], ...created };
}

function update(request: ApiRequest, record: Record<string, unknown>): Outcome {
  const spec = typeOf(request.org, record);
  // Both `id` and `Id` are taken.
  const id = Object.entries(record).find(([name]) => name.toLowerCase() === 'id')?.[1];
  // Recording `collections-update-missing-id`.
  if (typeof id !== 'string' || id === '') throw refuse(400, 'MISSING_ARGUMENT', 'Id not specified in an update call');
  const row = rowForWrite(request.org, actorOf(request), spec, id);
  updateRow(request.org, actorOf(request), row, record);
  return { row };
}

/** Upsert by a key that stands in the record; `Id: null` creates (recording `collections-upsert-id-null-creates`). */
function upsert(request: ApiRequest, spec: ObjectSpec, keyName: string, record: Record<string, unknown>): Outcome {
  try {
    if (typeOf(request.org, record) !== spec) throw invalidCrossReference();
    const { org } = request;
    const actor = actorOf(request);
    const key = findField(spec, keyName);
    const value = Object.entries(record).find(([name]) => name.toLowerCase() === keyName.toLowerCase())?.[1];
    if (key?.type === 'id') {
      if (typeof value !== 'string') return { row: createRow(org, actor, spec, record), created: true };
      const row = rowForWrite(org, actor, spec, value);
      updateRow(org, actor, row, record);
      return { row, created: false };
    }
    if (value === null || value === undefined) throw refuse(400, 'MISSING_ARGUMENT', `${keyName} not specified`);
    const rows = rowsByKey(org, spec, keyName, asText(value));
    if (rows.length > 1)
      throw refuse(
        400,
        'DUPLICATE_EXTERNAL_ID',
        `${keyName}: more than one record found for external id field: [${rows.map((row) => row.id).join(', ')}]`,
      );
    const [row] = rows;
    if (row === undefined) return { row: createRow(org, actor, spec, record), created: true };
    updateRow(org, actor, row, record);
    return { row, created: false };
  } catch (error) {
    if (error instanceof ApiError) return { entries: error.entries, created: false };
    throw error;
  }
}

function remove(request: ApiRequest): ApiAnswer {
  const ids = (request.query.get('ids') ?? '').split(',').filter((id) => id !== '');
  checkCount(ids.length);
  return saveAll(request, ids, request.query.get('allOrNone') === 'true', (id) => {
    const full = id18(id);
    const spec = full === null ? null : objectOfId(full);
    if (full === null || spec === null) throw refuse(400, 'MALFORMED_ID', `malformed id ${id}`);
    const row = rowForWrite(request.org, actorOf(request), spec, full);
    deleteRow(request.org, actorOf(request), row);
    return { row };
  });
}

/** Rows in the order asked; a missing one is null. */
function retrieve(request: ApiRequest, object: string, ids: readonly string[], names: readonly string[]): ApiAnswer {
  const { org } = request;
  const spec = objectOf(org, object);
  // REST guide, sObject Collections: up to 2000 ids by POST.
  if (ids.length > 2000)
    throw refuse(400, 'EXCEEDED_ID_LIMIT', 'record limit reached. cannot submit more than 2000 records into this call');
  if (ids.length === 0 || names.length === 0) throw refuse(400, 'MALFORMED_QUERY', 'ids and fields are required');
  const fields = names.map((name) => {
    const field = findField(spec, name);
    if (field === null || !org.rights.seesField(spec.name, field.name)) {
      throw refuse(400, 'INVALID_FIELD', `No such column '${name}' on entity '${spec.name}'`);
    }
    return field;
  });
  const id = findField(spec, 'Id');
  if (id !== null && !fields.includes(id)) fields.push(id);
  return ok(
    ids.map((each) => {
      const row = org.row(each);
      const values = row === null ? null : org.view(row);
      if (
        row === null ||
        values === null ||
        row.spec !== spec ||
        values['IsDeleted'] === true ||
        !org.rights.seesRecord(row.id)
      )
        return null;
      const record: Record<string, unknown> = { attributes: attributes(request.base, spec, row.id) };
      for (const field of fields) record[field.name] = shown(request.base, spec, values, field);
      return record;
    }),
  );
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

export const collectionRoutes = [
  route('POST', 'composite/sobjects', (request) => {
    const { records, allOrNone } = recordsOf(request);
    return saveAll(request, records, allOrNone, (record) => ({
      row: createRow(request.org, actorOf(request), typeOf(request.org, record), record),
    }));
  }),
  route('PATCH', 'composite/sobjects', (request) => {
    const { records, allOrNone } = recordsOf(request);
    return saveAll(request, records, allOrNone, (record) => update(request, record));
  }),
  route('DELETE', 'composite/sobjects', remove),
  route('PATCH', 'composite/sobjects/:object/:field', (request, { object = '', field = '' }) => {
    const { records, allOrNone } = recordsOf(request);
    const spec = objectOf(request.org, object);
    const key = findField(spec, field);
    if (key === null || !(key.externalId || key.idLookup)) throw notFound();
    return saveAll(request, records, allOrNone, (record) => upsert(request, spec, field, record));
  }),
  route('POST', 'composite/sobjects/:object', (request, { object = '' }) => {
    const body = isObject(request.body) ? request.body : {};
    return retrieve(request, object, strings(body['ids']), strings(body['fields']));
  }),
  route('GET', 'composite/sobjects/:object', (request, { object = '' }) => {
    const list = (name: string): readonly string[] =>
      (request.query.get(name) ?? '').split(',').filter((each) => each !== '');
    return retrieve(request, object, list('ids'), list('fields'));
  }),
];
