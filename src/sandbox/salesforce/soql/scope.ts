import type { Org } from '../org/org.ts';
import type { Row } from '../org/table.ts';
import type { Field, ObjectSpec } from '../schema/field.ts';
import { findField, findObject, findRelationship, objectOfId } from '../schema/schema.ts';
import type { Value, Values } from '../values.ts';
import { noSuchColumn, noSuchObject, noSuchRelationship } from './query-errors.ts';

/** What a query may look at: the org with the caller's rights. */
export interface Scope {
  readonly org: Org;
  readonly soql: string;
  /** `/services/data/v66.0`: record URLs begin with it. */
  readonly base: string;
  readonly includeDeleted: boolean;
}

/** A field reached through relationships: `Owner.Name` is [OwnerId] and Name. */
export interface Path {
  readonly via: readonly Field[];
  readonly field: Field;
  readonly text: string;
}

export function objectInScope(scope: Scope, name: string): ObjectSpec {
  const spec = findObject(name);
  if (spec === null || !scope.org.rights.seesObject(spec.name)) throw noSuchObject(scope.soql, name);
  return spec;
}

/** Resolves `Owner.Name` from an object. A polymorphic reference is looked at through the first target that knows the field. */
export function resolvePath(scope: Scope, from: ObjectSpec, text: string): Path {
  const parts = text.split('.');
  const last = parts.pop() ?? '';
  const via: Field[] = [];
  let specs: readonly ObjectSpec[] = [from];
  for (const part of parts) {
    const reference = specs.map((spec) => findRelationship(spec, part)).find((found) => found !== null);
    if (reference === undefined || reference === null) {
      if (via.length === 0 && part.toLowerCase() === from.name.toLowerCase()) continue;
      throw noSuchRelationship(scope.soql, part);
    }
    via.push(reference);
    specs = reference.referenceTo.map((name) => findObject(name)).filter((spec) => spec !== null);
  }
  for (const spec of specs) {
    const field = findField(spec, last);
    if (field !== null && scope.org.rights.seesField(spec.name, field.name)) return { via, field, text };
  }
  throw noSuchColumn(scope.soql, last, specs[0]?.name ?? from.name);
}

/** The row at the end of a chain of references; null where one of them is empty. */
export function follow(
  org: Org,
  values: Values,
  via: readonly Field[],
): { readonly row: Row | null; readonly values: Values | null } {
  let row: Row | null = null;
  let current: Values | null = values;
  for (const reference of via) {
    const id: Value = current?.[reference.name] ?? null;
    row = id === null || objectOfId(String(id)) === null ? null : org.row(String(id));
    current = row === null ? null : org.view(row);
  }
  return { row, values: current };
}

export function valueAt(org: Org, values: Values, path: Path): Value {
  if (path.via.length === 0) return values[path.field.name] ?? null;
  return follow(org, values, path.via).values?.[path.field.name] ?? null;
}

/** A value as the API shows it: the bytes of a file are a URL. */
export function shown(base: string, spec: ObjectSpec, values: Values, field: Field): Value {
  if (field.type === 'base64') return `${base}/sobjects/${spec.name}/${String(values['Id'])}/${field.name}`;
  return values[field.name] ?? null;
}
