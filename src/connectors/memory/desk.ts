import type { Clock, Ids } from '../../core/clock.ts';
import { iso } from '../../core/clock.ts';
import type { Fields, SourceRecord } from '../../core/record.ts';
import type { Side } from '../../core/side.ts';
import { normaliseId } from '../salesforce/ids.ts';
import { asStored, type BusinessRule } from './rules.ts';
import { readStamp } from './stamps.ts';

/** One saved state of a row. The list of them is the ground truth that tests judge by. */
export interface RowVersion {
  readonly fields: Fields;
  readonly by: string;
  /** When it was saved, by the test's clock, in milliseconds. */
  readonly at: number;
  /** The desk's own stamp: its clock, in its resolution. */
  readonly stamp: string;
  readonly count: number;
  /** Queries see this version from then on. */
  readonly visibleAt: number;
  /** Saved under the stamp and the count of the version before it: in no list of changes. */
  readonly unstamped?: true;
}

export interface Row {
  readonly object: string;
  readonly id: string;
  readonly number: string;
  /** Oldest first. */
  readonly versions: RowVersion[];
  deleted: boolean;
  /** The desk's stamp of its deletion. */
  deletedAt?: string;
  /** Deleted since it was merged into this record. */
  into?: string;
  /** An access rule keeps it from our user: answers leave it out and still count it. */
  hidden: boolean;
}

export interface DeskOptions {
  readonly side: Side;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly rules: readonly BusinessRule[];
  /** Both vendors keep whole seconds; a finer stamp helps tests that are about something else. */
  readonly stampMs: number;
  /** The desk's clock less ours. */
  readonly clockOffsetMs: number;
}

/** The rows of one side and how they are saved. Knows nothing of faults and of who may see what. */
export class MemoryDesk {
  readonly #options: DeskOptions;
  readonly #rows = new Map<string, Row>();
  #drawn = 0;
  /** How long a save stays invisible to queries. */
  lagMs = 0;
  /** The desk's clock less ours; at first as in the options. */
  clockOffsetMs: number;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.clockOffsetMs = options.clockOffsetMs;
  }

  /** The desk's own time, in milliseconds. */
  now(): number {
    return this.#options.clock.now() + this.clockOffsetMs;
  }

  row(object: string, id: string): Row | undefined {
    return this.#rows.get(`${object} ${id}`);
  }

  /** Every row that was not deleted. */
  rows(object: string): readonly Row[] {
    return [...this.#rows.values()].filter((row) => row.object === object && !row.deleted);
  }

  insert(object: string, fields: Fields, by: string, id: string = this.#newId()): Row {
    this.#drawn += 1;
    const { side } = this.#options;
    const number =
      side === 'servicenow' ? `INC${String(this.#drawn).padStart(7, '0')}` : String(this.#drawn).padStart(8, '0');
    const row: Row = { object, id, number, versions: [], deleted: false, hidden: false };
    this.#rows.set(`${object} ${id}`, row);
    row.versions.push(this.#version(this.#ruled(object, null, fields, by), by, 0));
    return row;
  }

  /** Saves what differs. ServiceNow commits nothing when nothing differs; Salesforce stamps the row all the same. */
  update(row: Row, fields: Fields, by: string): void {
    const last = current(row);
    const after = this.#ruled(row.object, last.fields, fields, by);
    if (this.#options.side === 'servicenow' && sameFields(last.fields, after)) return;
    row.versions.push(this.#version(after, by, last.count + 1));
  }

  /** Changes a row and leaves its stamp and counter as they are, past all rules: an import, a script without automatic fields. */
  slip(row: Row, fields: Fields, by: string): void {
    const last = current(row);
    const { side, clock } = this.#options;
    const stored = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, asStored(side, value)]));
    const after = Object.freeze({ ...last.fields, ...stored });
    if (sameFields(last.fields, after)) return;
    const at = clock.now();
    row.versions.push({ ...last, fields: after, by, at, visibleAt: at + this.lagMs, unstamped: true });
  }

  /** Takes a row out of every query. */
  remove(row: Row): void {
    const { stampMs } = this.#options;
    row.deleted = true;
    row.deletedAt = iso(Math.floor(this.now() / stampMs) * stampMs);
  }

  /** Every row that was deleted. */
  deleted(object: string): readonly Row[] {
    return [...this.#rows.values()].filter((row) => row.object === object && row.deleted);
  }

  /** Saves a row as it is, under a new stamp: as when it comes back from the recycle bin. */
  touch(row: Row, by: string): void {
    const last = current(row);
    row.versions.push(this.#version(last.fields, by, last.count + 1));
  }

  record(row: Row, names: readonly string[], version: RowVersion = current(row)): SourceRecord {
    const { side } = this.#options;
    const stamp = readStamp(side, version.fields);
    return {
      side,
      object: row.object,
      id: row.id,
      number: row.number,
      version: { stamp: version.stamp, count: side === 'servicenow' ? version.count : null },
      createdAt: row.versions[0]?.stamp ?? version.stamp,
      updatedBy: version.by,
      partnerId: stamp.partnerId,
      stampTaken: stamp.taken,
      fields: Object.fromEntries(names.map((name) => [name, version.fields[name] ?? null])),
    };
  }

  /** The version that queries see now; undefined while none is visible. */
  visible(row: Row): RowVersion | undefined {
    return row.versions.findLast((version) => version.visibleAt <= this.#options.clock.now());
  }

  #ruled(object: string, before: Fields | null, written: Fields, by: string): Fields {
    const { side, rules } = this.#options;
    const stored = Object.fromEntries(Object.entries(written).map(([name, value]) => [name, asStored(side, value)]));
    return rules.reduce<Fields>((after, rule) => rule({ object, before, after, by }), { ...before, ...stored });
  }

  #version(fields: Fields, by: string, count: number): RowVersion {
    const { stampMs, clock } = this.#options;
    const stamp = iso(Math.floor(this.now() / stampMs) * stampMs);
    return { fields: Object.freeze(fields), by, at: clock.now(), stamp, count, visibleAt: clock.now() + this.lagMs };
  }

  #newId(): string {
    const { side, ids } = this.#options;
    if (side === 'servicenow') return ids.sysId();
    const id15 = `500${String(this.#drawn + 1).padStart(12, '0')}`;
    return normaliseId(id15) ?? id15;
  }
}

/** The state a row is in. A row is never without one. */
export function current(row: Row): RowVersion {
  const last = row.versions.at(-1);
  if (last === undefined) throw new Error(`row ${row.id} has no version`);
  return last;
}

function sameFields(a: Fields, b: Fields): boolean {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => (a[name] ?? null) === (b[name] ?? null));
}
