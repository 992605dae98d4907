import { type Content, contentOf } from '../../content.ts';
import type { Faults } from '../../faults.ts';
import { id18, mintId } from '../ids.ts';
import type { ObjectSpec } from '../schema/field.ts';
import { userPermissionAccess } from '../schema/permissions.ts';
import { objectOfId, objects } from '../schema/schema.ts';
import { dateTime } from '../values.ts';
import type { Values } from '../values.ts';
import { Rights } from './rights.ts';
import { SetUp } from './set-up.ts';
import { defaultSettings } from './settings.ts';
import type { OrgSettings } from './settings.ts';
import { Table } from './table.ts';
import type { Row } from './table.ts';
import { Validation } from './validation.ts';

export interface OrgParts {
  readonly now: () => number;
  readonly random: () => number;
  readonly faults: Faults;
}

/** An org: its rows, its set-up and its clock. Every write goes through `transaction`. */
export class Org {
  readonly now: () => number;
  readonly random: () => number;
  readonly faults: Faults;
  readonly setUp = new SetUp();
  readonly rights = new Rights(this.setUp);
  readonly validation = new Validation();
  readonly settings: OrgSettings = defaultSettings();
  readonly tables = new Map<string, Table>(objects.map((spec) => [spec.name, new Table(spec)]));
  readonly serials = new Map<string, number>();
  /** Contents of files, by ContentVersion id. */
  readonly blobs = new Map<string, Content>();
  readonly #uploads = new Map<string, Content>();
  /** Times at which deleted rows left the table, by id. */
  readonly deletedAt = new Map<string, string>();
  /** Ids of set-up rows that rules refer to. */
  readonly known = { organization: '', integrationUser: '', defaultCaseOwner: '' };
  #undo: (() => void)[] = [];
  #depth = 0;
  #stampMs = 0;

  constructor(parts: OrgParts) {
    this.now = parts.now;
    this.random = parts.random;
    this.faults = parts.faults;
  }

  table(spec: ObjectSpec): Table {
    const table = this.tables.get(spec.name);
    if (table === undefined) throw new Error(`no table for ${spec.name}`);
    return table;
  }

  /** Keeps a file that was sent until its row is saved; what stands for it in a row's values. */
  hold(content: Content): string {
    const name = `sent:${this.#uploads.size + 1}:${content.sha256}`;
    this.#uploads.set(name, content);
    return name;
  }

  /** What `hold` keeps under this name; any other text is base64. */
  held(text: string): Content {
    const content = this.#uploads.get(text);
    return content ?? contentOf(Buffer.from(text, 'base64'));
  }

  /** The row with this 15- or 18-character id, deleted or not. */
  row(id: string): Row | null {
    const full = id18(id);
    const spec = full === null ? null : objectOfId(full);
    return full === null || spec === null ? null : (this.table(spec).rows.get(full) ?? null);
  }

  /** A row's values as others may see them now: null while the transaction that made it is open. */
  view(row: Row): Values | null {
    const values = row.hidden !== null && row.hidden.until > this.now() ? row.hidden.before : row.values;
    return row.spec === userPermissionAccess ? { ...values, ...this.#powers() } : values;
  }

  #powers(): Values {
    const { integrationModifiesAllData, integrationMayChangeSetUp } = this.settings;
    return {
      PermissionsModifyAllData: integrationModifiesAllData,
      PermissionsModifyMetadata: integrationMayChangeSetUp,
    };
  }

  /** True while somebody's open transaction holds the row. */
  inFlight(row: Row): boolean {
    return row.hidden !== null && row.hidden.until > this.now();
  }

  /** All rows of one transaction share one stamp of whole seconds (recording `query-case-page`: 26 Cases, one stamp). */
  get stamp(): string {
    return dateTime(this.#stampMs);
  }

  /** Runs `work` wholly or not at all; inside another transaction it is a savepoint. */
  transaction<T>(work: () => T): T {
    if (this.#depth === 0) {
      this.#undo = [];
      this.#stampMs = this.now();
    }
    const savepoint = this.#undo.length;
    this.#depth += 1;
    try {
      return work();
    } catch (error) {
      for (const undo of this.#undo.splice(savepoint).reverse()) undo();
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  nextSerial(name: string): number {
    const serial = (this.serials.get(name) ?? 0) + 1;
    this.serials.set(name, serial);
    return serial;
  }

  /** Ids start far enough up that they hold letters of both cases. */
  nextId(spec: ObjectSpec): string {
    return mintId(spec.keyPrefix, 62 ** 4 * 37 + this.nextSerial(spec.name) * 7);
  }

  insert(spec: ObjectSpec, values: Values, hideMs = 0): Row {
    const id = String(values['Id']);
    const row: Row = { id, spec, values, hidden: hideMs > 0 ? { until: this.now() + hideMs, before: null } : null };
    this.table(spec).add(row);
    this.#undo.push(() => this.table(spec).remove(row));
    return row;
  }

  change(row: Row, changes: Values, hideMs = 0): void {
    const { values, hidden } = row;
    this.table(row.spec).replace(row, { ...values, ...changes });
    if (hideMs > 0)
      row.hidden = { until: this.now() + hideMs, before: this.inFlight(row) ? (hidden?.before ?? null) : values };
    this.#undo.push(() => {
      this.table(row.spec).replace(row, values);
      row.hidden = hidden;
    });
  }

  /** Takes a row away for good, as when the recycle bin is emptied. */
  drop(row: Row): void {
    this.table(row.spec).remove(row);
    this.#undo.push(() => this.table(row.spec).add(row));
  }
}
