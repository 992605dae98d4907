import type { Fields, FieldValue } from '../../core/record.ts';
import { bothSides, type Side } from '../../core/side.ts';

/** One save as a desk's own automation sees it. */
export interface Save {
  readonly object: string;
  /** Null on an insert. */
  readonly before: Fields | null;
  readonly after: Fields;
  readonly by: string;
}

/** Returns the fields that the desk makes of a save; runs on people's saves and on ours alike. */
export type BusinessRule = (save: Save) => Fields;

/** A validation rule or data policy: what the desk says when it refuses a save of ours, or null. */
export type Validation = (
  save: Save,
) => { readonly code: string; readonly fields?: readonly string[]; readonly answer?: string } | null;

/** Cuts trailing blanks of these fields. */
export function trimsBlanks(...fields: readonly string[]): BusinessRule {
  return changing(fields, (value) => (typeof value === 'string' ? value.trimEnd() || null : value));
}

/** Stores line ends as CRLF. */
export function storesCrlf(...fields: readonly string[]): BusinessRule {
  return changing(fields, (value) => (typeof value === 'string' ? value.replace(/\r?\n/g, '\r\n') : value));
}

/** Computes a field from the others, whatever was written to it. */
export function computes(field: string, from: (fields: Fields) => FieldValue): BusinessRule {
  return ({ after }) => ({ ...after, [field]: from(after) });
}

function changing(fields: readonly string[], change: (value: FieldValue) => FieldValue): BusinessRule {
  return ({ after }) => {
    const changed = fields
      .filter((field) => after[field] !== undefined)
      .map((field) => [field, change(after[field] ?? null)]);
    return { ...after, ...(Object.fromEntries(changed) as Fields) };
  };
}

/** A value as the side's API holds it: ServiceNow knows only text; `''` is nothing on both. */
export function asStored(side: Side, value: FieldValue): FieldValue {
  if (value === '' || value === null) return null;
  return side === 'servicenow' ? String(value) : value;
}

/** Fields that carry our stamp. */
export const stampFields: Readonly<Record<Side, string>> = bothSides((side) =>
  side === 'servicenow' ? 'correlation_id' : 'ServiceNow_Id__c',
);

export const stampOwner = { field: 'correlation_display', value: 'Salesforce' } as const;
