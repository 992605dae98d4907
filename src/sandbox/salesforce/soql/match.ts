import type { Org } from '../org/org.ts';
import type { Row, Table } from '../org/table.ts';
import type { Field } from '../schema/field.ts';
import type { Value, Values } from '../values.ts';
import type { Operand } from './literals.ts';
import { valueAt } from './scope.ts';
import type { Filter } from './where.ts';

/** A filter as a function of a row's values. */
export function matcher(org: Org, filter: Filter): (values: Values) => boolean {
  if (filter.kind === 'not') {
    const part = matcher(org, filter.part);
    return (values) => !part(values);
  }
  if (filter.kind !== 'test') {
    const parts = filter.parts.map((part) => matcher(org, part));
    return filter.kind === 'and'
      ? (values) => parts.every((part) => part(values))
      : (values) => parts.some((part) => part(values));
  }
  const { path, operator, operands } = filter;
  const test = tester(path.field, operator, operands);
  return (values) => test(valueAt(org, values, path));
}

function tester(field: Field, operator: string, operands: readonly Operand[]): (value: Value) => boolean {
  const first = operands[0] ?? { value: null };
  switch (operator) {
    case '=':
      return (value) => equal(field, value, first);
    case '!=':
      return (value) => !equal(field, value, first);
    case 'IN':
    case 'NOT IN': {
      const keys = new Set(operands.map((each) => ('value' in each ? key(field, each.value) : null)));
      return (value) => keys.has(key(field, value)) === (operator === 'IN');
    }
    case 'LIKE': {
      const pattern = likePattern('value' in first ? String(first.value) : '');
      return (value) => value !== null && pattern.test(String(value));
    }
    case '<':
      return (value) => value !== null && order(field, value, lower(first)) < 0;
    case '<=':
      return (value) =>
        value !== null && ('to' in first ? order(field, value, first.to) < 0 : order(field, value, first.value) <= 0);
    case '>':
      return (value) =>
        value !== null && ('to' in first ? order(field, value, first.to) >= 0 : order(field, value, first.value) > 0);
    case '>=':
      return (value) => value !== null && order(field, value, lower(first)) >= 0;
    default:
      return () => false;
  }
}

function lower(operand: Operand): Value {
  return 'from' in operand ? operand.from : operand.value;
}

function caseSensitive(field: Field): boolean {
  return field.type === 'id' || field.type === 'reference' || field.type === 'datetime';
}

function key(field: Field, value: Value): Value {
  if (value === '') return null;
  return typeof value === 'string' && !caseSensitive(field) ? value.toLowerCase() : value;
}

function equal(field: Field, value: Value, operand: Operand): boolean {
  if ('from' in operand) return value !== null && String(value) >= operand.from && String(value) < operand.to;
  return key(field, value) === key(field, operand.value);
}

/** Text compares without case; ids and dateTimes byte by byte. Nothing compares with null. */
export function order(field: Field, left: Value, right: Value): number {
  const a = key(field, left);
  const b = key(field, right);
  if (a === null || b === null) return Number.NaN;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `%` any text, `_` one character; both literal after a backslash. */
function likePattern(pattern: string): RegExp {
  let source = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    if (character === '\\' && index + 1 < pattern.length) {
      index += 1;
      source += pattern.charAt(index).replace(/[.*+?^${}()|[\]\\]/, '\\$&');
    } else if (character === '%') source += '[^]*';
    else if (character === '_') source += '[^]';
    else source += character.replace(/[.*+?^${}()|[\]\\]/, '\\$&');
  }
  return new RegExp(`^${source}$`, 'iu');
}

/** Rows that can match, found through an index; null where every row must be looked at. */
export function candidates(table: Table, filter: Filter): ReadonlySet<Row> | null {
  if (filter.kind === 'test') {
    const { path, operator, operands } = filter;
    if (path.via.length > 0 || (operator !== '=' && operator !== 'IN')) return null;
    const rows = new Set<Row>();
    for (const each of operands) {
      if (!('value' in each) || each.value === null) return null;
      const found = table.find(path.field, each.value);
      if (found === null) return null;
      for (const row of found) rows.add(row);
    }
    return rows;
  }
  if (filter.kind === 'not') return null;
  const parts = filter.parts.map((part) => candidates(table, part));
  if (filter.kind === 'and') return parts.find((part) => part !== null) ?? null;
  const all = new Set<Row>();
  for (const part of parts) {
    if (part === null) return null;
    for (const row of part) all.add(row);
  }
  return all;
}
