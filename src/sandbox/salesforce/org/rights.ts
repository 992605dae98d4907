import type { SetUp } from './set-up.ts';

/** What an administrator can take away from the integration user, and give back. Names are `Case` and `Case.Status`. */
export class Rights {
  readonly #setUp: SetUp;
  readonly #hiddenObjects = new Set<string>();
  readonly #readOnlyObjects = new Set<string>();
  readonly #hiddenFields = new Set<string>();
  readonly #readOnlyFields = new Set<string>();
  readonly #hiddenRecords = new Set<string>();

  constructor(setUp: SetUp) {
    this.#setUp = setUp;
  }

  hideObject(object: string): void {
    this.#hiddenObjects.add(object);
  }

  readOnlyObject(object: string): void {
    this.#readOnlyObjects.add(object);
  }

  /** Field-level security: no read access. */
  hideField(object: string, field: string): void {
    this.#hiddenFields.add(`${object}.${field}`);
  }

  /** Field-level security: read only. */
  readOnlyField(object: string, field: string): void {
    this.#readOnlyFields.add(`${object}.${field}`);
  }

  /** A permission set gives read on the object, and maybe create and edit. */
  grantObject(object: string, write: boolean): void {
    this.#hiddenObjects.delete(object);
    if (write) this.#readOnlyObjects.delete(object);
  }

  /** `Case.Subject`, by a permission set. */
  grantField(field: string, editable: boolean): void {
    this.#hiddenFields.delete(field);
    if (editable) this.#readOnlyFields.delete(field);
  }

  /** Sharing: the record is out of sight. */
  hideRecord(id: string): void {
    this.#hiddenRecords.add(id);
  }

  restore(): void {
    for (const set of [
      this.#hiddenObjects,
      this.#readOnlyObjects,
      this.#hiddenFields,
      this.#readOnlyFields,
      this.#hiddenRecords,
    ]) {
      set.clear();
    }
  }

  seesObject(object: string): boolean {
    return this.#setUp.hasObject(object, object.endsWith('__c')) && !this.#hiddenObjects.has(object);
  }

  writesObject(object: string): boolean {
    return this.seesObject(object) && !this.#readOnlyObjects.has(object);
  }

  seesField(object: string, field: string): boolean {
    return this.#setUp.hasField(object, field) && !this.#hiddenFields.has(`${object}.${field}`);
  }

  writesField(object: string, field: string): boolean {
    return this.seesField(object, field) && !this.#readOnlyFields.has(`${object}.${field}`);
  }

  seesRecord(id: string): boolean {
    return !this.#hiddenRecords.has(id);
  }
}
