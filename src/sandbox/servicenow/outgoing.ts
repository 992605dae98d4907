import type { JournalLabels, Properties } from './api.ts';
import { displayDuration, displayTime } from './clock-text.ts';
import type { DateStyle } from './clock-text.ts';
import type { Database, Row } from './database.ts';
import { valueOf, walk } from './matching.ts';
import type { Column } from './schema.ts';
import type { Users } from './users.ts';

export type DisplayMode = 'false' | 'true' | 'all';

export interface View {
  readonly mode: DisplayMode;
  readonly excludeLinks: boolean;
  /** `https://host/api/now/v2/table/`: where reference links begin. */
  readonly linkBase: string;
  readonly dates: DateStyle;
  /** Null for every readable column. */
  readonly fields: readonly string[] | null;
  readonly readable: (table: string, field: string) => boolean;
}

/** Turns stored rows into what the API shows. */
export class Outgoing {
  readonly #database: Database;
  readonly #users: Users;
  readonly #properties: Properties;

  constructor(database: Database, users: Users, properties: Properties) {
    this.#database = database;
    this.#users = users;
    this.#properties = properties;
  }

  /** One row. Empty fields are `''`, never left out; what is left out is unreadable, unknown or was not asked for. */
  row(table: string, row: Row, view: View): Record<string, unknown> {
    const { schema } = this.#database;
    const own = schema.table(row['sys_class_name'] ?? '') === undefined ? table : (row['sys_class_name'] ?? table);
    // A base table shows its own columns, not those of the row's class.
    const names = view.fields ?? [...schema.columns(table).keys()].filter((name) => hasColumn(table, name));
    const shown: Record<string, unknown> = {};
    for (const name of names) {
      const steps = walk(this.#database, table, name);
      if (steps === null || !steps.every(([at, field]) => view.readable(at, field))) continue;
      const { value, column } = valueOf(this.#database, own, row, name);
      if (column !== undefined) shown[name] = this.#field(row, column, value, view);
    }
    return shown;
  }

  /** Display value of one column, as people see it. */
  display(row: Row, column: Column, value: string, dates: DateStyle): string | null {
    if (column.type === 'journal_input' || column.type === 'journal_list')
      return this.#journal(row, column.name, dates);
    if (value === '') return column.emptyDisplay === undefined ? '' : column.emptyDisplay;
    if (column.choices !== undefined) return column.choices.find((choice) => choice.value === value)?.label ?? value;
    switch (column.type) {
      case 'reference':
        return this.#referenceName(column, value);
      case 'glide_date_time':
      case 'due_date':
        return displayTime(value, dates);
      case 'glide_duration':
        return displayDuration(value);
      case 'integer':
        return Number.isNaN(Number(value)) ? value : Number(value).toLocaleString('en-US');
      case 'password2':
        return '********';
      default:
        return column.name === 'sys_class_name' ? (this.#database.schema.table(value)?.label ?? value) : value;
    }
  }

  #field(row: Row, column: Column, value: string, view: View): unknown {
    // A journal reads as '' in value mode, even in the answer to the write that filled it (table-patch-incident-doc).
    const plain = column.type === 'journal_input' || column.type === 'journal_list' ? '' : value;
    const isReference = column.type === 'reference' && plain !== '';
    const link = isReference && !view.excludeLinks ? { link: this.#link(column, plain, view) } : {};
    if (view.mode === 'false') return isReference && !view.excludeLinks ? { ...link, value: plain } : plain;
    const shown = this.display(row, column, value, view.dates);
    if (view.mode === 'true') return isReference && !view.excludeLinks ? { display_value: shown, ...link } : shown;
    return { display_value: shown, ...link, value: plain };
  }

  // Links name the table the column declares, not the class of the row (table-list-incident-v2-unknown-params-rec). The
  // dictionary's own type column links by name instead (several public mocks agree).
  #link(column: Column, value: string, view: View): string {
    return `${view.linkBase}${column.reference ?? ''}${column.name === 'internal_type' ? '?name=' : '/'}${value}`;
  }

  #referenceName(column: Column, value: string): string {
    const spec = column.reference === undefined ? undefined : this.#database.schema.table(column.reference);
    if (spec === undefined) return value;
    const target = this.#database.get(spec.name, value);
    // A reference to nothing displays as nothing, except sys_domain, whose value is its name.
    if (target === null) return column.name === 'sys_domain' ? value : '';
    return target[spec.display] ?? '';
  }

  /** Newest first, `<date> - <author> (<label>)\n<text>\n\n`, also after the last one (table-patch-comment-display-true-rec). */
  #journal(row: Row, field: string, dates: DateStyle): string {
    const labels = this.#labels(dates.language);
    const entries = this.#database.lookUp('sys_journal_field', 'element_id', [row['sys_id'] ?? '']) ?? [];
    const text = [...entries]
      .filter((entry) => field === 'comments_and_work_notes' || entry['element'] === field)
      .reverse()
      .map((entry) => {
        const head = `${displayTime(entry['sys_created_on'] ?? '', dates)} - ${this.#users.displayName(entry['sys_created_by'] ?? '')}`;
        return `${head} (${labels[entry['element'] === 'work_notes' ? 'work_notes' : 'comments']})\n${entry['value'] ?? ''}\n\n`;
      })
      .join('');
    return text.slice(0, this.#properties.maxJournalSize);
  }

  #labels(language: string): JournalLabels {
    const { journalLabels } = this.#properties;
    return journalLabels[language] ?? journalLabels['en'] ?? { comments: '', work_notes: '' };
  }
}

// Recorded rows of sys_journal_field have no update columns (journal-rows-incident-rec).
function hasColumn(table: string, name: string): boolean {
  return table !== 'sys_journal_field' || !['sys_updated_on', 'sys_updated_by', 'sys_mod_count'].includes(name);
}
