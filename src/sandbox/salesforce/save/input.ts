import type { ApiError } from '../errors.ts';
import { refuse } from '../errors.ts';
import { id15, id18 } from '../ids.ts';
import type { Org } from '../org/org.ts';
import type { Field, ObjectSpec } from '../schema/field.ts';
import { findField, objectOfId } from '../schema/schema.ts';
import { asText, dateTime, escapeHtml, parseDateTime } from '../values.ts';
import type { Value, Values } from '../values.ts';
import type { Actor } from './actor.ts';

/**
 * The fields of a request as values by their canonical names, each checked on its own. Throws ApiError. `attributes` and `Id` are
 * the caller's affair.
 */
export function readInput(
  org: Org,
  actor: Actor,
  spec: ObjectSpec,
  input: Record<string, unknown>,
  on: 'create' | 'update',
): Values {
  const values: Values = {};
  for (const [name, given] of Object.entries(input)) {
    if (name === 'attributes' || name.toLowerCase() === 'id') continue;
    const field = findField(spec, name);
    if (field === null || (actor.as === 'api' && !org.rights.seesField(spec.name, field.name))) {
      // Recording `write-400-invalid-field`: no `fields` key here.
      throw refuse(400, 'INVALID_FIELD', `No such column '${escapeHtml(name)}' on sobject of type ${spec.name}`);
    }
    checkWritable(org, actor, spec, field, on);
    const value = toValue(field, given);
    checkValue(org, actor, spec, field, value);
    values[field.name] = value;
  }
  return values;
}

function checkWritable(org: Org, actor: Actor, spec: ObjectSpec, field: Field, on: 'create' | 'update'): void {
  const open = on === 'create' ? field.createable : field.updateable;
  // "Set Audit Fields upon Record Creation" lets whoever loads data give its dates; people at the desk hold it here.
  const dated = actor.as === 'person' && on === 'create' && ['CreatedDate', 'ClosedDate'].includes(field.name);
  if (dated || (open && (actor.as === 'person' || org.rights.writesField(spec.name, field.name)))) return;
  // Recording `write-400-invalid-field-for-insert-update`.
  throw refuse(
    400,
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    `Unable to create/update fields: ${field.name}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
    [field.name],
  );
}

/** A JSON value as the field holds it: text is trimmed, and an empty text is null. */
function toValue(field: Field, given: unknown): Value {
  if (given === null || given === undefined) return field.type === 'boolean' ? field.defaultValue : null;
  if (typeof given === 'object') throw unreadable(field, given);
  const text = asText(given);
  if (typeof given === 'string' && given.trim() === '') return field.type === 'boolean' ? field.defaultValue : null;
  switch (field.type) {
    case 'boolean':
      if (typeof given === 'boolean') return given;
      if (given === 'true' || given === 'false') return given === 'true';
      throw unreadable(field, given);
    case 'int': {
      const number = Number(given);
      if (!Number.isFinite(number)) throw unreadable(field, given);
      return Math.trunc(number);
    }
    case 'datetime': {
      const ms = parseDateTime(text);
      if (Number.isNaN(ms)) throw unreadable(field, given);
      return dateTime(ms);
    }
    case 'id':
    case 'reference': {
      const id = id18(text);
      // REST guide, status codes and error responses: MALFORMED_ID.
      if (id === null)
        throw refuse(400, 'MALFORMED_ID', `${field.label}: id value of incorrect type: ${escapeHtml(text)}`, [
          field.name,
        ]);
      return id;
    }
    case 'base64':
      return text;
    default:
      return text.trim();
  }
}

function unreadable(field: Field, given: unknown): ApiError {
  const shown = typeof given === 'object' ? 'START_OBJECT' : `VALUE_STRING ${escapeHtml(asText(given))}`;
  return refuse(
    400,
    'JSON_PARSER_ERROR',
    `Cannot deserialize instance of ${field.type} from ${shown} value, field ${field.name}`,
  );
}

function checkValue(org: Org, actor: Actor, spec: ObjectSpec, field: Field, value: Value): void {
  if (value === null) return;
  if (typeof value === 'string' && field.type !== 'base64') checkLength(field, value);
  if (field.type === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(String(value))) {
    // Recording `write-400-invalid-email`.
    throw refuse(400, 'INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${escapeHtml(String(value))}`, [
      field.name,
    ]);
  }
  // A page offers only what is on the list; the API takes anything unless an administrator has restricted the field.
  const restricted =
    actor.as === 'person'
      ? field.picklist.length > 0
      : org.settings.restrictedPicklists.has(`${spec.name}.${field.name}`);
  if (restricted && !field.picklist.includes(String(value))) {
    // Recording `write-400-restricted-picklist`.
    throw refuse(
      400,
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      `${field.label}: bad value for restricted picklist field: ${escapeHtml(String(value))}`,
      [field.name],
    );
  }
  // A record type is judged with the rest of its record.
  if (field.type === 'reference' && field.name !== 'RecordTypeId') checkReference(org, field, String(value));
}

/** Recording `write-400-string-too-long`: the label in the message, the API name in `fields`. */
function checkLength(field: Field, value: string): void {
  const size = field.maxBytes === null ? value.length : Buffer.byteLength(value);
  const limit = field.maxBytes ?? field.length;
  if (limit === 0 || size <= limit) return;
  throw refuse(
    400,
    'STRING_TOO_LONG',
    `${field.label}: data value too large: ${escapeHtml(value)} (max length=${limit})`,
    [field.name],
  );
}

function checkReference(org: Org, field: Field, id: string): void {
  const spec = objectOfId(id);
  if (spec !== null && !field.referenceTo.includes(spec.name)) {
    throw refuse(400, 'MALFORMED_ID', `${field.label}: id value of incorrect type: ${id}`, [field.name]);
  }
  const row = org.row(id);
  if (row === null || row.values['IsDeleted'] === true) {
    // Recording `write-insufficient-cross-reference`: the id in its 15-character form.
    throw refuse(
      400,
      'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
      `insufficient access rights on cross-reference id: ${id15(id)}`,
      [],
    );
  }
}
