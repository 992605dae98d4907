import { glideTime } from './clock-text.ts';
import type { DateStyle } from './clock-text.ts';
import type { Database, Row } from './database.ts';
import { incoming } from './incoming.ts';
import type { InputStyle } from './incoming.ts';
import { refusals } from './refusal.ts';
import type { Rights } from './rights.ts';
import type { Automation } from './automation.ts';
import { applyRules } from './rules.ts';
import type { Draft } from './rules.ts';
import type { Users } from './users.ts';

/** Who writes, and through which door. */
export interface Actor {
  readonly userName: string;
  readonly viaApi: boolean;
  readonly inputDisplay?: boolean;
}

export type Given = Readonly<Record<string, unknown>>;

const journalFields = ['comments', 'work_notes'] as const;

export interface RecordsOptions {
  readonly database: Database;
  readonly users: Users;
  readonly rights: Rights;
  readonly now: () => number;
  /** 32 lower-case hex digits. */
  readonly newId: () => string;
  readonly automation: Automation;
}

/** The way into the tables: rules, data policies, stamps, history and journals, for API and people alike. */
export class Records {
  readonly #options: RecordsOptions;
  readonly #counters = new Map<string, number>();
  /** Rows that were deleted, by id: what an administrator can put back (Deleted Records). */
  readonly #deleted = new Map<string, { readonly table: string; readonly row: Row }>();

  constructor(options: RecordsOptions) {
    this.#options = options;
  }

  /** Stores a new row and returns it. Throws a Refusal where a rule or policy says no. */
  insert(table: string, given: Given, actor: Actor): Row {
    const { database, users, newId } = this.#options;
    const now = this.#now();
    const id = chosenId(given) ?? newId();
    // Nobody has recorded the answer to a second insert under one sys_id; that it fails on the unique key is certain.
    if (database.find(table, id) !== null) throw refusals.duplicate(id);
    const userId = users.idOf(actor.userName);
    const draft = this.#blank(table, actor.userName, now, id, userId);
    const journals = this.#fill(table, draft, given, actor);
    this.#number(table, draft);
    applyRules({
      table,
      before: null,
      draft,
      database,
      now,
      userId,
      userName: actor.userName,
      journals,
      viaApi: actor.viaApi,
      automation: this.#options.automation,
    });
    database.put(table, { ...draft }, this.#options.now());
    this.#writeJournals(table, id, journals, actor, now);
    return database.get(table, id) ?? draft;
  }

  /** Changes a row and returns it as it stands; one that comes to the same values is left untouched, stamps and all. */
  update(table: string, before: Row, given: Given, actor: Actor): Row {
    const { database, users } = this.#options;
    const now = this.#now();
    const draft: Draft = { ...before };
    const userId = users.idOf(actor.userName);
    const journals = this.#fill(table, draft, given, actor);
    applyRules({
      table,
      before,
      draft,
      database,
      now,
      userId,
      userName: actor.userName,
      journals,
      viaApi: actor.viaApi,
      automation: this.#options.automation,
    });
    const changed = Object.keys(draft).filter((field) => draft[field] !== before[field]);
    // An update to equal values commits nothing (practitioners' knowledge; no recording contradicts it).
    if (changed.length === 0 && Object.keys(journals).length === 0) return before;
    this.#stamp(draft, actor.userName, now);
    database.put(table, draft, this.#options.now());
    this.#audit(table, before, draft, changed, actor.userName, now);
    this.#writeJournals(table, before['sys_id'] ?? '', journals, actor, now);
    return draft;
  }

  /** Takes a row away; audited classes leave a row in sys_audit_delete under their real class. */
  remove(table: string, row: Row, actor: Actor): void {
    const { database } = this.#options;
    const id = row['sys_id'] ?? '';
    database.remove(table, id);
    this.#deleted.set(id, { table, row });
    const spec = database.schema.table(table);
    if (spec?.audited !== true) return;
    this.#plain(
      'sys_audit_delete',
      { tablename: table, documentkey: id, display_value: row[spec.display] ?? '', user: actor.userName },
      actor.userName,
    );
  }

  /**
   * Puts a deleted row back under its id, and takes the account of its deletion out of the log. No source says whether that moves its
   * stamp: `touched` says it here.
   */
  restore(id: string, actor: Actor, touched: boolean): Row {
    const { database } = this.#options;
    const gone = this.#deleted.get(id);
    if (gone === undefined) throw new Error(`no deleted row ${id}`);
    const row: Draft = { ...gone.row };
    if (touched) this.#stamp(row, actor.userName, this.#now());
    database.put(gone.table, row, this.#options.now());
    this.#deleted.delete(id);
    for (const entry of [...database.rows('sys_audit_delete')].filter((one) => one['documentkey'] === id))
      database.remove('sys_audit_delete', entry['sys_id'] ?? '');
    return row;
  }

  /** Stores a row of a platform table as given, without rules. */
  platform(table: string, values: Readonly<Record<string, string>>, by: string): Row {
    return this.#plain(table, values, by);
  }

  counters(): readonly (readonly [string, number])[] {
    return [...this.#counters];
  }

  restoreCounters(counters: readonly (readonly [string, number])[]): void {
    for (const [prefix, last] of counters) this.#counters.set(prefix, last);
  }

  #now(): string {
    return glideTime(this.#options.now());
  }

  #blank(table: string, by: string, now: string, id: string, userId: string): Draft {
    const { schema } = this.#options.database;
    const draft: Draft = {};
    for (const column of schema.columns(table).values()) draft[column.name] = column.initial ?? '';
    Object.assign(draft, {
      sys_id: id,
      sys_created_on: now,
      sys_created_by: by,
      sys_updated_on: now,
      sys_updated_by: by,
      sys_mod_count: '0',
    });
    if (schema.ancestors(table).includes('task'))
      Object.assign(draft, { sys_class_name: table, opened_at: now, opened_by: userId });
    return draft;
  }

  /** Puts what was given into the draft; unknown members and columns that cannot be written are ignored. Returns the journal texts. */
  #fill(table: string, draft: Draft, given: Given, actor: Actor): Readonly<Record<string, string>> {
    const { database, rights } = this.#options;
    const tables = database.schema.ancestors(table);
    const style: InputStyle = { display: actor.inputDisplay === true, dates: this.#dates(actor) };
    const journals: Record<string, string> = {};
    for (const [name, value] of Object.entries(given)) {
      const column = database.schema.column(table, name);
      if (column === undefined || column.readOnly === true) continue;
      if (actor.viaApi && !rights.writesField(actor.userName, tables, name)) continue;
      const stored = incoming(database, column, value, style);
      if (stored === null) continue;
      if (column.type !== 'journal_input') draft[name] = stored;
      else if (stored !== '') journals[name] = stored;
    }
    return journals;
  }

  #dates(actor: Actor): DateStyle {
    return this.#options.users.styleOf(actor.userName);
  }

  #number(table: string, draft: Draft): void {
    const { schema } = this.#options.database;
    const numbering = schema.table(table)?.numbering;
    if (numbering === undefined) return;
    if ((draft['number'] ?? '') === '') {
      const next = (this.#counters.get(numbering.prefix) ?? numbering.start) + 1;
      this.#counters.set(numbering.prefix, next);
      draft['number'] = `${numbering.prefix}${String(next).padStart(7, '0')}`;
    }
    draft['task_effective_number'] = draft['number'] ?? '';
  }

  #stamp(draft: Draft, by: string, now: string): void {
    draft['sys_updated_on'] = now;
    draft['sys_updated_by'] = by;
    draft['sys_mod_count'] = String(Number(draft['sys_mod_count'] ?? '0') + 1);
  }

