import type { Side } from './side.ts';

/** A value as a desk's API holds it. Connectors turn `''` into `null`; ServiceNow values are always text. */
export type FieldValue = string | number | boolean | null;

export type Fields = Readonly<Record<string, FieldValue>>;

/** What a desk says about how fresh a record is. */
export interface Version {
  /** Last change in UTC, ISO 8601 with milliseconds: `sys_updated_on`, `SystemModstamp`. */
  readonly stamp: string;
  /** `sys_mod_count`; null where the desk has no such counter (Salesforce). */
  readonly count: number | null;
}

/** One record as read from a desk. Ids are normalised: 32 hex digits, or 18 characters. */
export interface SourceRecord {
  readonly side: Side;
  /** Table or object: `incident`, `Case`. */
  readonly object: string;
  readonly id: string;
  /** `INC0010042`, `00001007`. */
  readonly number: string | null;
  readonly version: Version;
  /** UTC, ISO 8601 with milliseconds. */
  readonly createdAt: string;
  /** User name or id of whoever changed it last, as the desk names them. */
  readonly updatedBy: string | null;
  /** The id that our stamp on this record names (`ServiceNow_Id__c`, `correlation_id`); null when it carries none of ours. */
  readonly partnerId: string | null;
  /** True where the stamp's field holds something that is not ours (a monitoring tool's key). */
  readonly stampTaken: boolean;
  /** The fields that were asked for, by their API names. */
  readonly fields: Fields;
}

/** Two versions are the same only if every part is. */
export function sameVersion(a: Version | null, b: Version | null): boolean {
  return a !== null && b !== null && a.stamp === b.stamp && a.count === b.count;
}

/**
 * A value as it can be kept: without NUL and with lone surrogates replaced, since Postgres stores neither in text or JSON.
 * The record itself keeps what it has; field rules see no difference.
 */
export function storable(value: FieldValue): FieldValue {
  return typeof value === 'string' ? value.replaceAll('\u0000', '').toWellFormed() : value;
}

/** What `record` holds in a native field; undefined where the answer left the field out. */
export function valueIn(record: SourceRecord, field: string): FieldValue | undefined {
  const value = Object.hasOwn(record.fields, field) ? record.fields[field] : undefined;
  return value === undefined ? undefined : storable(value);
}
