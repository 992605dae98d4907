/** Rows by key. Reads fall through to the committed rows; the first write copies them, so that a rollback is to forget. */
export class Table<Row> {
  #rows: Map<string, Row>;
  #own: boolean;

  constructor(committed: Map<string, Row> = new Map(), own = false) {
    this.#rows = committed;
    this.#own = own;
  }

  /** A draft over these rows; the rows themselves stay as they are. */
  fork(): Table<Row> {
    return new Table(this.#rows);
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  has(key: string): boolean {
    return this.#rows.has(key);
  }

  /** In order of insertion. */
  all(): readonly Row[] {
    return [...this.#rows.values()];
  }

  where(match: (row: Row) => boolean): readonly Row[] {
    return this.all().filter(match);
  }

  /** Keys of the rows that match. */
  keysWhere(match: (row: Row) => boolean): readonly string[] {
    return [...this.#rows].flatMap(([key, row]) => (match(row) ? [key] : []));
  }

  /** The rows of these keys, in the order asked, without the missing ones. */
  pick(keys: readonly string[]): readonly Row[] {
    return keys.flatMap((key) => this.#rows.get(key) ?? []);
  }

  set(key: string, row: Row): void {
    this.#copyOnce();
    // A row is stored as a database would: what the caller does to its own object afterwards changes nothing here.
    this.#rows.set(key, frozen(structuredClone(row)));
  }

  delete(key: string): void {
    if (!this.#rows.has(key)) return;
    this.#copyOnce();
    this.#rows.delete(key);
  }

  /** True once this draft has been written to. */
  get touched(): boolean {
    return this.#own;
  }

  get size(): number {
    return this.#rows.size;
  }

  #copyOnce(): void {
    if (this.#own) return;
    this.#rows = new Map(this.#rows);
    this.#own = true;
  }
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
