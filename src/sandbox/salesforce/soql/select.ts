import type { FieldType, Subquery } from '@jetstreamapp/soql-parser-js';
import type { Field, ObjectSpec } from '../schema/field.ts';
import { findField } from '../schema/schema.ts';
import { asText } from '../values.ts';
import type { Values } from '../values.ts';
import { malformed } from './query-errors.ts';
import { follow, resolvePath, shown } from './scope.ts';
import type { Path, Scope } from './scope.ts';

export type ApiRecord = Record<string, unknown>;

/** `attributes` comes first in every record. */
export function attributes(
  base: string,
  spec: ObjectSpec,
  id: unknown,
): { readonly type: string; readonly url: string } {
  return { type: spec.name, url: `${base}/sobjects/${spec.name}/${String(id)}` };
}

/** Fields of a SELECT, names resolved; child queries apart. */
export interface Selection {
  readonly paths: readonly Path[];
  readonly children: readonly Subquery[];
}

export function readSelection(
  scope: Scope,
  spec: ObjectSpec,
  fields: readonly FieldType[],
  limit: number | undefined,
): Selection {
  const paths: Path[] = [];
  const children: Subquery[] = [];
  for (const each of fields) {
    switch (each.type) {
      case 'Field':
        paths.push(resolvePath(scope, spec, each.field));
        break;
      case 'FieldRelationship':
        paths.push(resolvePath(scope, spec, [...each.relationships, each.field].join('.')));
        break;
      case 'FieldSubquery':
        children.push(each.subquery);
        break;
      case 'FieldFunctionExpression':
        if (each.functionName !== 'FIELDS') throw malformed(`unexpected token: '${each.functionName}'`);
        paths.push(...allFields(scope, spec, asText(each.parameters[0]), limit));
        break;
      default:
        throw malformed("unexpected token: 'TYPEOF'");
    }
  }
  const names = paths.map((path) => path.text.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw malformed(`duplicate field selected: ${twice}`);
  return { paths, children };
}

/** There is no `*`: FIELDS() is the only way to all fields, and but for FIELDS(STANDARD) it wants a LIMIT of 200 (SOQL reference). */
function allFields(scope: Scope, spec: ObjectSpec, which: string, limit: number | undefined): readonly Path[] {
  const wanted = which.toUpperCase();
  if (wanted !== 'STANDARD' && (limit === undefined || limit > 200)) {
    throw malformed('The SOQL FIELDS function must have a LIMIT of at most 200');
  }
  return spec.fields
    .filter((field) => wanted === 'ALL' || field.custom === (wanted === 'CUSTOM'))
    .filter((field) => scope.org.rights.seesField(spec.name, field.name))
    .map((field) => ({ via: [], field, text: field.name }));
}

/** A row as the answer shows it: selected fields in canonical case, missing ones as null, relationships nested or null. */
export function project(scope: Scope, spec: ObjectSpec, values: Values, paths: readonly Path[]): ApiRecord {
  const record: ApiRecord = { attributes: attributes(scope.base, spec, values['Id']) };
  for (const path of paths) place(scope, record, spec, values, path);
  return record;
}

function place(scope: Scope, record: ApiRecord, spec: ObjectSpec, values: Values, path: Path): void {
  let target = record;
  let depth = 0;
  for (const reference of path.via) {
    depth += 1;
    const name = reference.relationshipName ?? reference.name;
    const reached = follow(scope.org, values, path.via.slice(0, depth));
    if (reached.row === null || reached.values === null) {
      target[name] = null;
      return;
    }
    const held = target[name];
    const nested = (held ?? { attributes: attributes(scope.base, reached.row.spec, reached.row.id) }) as ApiRecord;
    target[name] = nested;
    target = nested;
  }
  const end = path.via.length === 0 ? { spec, values } : endOf(scope, values, path.via);
  target[path.field.name] = end === null ? null : ownValue(scope, end.spec, end.values, path.field);
}

function endOf(scope: Scope, values: Values, via: readonly Field[]): { spec: ObjectSpec; values: Values } | null {
  const reached = follow(scope.org, values, via);
  return reached.row === null || reached.values === null ? null : { spec: reached.row.spec, values: reached.values };
}

function ownValue(scope: Scope, spec: ObjectSpec, values: Values, field: Field): unknown {
  const own = findField(spec, field.name);
  return own === null ? null : shown(scope.base, spec, values, own);
}
