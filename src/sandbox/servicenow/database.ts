import type { Schema } from './schema.ts';

/** A stored row: every value is text, an empty one `''`. Never changed in place. */
export type Row = Readonly<Record<string, string>>;

interface Stored {
  readonly rows: Map<string, Row>;
  readonly indexes: ReadonlyMap<string, Map<string, Set<string>>>;
}

/** Rows in memory, by table and sys_id, with a few look-up tables besides. Knows no rules. */
export class Database {
  readonly schema: Schema;
  readonly #tables = new Map<string, Stored>();
  /** When a row was inserted: a fault can keep new ones out of queries for a while. */
  readonly #born = new Map<string, number>();

  constructor(schema: Schema) {
    this.schema = schema;
    for (const spec of schema.tables()) {
      const indexed = schema.ancestors(spec.name).flatMap((name) => schema.table(name)?.indexed ?? []);
      this.#tables.set(spec.name, { rows: new Map(), indexes: new Map(indexed.map((column) => [column, new Map()])) });
    }
  }

  /** The class that holds this row, looking through everything that extends `table`. */
  find(table: string, id: string): { readonly table: string; readonly row: Row } | null {
    for (const name of this.schema.classes(table)) {
      const row = this.#tables.get(name)?.rows.get(id);
      if (row !== undefined) return { table: name, row };
    }
    return null;
  }

  get(table: string, id: string): Row | null {
    return this.find(table, id)?.row ?? null;
  }

  /** Every row of the table and of what extends it. */
  *rows(table: string): Generator<Row> {
    for (const name of this.schema.classes(table)) yield* this.#tables.get(name)?.rows.values() ?? [];
  }

  /** Rows whose column holds one of the values, without a scan; null where there is no index. */
  lookUp(table: string, column: string, values: readonly string[]): readonly Row[] | null {
    const found: Row[] = [];
    for (const name of this.schema.classes(table)) {
      const stored = this.#tables.get(name);
      const index = stored?.indexes.get(column);
      if (stored === undefined || (index === undefined && column !== 'sys_id')) return null;
      for (const value of new Set(values.map(indexKey))) {
        const ids = column === 'sys_id' ? [value] : (index?.get(value) ?? []);
        for (const id of ids) {
          const row = stored.rows.get(id);
          if (row !== undefined) found.push(row);
        }
      }
    }
    return found;
  }

  /** Stores the row under its own sys_id, in place of what was there. `atMs` is noted for a new one. */
  put(table: string, row: Row, atMs: number): void {
    const stored = this.#stored(table);
    const id = row['sys_id'] ?? '';
    const before = stored.rows.get(id);
    if (before === undefined) this.#born.set(id, atMs);
    stored.rows.set(id, row);
    for (const [column, index] of stored.indexes) {
      const was = before === undefined ? null : indexKey(before[column] ?? '');
      const is = indexKey(row[column] ?? '');
      if (was === is) continue;
      if (was !== null) index.get(was)?.delete(id);
      const ids = index.get(is);
      if (ids === undefined) index.set(is, new Set([id]));
      else ids.add(id);
    }
  }

  remove(table: string, id: string): void {
    const stored = this.#stored(table);
    const row = stored.rows.get(id);
    if (row === undefined) return;
    stored.rows.delete(id);
    this.#born.delete(id);
    for (const [column, index] of stored.indexes) index.get(indexKey(row[column] ?? ''))?.delete(id);
  }

  /** Rows of this very class, without those that extend it. */
  own(table: string): readonly Row[] {
    return [...this.#stored(table).rows.values()];
  }

  bornAt(id: string): number {
    return this.#born.get(id) ?? 0;
  }

  #stored(table: string): Stored {
    const stored = this.#tables.get(table);
    if (stored === undefined) throw new Error(`no table ${table}`);
    return stored;
  }
}

// The database compares without regard to letter case, so the indexes must too.
function indexKey(value: string): string {
  return value.toLowerCase();
}
