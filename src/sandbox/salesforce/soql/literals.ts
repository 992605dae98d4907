import type { LiteralType } from '@jetstreamapp/soql-parser-js';
import { refuse } from '../errors.ts';
import { id18 } from '../ids.ts';
import type { Field } from '../schema/field.ts';
import { dateTime, parseDateTime } from '../values.ts';
import type { Value } from '../values.ts';
import { dateRange } from './dates.ts';
import { badField, malformed } from './query-errors.ts';
import type { Scope } from './scope.ts';

/** What a filter compares with: one value, or the span of a date literal such as LAST_N_DAYS:3 (from inclusive, to exclusive). */
export type Operand = { readonly value: Value } | { readonly from: string; readonly to: string };

const escapes: Record<string, string> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
  _: '_',
  '%': '%',
};

/** The text of a quoted literal. Any backslash sequence that SOQL does not know is an error (SOQL reference, quoted strings). */
export function unquote(literal: string, keepLikeEscapes = false): string {
  return literal.slice(1, -1).replace(/\\(u[0-9a-fA-F]{4}|.)/g, (sequence, escaped: string) => {
    if (escaped.length === 5) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    if (keepLikeEscapes && '_%\\'.includes(escaped)) return sequence;
    const plain = escapes[escaped];
    if (plain === undefined) {
      throw malformed(`Invalid string literal ${literal}. Illegal character sequence '${sequence}' in string literal.`);
    }
    return plain;
  });
}

function mismatch(scope: Scope, field: Field, type: string, quoted: boolean): Error {
  const quotes = quoted ? 'should be enclosed in quotes' : 'should not be enclosed in quotes';
  return badField(
    scope.soql,
    field.name,
    `value of filter criterion for field '${field.name}' must be of type ${type} and ${quotes}`,
  );
}

/** A literal of the query as the field's type compares it. Throws ApiError where the types do not go together. */
export function operand(scope: Scope, field: Field, literal: string, type: LiteralType | undefined): Operand {
  if (type === 'NULL') return { value: null };
  switch (field.type) {
    case 'datetime':
      return dateOperand(scope, field, literal, type);
    case 'boolean':
      if (type !== 'BOOLEAN') throw mismatch(scope, field, 'boolean', false);
      return { value: literal.toUpperCase() === 'TRUE' };
    case 'int':
      if (type !== 'INTEGER' && type !== 'DECIMAL') throw mismatch(scope, field, 'int', false);
      return { value: Number(literal) };
    default:
      if (type !== 'STRING')
        throw mismatch(scope, field, field.type === 'id' || field.type === 'reference' ? 'ID' : 'string', true);
      return { value: textOperand(field, unquote(literal)) };
  }
}

function textOperand(field: Field, text: string): string {
  if (field.type !== 'id' && field.type !== 'reference') return text;
  const id = id18(text);
  if (id === null) throw refuse(400, 'INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${text}`);
  return id;
}

/** Literals are truncated to the second: `>= t+900ms` matches a row stamped t (salesforce.stackexchange.com 234824). */
function dateOperand(scope: Scope, field: Field, literal: string, type: LiteralType | undefined): Operand {
  if (type === 'DATETIME') {
    const ms = parseDateTime(literal);
    if (Number.isNaN(ms)) throw mismatch(scope, field, 'dateTime', false);
    return { value: dateTime(ms) };
  }
  if (type === 'DATE_LITERAL' || type === 'DATE_N_LITERAL') {
    const range = dateRange(literal, scope.org.now());
    if (range === null) throw malformed(`unexpected token: '${literal}'`);
    return { from: dateTime(range.from), to: dateTime(range.to) };
  }
  throw mismatch(scope, field, 'dateTime', false);
}
