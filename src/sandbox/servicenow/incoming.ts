import { parseDisplayTime } from './clock-text.ts';
import type { DateStyle } from './clock-text.ts';
import type { Database } from './database.ts';
import type { Column } from './schema.ts';

export interface InputStyle {
  /** `sysparm_input_display_value=true`: references by name, choices by label, dates in the user's zone (KB0534905). */
  readonly display: boolean;
  readonly dates: DateStyle;
}

/** What a body member becomes when it is stored; null where the value is dropped in silence. */
export function incoming(database: Database, column: Column, given: unknown, style: InputStyle): string | null {
  const raw = asText(given);
  if (column.choices !== undefined) return chosen(column, raw, style);
  // References are not validated: any text is kept, cut to 32 characters (recorded: table-post-reference-as-object-rec).
  if (column.type === 'reference') return (style.display ? byName(database, column, raw) : raw).slice(0, 32);
  if (column.type === 'boolean') return raw === 'true' || raw === '1' ? 'true' : 'false';
  if (column.type === 'glide_date_time' || column.type === 'due_date')
    return style.display ? parseDisplayTime(raw, style.dates) : raw;
  return raw.slice(0, column.length);
}

// A choice cannot be cleared with '' (c_RESTAPI); one that is not on the list is dropped (error-403-data-policy-bad-close-code-rec).
function chosen(column: Column, raw: string, style: InputStyle): string | null {
  const choices = column.choices ?? [];
  if (choices.some((choice) => choice.value === raw)) return raw;
  const byLabel = style.display
    ? choices.find((choice) => choice.label.toLowerCase() === raw.toLowerCase())
    : undefined;
  return byLabel?.value ?? null;
}

function byName(database: Database, column: Column, raw: string): string {
  const spec = column.reference === undefined ? undefined : database.schema.table(column.reference);
  if (spec === undefined || raw === '') return raw;
  if (database.get(spec.name, raw) !== null) return raw;
  const named =
    database.lookUp(spec.name, spec.display, [raw]) ??
    [...database.rows(spec.name)].filter((row) => row[spec.display] === raw);
  return named[0]?.['sys_id'] ?? raw;
}

/** Objects arrive as the platform's own map notation, `{link=…, value=…}`; null as an empty value. */
function asText(given: unknown): string {
  if (given === null || given === undefined) return '';
  if (typeof given === 'string') return given;
  if (typeof given === 'number' || typeof given === 'boolean' || typeof given === 'bigint') return String(given);
  if (Array.isArray(given)) return `[${given.map(asText).join(', ')}]`;
  if (typeof given !== 'object') return '';
  return `{${Object.entries(given)
    .map(([key, value]) => `${key}=${asText(value)}`)
    .join(', ')}}`;
}
