import { z } from 'zod';
import type { Fields, FieldValue, SourceRecord } from '../../core/record.ts';
import { readStamp } from './stamp.ts';
import { fromWireTime } from './wire-time.ts';

/** Read with every record, so that it can be named, dated and recognised. */
export const identityFields = [
  'sys_id',
  'number',
  'sys_updated_on',
  'sys_mod_count',
  'sys_created_on',
  'sys_updated_by',
  'correlation_id',
  'correlation_display',
] as const;

/**
 * A decoded row. `hidden`: a field that was asked for is not there. An empty field comes as `""`; a missing one may not be read,
 * which says nothing about its value and must not be taken for empty.
 */
export type DecodedRow =
  | { readonly kind: 'record'; readonly record: SourceRecord }
  | { readonly kind: 'hidden'; readonly id: string | null; readonly fields: readonly string[] };

export type Row = Readonly<Record<string, unknown>>;

/** Rows are taken as they came, and each cell is looked at when it is read: to copy them costs as much as to parse their JSON. */
const row = z.custom<Row>(isRow);

/** A row that is no row decodes as one whose id is hidden: it must not spoil its neighbours. */
const anyRow = z.unknown().transform((value): Row => (isRow(value) ? value : {}));

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const listAnswer = z.looseObject({ result: z.array(anyRow) });
export const oneAnswer = z.looseObject({ result: row });

/** A `sys_id` in its normal form, or null if it is none. */
export function normalId(text: string): string | null {
  const id = text.toLowerCase();
  return /^[0-9a-f]{32}$/.test(id) ? id : null;
}

/**
 * One cell as text, or a reference (`{ link, value }`, when links were not excluded); null if empty, which some choices are by `null`;
 * undefined if absent or of a shape the Table API does not answer with.
 */
export function textOf(wire: Row, name: string): string | null | undefined {
  const cell = wire[name];
  if (cell === null) return null;
  const text = isRow(cell) ? cell['value'] : cell;
  if (typeof text !== 'string') return undefined;
  return text === '' ? null : text;
}

/** What to ask for, without repeats. */
export function fieldList(fields: readonly string[]): readonly string[] {
  return [...new Set([...identityFields, ...fields])];
}

/** Turns a row of the Table API (display values off) into a record with `fields`. */
export function decodeRow(object: string, wire: Row, fields: readonly string[]): DecodedRow {
  const id = normalId(textOf(wire, 'sys_id') ?? '');
  const stamp = fromWireTime(textOf(wire, 'sys_updated_on') ?? '');
  const createdAt = fromWireTime(textOf(wire, 'sys_created_on') ?? '');
  const correlation = textOf(wire, 'correlation_id');
  const values = fields.map((name) => [name, textOf(wire, name)] as const);
  const missing = [
    ...(stamp === null ? ['sys_updated_on'] : []),
    ...(createdAt === null ? ['sys_created_on'] : []),
    ...(correlation === undefined ? ['correlation_id'] : []),
    ...values.filter(([, value]) => value === undefined).map(([name]) => name),
  ];
  if (id === null) return { kind: 'hidden', id, fields: ['sys_id'] };
  if (stamp === null || createdAt === null || correlation === undefined || missing.length > 0) {
    return { kind: 'hidden', id, fields: [...new Set(missing)] };
  }
  const { partnerId, taken } = readStamp(correlation, textOf(wire, 'correlation_display') ?? null);
  return {
    kind: 'record',
    record: {
      side: 'servicenow',
      object,
      id,
      number: textOf(wire, 'number') ?? null,
      version: { stamp, count: countOf(textOf(wire, 'sys_mod_count')) },
      createdAt,
      updatedBy: textOf(wire, 'sys_updated_by') ?? null,
      partnerId,
      stampTaken: taken,
      fields: Object.fromEntries(values.map(([name, value]) => [name, value ?? null])),
    },
  };
}

function countOf(text: string | null | undefined): number | null {
  return text !== null && text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

/** Fields as a Table API body: everything is text there, and `""` empties a field. */
export function encodeFields(fields: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, encodeValue(value)]));
}

function encodeValue(value: FieldValue): string {
  return value === null ? '' : String(value);
}
