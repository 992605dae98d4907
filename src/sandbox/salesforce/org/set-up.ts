import { mintId } from '../ids.ts';
import type { PermissionSetContent } from './permission-sets.ts';

/** A record type of an object. Its ids look like others (prefix 012); a record without one is of the Master type. */
export interface RecordType {
  readonly id: string;
  readonly developerName: string;
  readonly name: string;
  active: boolean;
  /** The one that a new record gets that names none. */
  isDefault: boolean;
}

/** What an administrator has added to the org: an out-of-the-box one has neither record types nor an object of its own. */
export class SetUp {
  readonly #recordTypes = new Map<string, RecordType[]>();
  readonly #installed = new Set<string>();
  readonly #missing = new Set<string>();
  /** By API name. */
  readonly permissionSets = new Map<string, PermissionSetContent>();

  /** Adds a record type; the first one is the default. Returns its id. RecordTypeId is there from then on. */
  addRecordType(object: string, developerName: string): string {
    const types = this.#recordTypes.get(object) ?? [];
    const drawn = [...this.#recordTypes.values()].flat().length;
    const id = mintId('012', 62 ** 4 * 37 + drawn * 7);
    const name = developerName.replaceAll('_', ' ');
    this.#recordTypes.set(object, [...types, { id, developerName, name, active: true, isDefault: types.length === 0 }]);
    return id;
  }

  recordTypes(object: string): readonly RecordType[] {
    return this.#recordTypes.get(object) ?? [];
  }

  /** Puts the custom object there. */
  install(object: 'Ticket__c'): void {
    this.#installed.add(object);
  }

  hasObject(object: string, custom: boolean): boolean {
    return !custom || this.#installed.has(object);
  }

  hasField(object: string, field: string): boolean {
    if (this.#missing.has(`${object}.${field}`)) return false;
    return field !== 'RecordTypeId' || this.recordTypes(object).length > 0;
  }

  /** An org in which no administrator has added the field yet. */
  removeField(object: string, field: string): void {
    this.#missing.add(`${object}.${field}`);
  }

  addField(object: string, field: string): void {
    this.#missing.delete(`${object}.${field}`);
  }
}
