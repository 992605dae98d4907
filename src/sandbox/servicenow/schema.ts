/** What kind of value a column holds; the names are `sys_dictionary.internal_type`. */
export type ColumnType =
  | 'string'
  | 'reference'
  | 'integer'
  | 'boolean'
  | 'glide_date_time'
  | 'due_date'
  | 'glide_duration'
  | 'journal_input'
  | 'journal_list'
  | 'glide_list'
  | 'GUID'
  | 'password2';

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface Column {
  readonly name: string;
  readonly label: string;
  readonly type: ColumnType;
  readonly length: number;
  /** Table a reference is declared to point at. */
  readonly reference?: string;
  /** Where set, any other value is dropped on write. */
  readonly choices?: readonly Choice[];
  /** Value of a new row. */
  readonly initial?: string;
  /** What an empty value displays as, where that is not `''`. */
  readonly emptyDisplay?: null | 'UNKNOWN';
  readonly mandatory?: boolean;
  /** Set by the platform; writes through the API are ignored. */
  readonly readOnly?: boolean;
  readonly unique?: boolean;
}

export interface TableSpec {
  readonly name: string;
  readonly label: string;
  readonly extends?: string;
  /** Column shown for a reference to a row. */
  readonly display: string;
  /** First part of `number`, with the number a fresh instance starts from. */
  readonly numbering?: { readonly prefix: string; readonly start: number };
  /** History is kept in sys_audit, deletions in sys_audit_delete. */
  readonly audited?: boolean;
  readonly columns: readonly Column[];
  /** Columns that get a look-up table of their own. */
  readonly indexed?: readonly string[];
}

/** The tables of the instance and what they inherit. */
export class Schema {
  readonly #specs: ReadonlyMap<string, TableSpec>;
  readonly #columns = new Map<string, ReadonlyMap<string, Column>>();
  readonly #classes = new Map<string, readonly string[]>();

  constructor(specs: readonly TableSpec[]) {
    this.#specs = new Map(specs.map((spec) => [spec.name, spec]));
  }

  tables(): readonly TableSpec[] {
    return [...this.#specs.values()];
  }

  table(name: string): TableSpec | undefined {
    return this.#specs.get(name);
  }

  /** Own and inherited columns of a table, by name. */
  columns(table: string): ReadonlyMap<string, Column> {
    const known = this.#columns.get(table);
    if (known !== undefined) return known;
    const spec = this.#specs.get(table);
    const inherited = spec?.extends === undefined ? [] : this.columns(spec.extends);
    const all = new Map([...inherited, ...(spec?.columns ?? []).map((column) => [column.name, column] as const)]);
    this.#columns.set(table, all);
    return all;
  }

  column(table: string, name: string): Column | undefined {
    return this.columns(table).get(name);
  }

  /** The table itself and everything that extends it. */
  classes(table: string): readonly string[] {
    const known = this.#classes.get(table);
    if (known !== undefined) return known;
    const children = [...this.#specs.values()].filter((spec) => spec.extends === table);
    const all = [table, ...children.flatMap((child) => this.classes(child.name))];
    this.#classes.set(table, all);
    return all;
  }

  /** The table itself and everything it extends, nearest first. */
  ancestors(table: string): readonly string[] {
    const parent = this.#specs.get(table)?.extends;
    return parent === undefined ? [table] : [table, ...this.ancestors(parent)];
  }
}
