import { ConnectorError } from '../errors.ts';

/** A condition that is already valid SOQL. Only this module makes one. */
export interface Condition {
  readonly soql: string;
}

export interface Query {
  readonly object: string;
  readonly fields: readonly string[];
  readonly where?: Condition;
  /** Field names; always ascending. */
  readonly orderBy?: readonly string[];
  readonly limit?: number;
  /** How many rows there are instead of any field of theirs. */
  readonly count?: boolean;
  readonly children?: readonly ChildQuery[];
}

/** Rows that hang on each row, under the relationship's name: `(SELECT Id FROM CaseComments)`. */
export interface ChildQuery {
  readonly relationship: string;
  readonly fields: readonly string[];
}

const objectName = /^[A-Za-z][A-Za-z0-9_]{0,79}$/;
const fieldName = /^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,5}$/;

/** True for what may stand as a field in SOQL: `Subject`, `ServiceNow_Id__c`, `Owner.Name`. */
export function isFieldName(text: string): boolean {
  return fieldName.test(text) && text.length <= 255;
}

/** True for what may stand as an object in SOQL or in a path. */
export function isObjectName(text: string): boolean {
  return objectName.test(text);
}

function checked(ok: boolean, kind: string, text: string, cause: string): string {
  if (ok) return text;
  const answer = `not a Salesforce ${kind}: ${JSON.stringify(text.slice(0, 80))}`;
  throw new ConnectorError('Rejected', { side: 'salesforce', executed: 'no', cause, answer });
}

const field = (name: string): string => checked(isFieldName(name), 'field name', name, 'unknown-field');

/** The name again. Throws Rejected, cause `unknown-object`, for what can't be one. */
export function objectNamed(name: string): string {
  return checked(isObjectName(name), 'object name', name, 'unknown-object');
}

/** The sequences the SOQL reference knows ("Quoted String Escape Sequences"); any other backslash is an error. */
const sequences: Readonly<Record<string, string>> = {
  "'": "\\'",
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

/**
 * A text as a SOQL literal. jsforce's own builder escapes the quote only. A lone surrogate becomes U+FFFD, since it cannot be
 * sent in a URL.
 */
export function literal(text: string): string {
  const inside = text
    .toWellFormed()
    .replace(/[\\'\p{Cc}]/gu, (char) => sequences[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `'${inside}'`;
}

/** An ISO time as a SOQL literal of whole seconds: the documented grammar has no fraction, and the server compares none. */
export function dateTimeLiteral(isoTime: string): string {
  const ms = Date.parse(isoTime);
  checked(!Number.isNaN(ms), 'time', isoTime, 'malformed-query');
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

export function equals(name: string, text: string): Condition {
  return { soql: `${field(name)} = ${literal(text)}` };
}

/** A checkbox that is ticked. */
export function isTrue(name: string): Condition {
  return { soql: `${field(name)} = TRUE` };
}

/** `values` must not be empty. */
export function isIn(name: string, values: readonly string[]): Condition {
  checked(values.length > 0, 'list of values', '', 'malformed-query');
  return { soql: `${field(name)} IN (${values.map(literal).join(',')})` };
}

/** From that second on, the second itself included. */
export function since(name: string, isoTime: string): Condition {
  return { soql: `${field(name)} >= ${dateTimeLiteral(isoTime)}` };
}

export function either(...conditions: readonly Condition[]): Condition {
  return { soql: `(${conditions.map((condition) => condition.soql).join(' OR ')})` };
}

export function both(...conditions: readonly Condition[]): Condition {
  return { soql: `(${conditions.map((condition) => condition.soql).join(' AND ')})` };
}

/** Rows behind a place in the order (stamp, Id). Many rows share one whole-second stamp (rec: query-case-page). */
export function behind(stampField: string, after: { readonly stamp: string; readonly id: string }): Condition {
  const stamp = dateTimeLiteral(after.stamp);
  const name = field(stampField);
  if (after.id === '') return { soql: `${name} >= ${stamp}` };
  return { soql: `(${name} > ${stamp} OR (${name} = ${stamp} AND Id > ${literal(after.id)}))` };
}

/** Field names without repeats: SOQL refuses a field selected twice, and names are case-insensitive. */
export function distinctFields(names: readonly string[]): readonly string[] {
  const seen = new Map<string, string>();
  for (const name of names) if (!seen.has(name.toLowerCase())) seen.set(name.toLowerCase(), name);
  return [...seen.values()];
}

/** Builds the statement. Throws Rejected for a name that cannot be one. */
export function select(query: Query): string {
  const columns =
    query.count === true
      ? ['COUNT()']
      : [...distinctFields(query.fields).map(field), ...(query.children ?? []).map(childQuery)];
  const parts = [`SELECT ${columns.join(', ')}`, `FROM ${objectNamed(query.object)}`];
  if (query.where !== undefined) parts.push(`WHERE ${query.where.soql}`);
  if (query.orderBy !== undefined) parts.push(`ORDER BY ${query.orderBy.map(field).join(', ')}`);
  if (query.limit !== undefined) parts.push(`LIMIT ${Math.max(1, Math.trunc(query.limit))}`);
  return parts.join(' ');
}

function childQuery({ relationship, fields }: ChildQuery): string {
  return `(SELECT ${distinctFields(fields).map(field).join(', ')} FROM ${objectNamed(relationship)})`;
}
