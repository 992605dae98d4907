import type { Org } from './org.ts';
import { findField, findObject } from '../schema/schema.ts';
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

  /**
   * Merges a Case into another, as people do: the loser goes into the bin and names the master (describe-case-full,
   * MasterRecordId). No source tells what becomes of what hung on it: here it hangs on the master from then on.
   */
  merge(master: string, loser: string): void {
    const [winner, row] = [this.#org.row(master), this.#org.row(loser)];
    if (winner === null || row === null || winner.spec !== row.spec)
      throw new Error(`no two records ${master}, ${loser}`);
    this.#org.transaction(() => {
      for (const child of row.spec.children.filter((each) => each.cascadeDelete)) {
        const spec = findObject(child.object);
        const field = spec === null ? null : findField(spec, child.field);
        if (spec === null || field === null) continue;
        for (const each of this.#org.table(spec).find(field, loser) ?? []) {
          this.#org.change(each, { [field.name]: master });
        }
      }
      this.#org.change(row, { IsDeleted: true, MasterRecordId: master, SystemModstamp: this.#org.stamp });
      this.#org.change(winner, { SystemModstamp: this.#org.stamp });
      this.#org.deletedAt.set(row.id, this.#org.stamp);
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
