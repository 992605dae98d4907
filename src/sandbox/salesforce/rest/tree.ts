import { ApiError, refuse } from '../errors.ts';
import { createRow } from '../save/save.ts';
import type { ObjectSpec } from '../schema/field.ts';
import { findObject } from '../schema/schema.ts';
import { asText, isObject } from '../values.ts';
import { actorOf, rowErrors } from './message.ts';
import type { ApiRequest } from './message.ts';
import { objectOf } from './objects.ts';
import { route } from './router.ts';

interface Planned {
  readonly spec: ObjectSpec;
  readonly record: Record<string, unknown>;
  readonly referenceId: string;
  /** The lookup that points at the parent, and the parent's place in the list. */
  readonly parent: { readonly field: string; readonly referenceId: string } | null;
}

/** Records level by level, children with the lookup to their parent (recording `composite-tree-201` lists its results so). */
function plan(
  spec: ObjectSpec,
  records: readonly Record<string, unknown>[],
  parent: Planned['parent'],
): readonly Planned[] {
  const own: Planned[] = [];
  const below: Planned[] = [];
  for (const record of records) {
    const attributes = isObject(record['attributes']) ? record['attributes'] : {};
    const referenceId = asText(attributes['referenceId']);
    const fields: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(record)) {
      const relation = spec.children.find((child) => child.relationshipName.toLowerCase() === name.toLowerCase());
      const child = relation === undefined ? null : findObject(relation.object);
      if (relation === undefined || child === null) fields[name] = value;
      else if (isObject(value) && Array.isArray(value['records'])) {
        below.push(...plan(child, value['records'].filter(isObject), { field: relation.field, referenceId }));
      }
    }
    own.push({ spec, record: fields, referenceId, parent });
  }
  return [...own, ...below];
}

class TreeFailed extends Error {
  readonly referenceId: string;
  readonly reason: ApiError;

  constructor(referenceId: string, reason: ApiError) {
    super(reason.message);
    this.referenceId = referenceId;
    this.reason = reason;
  }
}

function createAll(
  request: ApiRequest,
  planned: readonly Planned[],
): readonly { readonly referenceId: string; readonly id: string }[] {
  const ids = new Map<string, string>();
  for (const { spec, record, referenceId, parent } of planned) {
    const lookup = parent === null ? {} : { [parent.field]: ids.get(parent.referenceId) ?? null };
    try {
      ids.set(referenceId, createRow(request.org, actorOf(request), spec, { ...record, ...lookup }).id);
    } catch (error) {
      if (error instanceof ApiError) throw new TreeFailed(referenceId, error);
      throw error;
    }
  }
  return planned.map(({ referenceId }) => ({ referenceId, id: ids.get(referenceId) ?? '' }));
}

/** Up to 200 records with their children, wholly or not at all (REST guide, sObject Tree). */
export const treeRoutes = [
  route('POST', 'composite/tree/:object', (request, { object = '' }) => {
    const body = isObject(request.body) ? request.body : {};
    const records = Array.isArray(body['records']) ? body['records'].filter(isObject) : [];
    const planned = plan(objectOf(request.org, object), records, null);
    if (planned.length === 0) throw refuse(400, 'REQUIRED_FIELD_MISSING', 'At least 1 record is required');
    if (planned.length > 200)
      throw refuse(
        400,
        'EXCEEDED_ID_LIMIT',
        'record limit reached. cannot submit more than 200 records into this call',
      );
    try {
      return {
        status: 201,
        body: { hasErrors: false, results: request.org.transaction(() => createAll(request, planned)) },
      };
    } catch (error) {
      if (!(error instanceof TreeFailed)) throw error;
      const { errors } = rowErrors(error.reason.entries);
      return { status: 400, body: { hasErrors: true, results: [{ referenceId: error.referenceId, errors }] } };
    }
  }),
];
