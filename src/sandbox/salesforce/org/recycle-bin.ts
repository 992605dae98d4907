import type { Org } from './org.ts';
import type { Row } from './table.ts';

/** The recycle bin as a person uses it: the REST API has no way to empty it or to take something out. */
export class RecycleBin {
  readonly #org: Org;

  constructor(org: Org) {
    this.#org = org;
  }

  #rows(): readonly Row[] {
    return [...this.#org.tables.values()].flatMap((table) =>
      [...table.rows.values()].filter((row) => row.values['IsDeleted'] === true),
    );
  }

  /** Puts a record back under the same id, with what was deleted along with it. */
  undelete(id: string): void {
    const at = this.#org.deletedAt.get(id);
    this.#org.transaction(() => {
      const together = this.#rows().filter(
        (row) =>
          row.id === id || (at !== undefined && this.#hangsOn(row, id) && this.#org.deletedAt.get(row.id) === at),
      );
      for (const row of together) {
        this.#org.change(row, { IsDeleted: false, SystemModstamp: this.#org.stamp });
        this.#org.deletedAt.delete(row.id);
      }
    });
  }

  /** Deleted records are gone from queryAll too. */
  empty(): void {
    this.#org.transaction(() => {
      for (const row of this.#rows()) this.#org.drop(row);
    });
  }

  #hangsOn(row: Row, id: string): boolean {
    return row.spec.fields.some((field) => field.type === 'reference' && row.values[field.name] === id);
  }
}