  #audit(table: string, before: Row, after: Row, changed: readonly string[], by: string, now: string): void {
    if (this.#options.database.schema.table(table)?.audited !== true) return;
    for (const field of changed) {
      if (field.startsWith('sys_')) continue;
      const values = {
        tablename: table,
        documentkey: after['sys_id'] ?? '',
        fieldname: field,
        oldvalue: before[field] ?? '',
        newvalue: after[field] ?? '',
        user: by,
        record_checkpoint: after['sys_mod_count'] ?? '',
      };
      this.#plain('sys_audit', values, by, now);
    }
  }

  #writeJournals(
    table: string,
    id: string,
    journals: Readonly<Record<string, string>>,
    actor: Actor,
    now: string,
  ): void {
    for (const element of journalFields) {
      const value = journals[element];
      if (value !== undefined)
        this.#plain('sys_journal_field', { name: table, element, element_id: id, value }, actor.userName, now);
    }
  }

  #plain(table: string, values: Readonly<Record<string, string>>, by: string, now = this.#now()): Row {
    const { database, newId } = this.#options;
    const id = values['sys_id'] ?? newId();
    const row = { ...this.#blank(table, by, now, id, ''), ...values, sys_id: id };
    database.put(table, row, this.#options.now());
    return row;
  }
}

/** A client may choose the sys_id of a new row: any 32 characters, kept in their letter case (PySNC, test_insert_custom_guid). */
function chosenId(given: Given): string | null {
  const id = given['sys_id'];
  return typeof id === 'string' && id.length === 32 ? id : null;
}
