import type { Instance } from './api.ts';
import type { Row } from './database.ts';
import { escapeHtml, page } from './html.ts';
import type { Column } from './schema.ts';

interface ListView {
  readonly table: string;
  readonly tables: readonly string[];
  readonly rows: readonly Row[];
  readonly sought: string;
}

interface TicketView {
  readonly table: string;
  readonly row: Row;
  /** What the instance said to the last attempt. */
  readonly problem: string | null;
  readonly person: string;
}

const listed = [
  'number',
  'short_description',
  'state',
  'priority',
  'assigned_to',
  'correlation_id',
  'sys_updated_on',
  'sys_updated_by',
];
const edited = [
  'short_description',
  'description',
  'state',
  'impact',
  'urgency',
  'contact_type',
  'category',
  'hold_reason',
  'close_code',
  'close_notes',
  'assignment_group',
  'assigned_to',
  'caller_id',
];
const shownOnly = [
  'priority',
  'opened_at',
  'resolved_at',
  'closed_at',
  'correlation_id',
  'correlation_display',
  'sys_updated_on',
  'sys_updated_by',
  'sys_mod_count',
  'sys_id',
];

/** The newest 200 tickets of a table. */
export function listPage(instance: Instance, view: ListView): string {
  const { schema } = instance.database;
  const columns = listed.map((name) => schema.column(view.table, name)).filter((column) => column !== undefined);
  const links = view.tables
    .map((name) => `<a href="/?table=${escapeHtml(name)}">${escapeHtml(schema.table(name)?.label ?? name)}</a>`)
    .join(' · ');
  const head = columns.map((column) => `<th>${escapeHtml(column.label)}</th>`).join('');
  const body = view.rows
    .map((row) => `<tr>${columns.map((column) => `<td>${cell(instance, view.table, row, column)}</td>`).join('')}</tr>`)
    .join('\n');
  return page(
    schema.table(view.table)?.label ?? view.table,
    `<p>${links}</p><h1>${escapeHtml(schema.table(view.table)?.label ?? view.table)}s</h1>
<form method="get" action="/"><input type="hidden" name="table" value="${escapeHtml(view.table)}"><input type="search" name="q" value="${escapeHtml(view.sought)}" placeholder="Number or text" aria-label="Search"> <button>Search</button></form>
<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>${view.rows.length === 0 ? '<p>No records to display</p>' : ''}`,
  );
}

/** One ticket with its form, journal and files. */
export function ticketPage(instance: Instance, view: TicketView): string {
  const { table, row } = view;
  const id = row['sys_id'] ?? '';
  const base = `/ticket/${encodeURIComponent(table)}/${encodeURIComponent(id)}`;
  const { schema } = instance.database;
  const inputs = edited.map((name) => schema.column(table, name)).filter((column) => column !== undefined);
  const facts = shownOnly.map((name) => schema.column(table, name)).filter((column) => column !== undefined);
  return page(
    row['number'] ?? id,
    `<h1>${escapeHtml(row['number'] ?? '')}</h1>${view.problem === null ? '' : `<p class="error" role="alert">${escapeHtml(view.problem)}</p>`}
<div class="columns"><section><form method="post" action="${base}/edit">${inputs.map((column) => input(instance, row, column)).join('\n')}<button>Update</button></form></section>
<section><table>${facts.map((column) => `<tr><th>${escapeHtml(column.label)}</th><td>${escapeHtml(shown(instance, row, column))}</td></tr>`).join('')}</table>
<h2>Activity</h2><form method="post" action="${base}/comment"><textarea name="text" rows="3" required aria-label="Text"></textarea>
<label><input type="radio" name="channel" value="public" checked> Additional comments (customer visible)</label>
<label><input type="radio" name="channel" value="internal"> Work notes</label><button>Post as ${escapeHtml(view.person)}</button></form>
${journal(instance, id)}
<h2>Attachments</h2>${files(instance, id)}<form method="post" action="${base}/attach" enctype="multipart/form-data"><input type="file" name="file" required aria-label="File"> <button>Attach</button></form></section></div>`,
  );
}

export function notFoundPage(): string {
  return page('Not found', '<h1>Record not found</h1>');
}

function cell(instance: Instance, table: string, row: Row, column: Column): string {
  const text = escapeHtml(shown(instance, row, column));
  if (column.name !== 'number') return text;
  return `<a href="/ticket/${encodeURIComponent(table)}/${encodeURIComponent(row['sys_id'] ?? '')}">${text}</a>`;
}

// People at the pages read dates as stored: this page is for looking closely.
function shown(instance: Instance, row: Row, column: Column): string {
  const value = row[column.name] ?? '';
  if (column.type === 'glide_date_time') return value === '' ? '' : `${value} UTC`;
  return value === ''
    ? ''
    : (instance.outgoing.display(row, column, value, { zone: 'UTC', format: 'yyyy-MM-dd HH:mm:ss', language: 'en' }) ??
        '');
}

function input(instance: Instance, row: Row, column: Column): string {
  const value = row[column.name] ?? '';
  const label = escapeHtml(column.label);
  const name = escapeHtml(column.name);
  const options = optionsOf(instance, column);
  if (options !== null) {
    const choices = [{ value: '', label: '-- None --' }, ...options];
    return `<label>${label} <select name="${name}">${choices.map((choice) => `<option value="${escapeHtml(choice.value)}"${choice.value === value ? ' selected' : ''}>${escapeHtml(choice.label)}</option>`).join('')}</select></label>`;
  }
  // A textarea swallows one leading line break.
  if (column.length > 255)
    return `<label>${label} <textarea name="${name}" rows="4">\n${escapeHtml(value)}</textarea></label>`;
  return `<label>${label} <input name="${name}" value="${escapeHtml(value)}" maxlength="${column.length}"></label>`;
}

function optionsOf(
  instance: Instance,
  column: Column,
): readonly { readonly value: string; readonly label: string }[] | null {
  if (column.choices !== undefined) return column.choices;
  const spec =
    column.type === 'reference' && column.reference !== undefined
      ? instance.database.schema.table(column.reference)
      : undefined;
  if (spec === undefined) return null;
  return [...instance.database.rows(spec.name)]
    .slice(0, 500)
    .map((row) => ({ value: row['sys_id'] ?? '', label: row[spec.display] ?? '' }));
}

function journal(instance: Instance, id: string): string {
  const entries = instance.database.lookUp('sys_journal_field', 'element_id', [id]) ?? [];
  return [...entries]
    .reverse()
    .map((entry) => {
      const internal = entry['element'] === 'work_notes';
      const author = instance.users.displayName(entry['sys_created_by'] ?? '');
      const head = `${entry['sys_created_on'] ?? ''} UTC · ${author} · ${internal ? 'Work notes' : 'Additional comments'}`;
      return `<div class="entry${internal ? ' internal' : ''}"><small>${escapeHtml(head)}</small>\n${escapeHtml(entry['value'] ?? '')}</div>`;
    })
    .join('\n');
}

function files(instance: Instance, id: string): string {
  const rows = instance.database.lookUp('sys_attachment', 'table_sys_id', [id]) ?? [];
  return `<ul>${rows.map((row) => `<li><a href="/attachment/${encodeURIComponent(row['sys_id'] ?? '')}">${escapeHtml(row['file_name'] ?? '')}</a> ${escapeHtml(row['size_bytes'] ?? '')} bytes, ${escapeHtml(row['state'] ?? '')}</li>`).join('')}</ul>`;
}
