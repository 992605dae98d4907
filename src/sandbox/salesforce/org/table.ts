import type { Field, ObjectSpec } from '../schema/field.ts';
import type { Value, Values } from '../values.ts';

/** A row as the org holds it. */
export interface Row {
  readonly id: string;
  readonly spec: ObjectSpec;
  values: Values;
  /** Set while the transaction that last wrote the row is still open: others see the row as it was before, or not at all. */
  hidden: { readonly until: number; readonly before: Values | null } | null;
}

function indexed(field: Field): boolean {
  return field.externalId || field.idLookup || field.unique || field.type === 'reference';
}

/** Ids are case-sensitive; other keys are not. */
export function indexKey(field: Field, value: Value): string {
  return field.type === 'id' || field.type === 'reference' ? String(value) : String(value).toLowerCase();
}

/** The rows of one object, found by id and by every field that lookups go through. */
export class Table {
  readonly spec: ObjectSpec;
  readonly rows = new Map<string, Row>();
  readonly #indexes = new Map<string, Map<string, Set<Row>>>();
  readonly #fields: readonly Field[];

  constructor(spec: ObjectSpec) {
    this.spec = spec;
    this.#fields = spec.fields.filter((field) => field.type !== 'id' && indexed(field));
    for (const field of this.#fields) this.#indexes.set(field.name, new Map());
  }

  add(row: Row): void {
    this.rows.set(row.id, row);
    this.#enter(row);
  }

  remove(row: Row): void {
    this.rows.delete(row.id);
    this.#leave(row);
  }

  replace(row: Row, values: Values): void {
    this.#leave(row);
    row.values = values;
    this.#enter(row);
  }

  /** Rows that hold `value` in this field, or null where the field has no index. */
  find(field: Field, value: Value): readonly Row[] | null {
    if (field.type === 'id') {
      const row = this.rows.get(String(value));
      return row === undefined ? [] : [row];
    }
    const index = this.#indexes.get(field.name);
    if (index === undefined) return null;
    return [...(index.get(indexKey(field, value)) ?? [])];
  }

  #enter(row: Row): void {
    for (const field of this.#fields) {
      const value = row.values[field.name] ?? null;
      if (value === null) continue;
      const index = this.#indexes.get(field.name);
      const key = indexKey(field, value);
      const held = index?.get(key);
      if (held === undefined) index?.set(key, new Set([row]));
      else held.add(row);
    }
  }

  #leave(row: Row): void {
    for (const field of this.#fields) {
      const value = row.values[field.name] ?? null;
      if (value !== null) this.#indexes.get(field.name)?.get(indexKey(field, value))?.delete(row);
    }
  }
}
