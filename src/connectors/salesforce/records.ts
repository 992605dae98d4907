import type { Fields, FieldValue, SourceRecord } from '../../core/record.ts';
import { ConnectorError } from '../errors.ts';
import { normaliseId, normaliseStamp } from './ids.ts';
import { distinctFields } from './soql.ts';
import type { Row } from './wire.ts';

/** The external id on Case that carries our stamp. */
export const stampField = 'ServiceNow_Id__c';

/** The field that people call a record by. */
function numberOf(object: string): string | undefined {
  return object === 'Case' ? 'CaseNumber' : undefined;
}

/** What a query must select so that `toRecord` can build a record with the wanted fields. */
export function selection(object: string, wanted: readonly string[]): readonly string[] {
  const number = numberOf(object);
  const own = [
    'Id',
    ...(number === undefined ? [] : [number]),
    'SystemModstamp',
    'CreatedDate',
    'LastModifiedById',
    stampField,
    'IsDeleted',
  ];
  return distinctFields([...own, ...wanted]);
}

/** The same for a read by id, which finds deleted records, too: the loser of a merge names the Case that took its place. */
export function readSelection(object: string, wanted: readonly string[]): readonly string[] {
  return selection(object, object === 'Case' ? [...wanted, 'MasterRecordId'] : wanted);
}

/** A time of a day that every month has, in UTC: most of them, and a call of Date each is dear. */
const plainTime =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}(?:\+0000|Z)$/;

/** `2024-01-01T00:00:00.000+0000` (rec: query-case-page) as ISO 8601 with `Z`; null for what is no time. */
export function isoTime(wire: unknown): string | null {
  if (typeof wire !== 'string') return null;
  if (plainTime.test(wire)) return `${wire.slice(0, 23)}Z`;
  const ms = Date.parse(wire.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** Names are case-insensitive going in and canonical coming back. */
function valueAt(row: unknown, path: readonly string[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return row;
  if (typeof row !== 'object' || row === null) return null;
  const found = Object.entries(row).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return found === undefined ? null : valueAt(found[1], rest);
}

function fieldValue(value: unknown): FieldValue {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value === '' ? null : value;
  return null;
}

/** The wanted fields of a row, under the names they were asked by. */
export function pick(row: Row, wanted: readonly string[]): Fields {
  return Object.fromEntries(
    wanted.map((name) => [name, fieldValue(Object.hasOwn(row, name) ? row[name] : valueAt(row, name.split('.')))]),
  );
}

function unreadable(object: string, what: string): ConnectorError {
  return new ConnectorError('Unavailable', {
    side: 'salesforce',
    executed: 'maybe',
    cause: 'unreadable-answer',
    answer: `a ${object} row without ${what}`,
  });
}

/** A text of the row; `''` where there is none. */
export function textOf(row: Row, name: string): string {
  const value = row[name];
  return typeof value === 'string' ? value : '';
}

/** True for a row of the recycle bin; only queryAll returns them. */
export function isDeleted(row: Row): boolean {
  return row['IsDeleted'] === true;
}

/** The row's id in 18 characters. Throws Unavailable for a row whose id is none. */
export function rowId(object: string, row: Row): string {
  const id = normaliseId(row.Id);
  if (id === null) throw unreadable(object, 'a valid Id');
  return id;
}

/** A row as a record. Throws Unavailable when Id, SystemModstamp or CreatedDate cannot be read. */
export function toRecord(object: string, row: Row, wanted: readonly string[]): SourceRecord {
  const stamp = isoTime(row.SystemModstamp);
  const createdAt = isoTime(row.CreatedDate);
  if (stamp === null || createdAt === null) throw unreadable(object, 'SystemModstamp and CreatedDate');
  const number = numberOf(object);
  const stampValue = fieldValue(row[stampField]);
  const partnerId = typeof stampValue === 'string' ? normaliseStamp(stampValue) : null;
  const updatedBy = row['LastModifiedById'];
  return {
    side: 'salesforce',
    object,
    id: rowId(object, row),
    number: number === undefined ? null : ((fieldValue(row[number]) as string | null) ?? null),
    version: { stamp, count: null },
    createdAt,
    updatedBy: typeof updatedBy === 'string' ? (normaliseId(updatedBy) ?? updatedBy) : null,
    partnerId,
    stampTaken: stampValue !== null && partnerId === null,
    fields: pick(row, wanted),
  };
}

/** A row as a record; null for one that cannot be understood, which must not spoil its neighbours. */
export function toRecordIfReadable(object: string, row: Row, wanted: readonly string[]): SourceRecord | null {
  try {
    return toRecord(object, row, wanted);
  } catch (error) {
    if (error instanceof ConnectorError) return null;
    throw error;
  }
}

/** The record with only these of its fields. */
export function narrow(record: SourceRecord, wanted: readonly string[]): SourceRecord {
  return { ...record, fields: Object.fromEntries(wanted.map((name) => [name, record.fields[name] ?? null])) };
}
