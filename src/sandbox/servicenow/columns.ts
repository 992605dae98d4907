import type { Choice, Column } from './schema.ts';

type Extra = Partial<Omit<Column, 'name' | 'label' | 'type'>>;

/** `1:New 2:In Progress` written as pairs. */
export function choices(...pairs: readonly (readonly [string, string])[]): readonly Choice[] {
  return pairs.map(([value, label]) => ({ value, label }));
}

export const text = (name: string, label: string, length = 40, extra: Extra = {}): Column => ({
  name,
  label,
  type: 'string',
  length,
  ...extra,
});
export const whole = (name: string, label: string, extra: Extra = {}): Column => ({
  name,
  label,
  type: 'integer',
  length: 40,
  ...extra,
});
export const flag = (name: string, label: string, initial = 'false', extra: Extra = {}): Column => ({
  name,
  label,
  type: 'boolean',
  length: 40,
  initial,
  ...extra,
});
export const time = (name: string, label: string, extra: Extra = {}): Column => ({
  name,
  label,
  type: 'glide_date_time',
  length: 40,
  ...extra,
});
export const due = (name: string, label: string): Column => ({
  name,
  label,
  type: 'due_date',
  length: 40,
  emptyDisplay: 'UNKNOWN',
});
export const span = (name: string, label: string): Column => ({ name, label, type: 'glide_duration', length: 40 });
export const list = (name: string, label: string, reference: string): Column => ({
  name,
  label,
  type: 'glide_list',
  length: 4000,
  reference,
});
export const journal = (name: string, label: string): Column => ({ name, label, type: 'journal_input', length: 4000 });

// References are not validated: any text is stored, cut to 32 characters (recorded: table-post-reference-as-object-rec).
export const ref = (name: string, label: string, reference: string, extra: Extra = {}): Column => ({
  name,
  label,
  type: 'reference',
  length: 32,
  reference,
  ...extra,
});

export const pick = (name: string, label: string, of: readonly Choice[], extra: Extra = {}): Column => ({
  name,
  label,
  type: 'string',
  length: 40,
  choices: of,
  ...extra,
});
export const pickNumber = (name: string, label: string, of: readonly Choice[], extra: Extra = {}): Column => ({
  ...pick(name, label, of, extra),
  type: 'integer',
});

/** Columns every table has. */
export const systemColumns: readonly Column[] = [
  { name: 'sys_id', label: 'Sys ID', type: 'GUID', length: 32, readOnly: true, unique: true },
  time('sys_created_on', 'Created', { readOnly: true }),
  text('sys_created_by', 'Created by', 40, { readOnly: true }),
  time('sys_updated_on', 'Updated', { readOnly: true }),
  text('sys_updated_by', 'Updated by', 40, { readOnly: true }),
  whole('sys_mod_count', 'Updates', { readOnly: true, initial: '0' }),
  text('sys_tags', 'Tags', 255, { readOnly: true }),
];
