import type { Keyset } from '../ticket-system.ts';
import { ConnectorError } from '../errors.ts';
import { toWireTime } from './wire-time.ts';

/** One condition of an encoded query, already escaped. Only this file makes them. */
export type Term = string & { readonly __term: unique symbol };

export type Operator = '=' | '>' | '>=' | 'IN' | 'ISNOTEMPTY';

/**
 * One condition on a column. ServiceNow drops terms it does not understand and answers with the whole table (Table API
 * documentation, `sysparm_query`), so column names and values are checked here and rows are checked again when they come.
 */
export function term(column: string, operator: Operator, value: string | readonly string[] = ''): Term {
  const text = typeof value === 'string' ? escapeValue(value) : value.map(escapeListItem).join(',');
  if (text === '' && operator !== 'ISNOTEMPTY') throw unsafe(`${column}${operator} without a value`);
  return asTerm(checkName(column) + operator + text);
}

/** The row of whoever asks: the one script that goes out, written here and nowhere else. Dropped like any term, it answers with all. */
export const ourselves: Term = asTerm('sys_id=javascript:gs.getUserID()');

/** All of `terms`. */
export function allOf(...terms: readonly Term[]): string {
  return terms.join('^');
}

/** Any of `terms`. */
export function anyOf(...terms: readonly Term[]): string {
  return terms.join('^OR');
}

/** A query in ascending order of these columns, first one first. */
export function ordered(query: string, ...columns: readonly string[]): string {
  return [query, ...columns.map((column) => `ORDERBY${checkName(column)}`)].filter((part) => part !== '').join('^');
}

/** A query with the largest value of a column first. */
export function newestFirst(query: string, column: string): string {
  return `${query}^ORDERBYDESC${checkName(column)}`;
}

/**
 * Rows after a place in a walk by (stamp column, sys_id), in that order. `^OR` binds to its neighbour, so the tempting
 * `a>s^ORa=s^id>i` loses rows; with `^NQ` every scope term has to stand on both sides.
 */
export function rowsAfter(after: Keyset, scope: readonly Term[] = [], column = 'sys_updated_on'): string {
  const stamp = toWireTime(after.stamp);
  const inOrder = (query: string): string => ordered(query, column, 'sys_id');
  if (after.id === '') return inOrder(allOf(term(column, '>=', stamp), ...scope));
  const later = allOf(term(column, '>', stamp), ...scope);
  const sameSecond = allOf(term(column, '=', stamp), term('sys_id', '>', after.id), ...scope);
  return inOrder(`${later}^NQ${sameSecond}`);
}

/** A table or column name (dot-walks included), or an error: it becomes part of a URL or a query unescaped. */
export function checkName(name: string): string {
  if (!/^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*$/i.test(name)) throw unsafe(`name ${JSON.stringify(name).slice(0, 80)}`);
  return name;
}

/** True for a value that a condition may carry; `term` throws for any other. */
export function isAskable(value: string): boolean {
  // eslint-disable-next-line no-control-regex
  return value !== '' && !/[\u0000-\u001f\u007f\u2028\u2029]/.test(value) && !/^\s*javascript:/i.test(value);
}

function asTerm(text: string): Term {
  return text as Term;
}

function escapeListItem(value: string): string {
  if (value === '' || value.includes(',')) throw unsafe('a list item that is empty or holds a comma');
  return escapeValue(value);
}

/** `^` is written `^^` (GlideStringUtil.escapeQueryTermSeparator); `javascript:` would be run on the instance. */
function escapeValue(value: string): string {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f\u2028\u2029]/.test(value)) throw unsafe('a value with a control character');
  if (/^\s*javascript:/i.test(value)) throw unsafe('a value that is a script');
  return value.replaceAll('^', '^^');
}

function unsafe(what: string): ConnectorError {
  return new ConnectorError('Rejected', { side: 'servicenow', executed: 'no', cause: 'unsafe-query', answer: what });
}
