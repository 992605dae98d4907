import type { ConditionWithValueQuery, Operator, Query, WhereClause } from '@jetstreamapp/soql-parser-js';
import type { ObjectSpec } from '../schema/field.ts';
import { asText } from '../values.ts';
import { badField, malformed, unexpectedToken } from './query-errors.ts';
import { operand, unquote } from './literals.ts';
import type { Operand } from './literals.ts';
import { resolvePath } from './scope.ts';
import type { Path, Scope } from './scope.ts';

/** A filter as a tree. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  | { readonly kind: 'test'; readonly path: Path; readonly operator: Operator; readonly operands: readonly Operand[] };

type Token = '(' | ')' | 'AND' | 'OR' | 'NOT' | ConditionWithValueQuery;

/** Answers a semi-join: the values that `SELECT ParentId FROM …` yields. */
export type SubQuery = (query: Query) => readonly Operand[];

/** Builds the tree of a WHERE clause. Throws ApiError. */
export function readWhere(scope: Scope, spec: ObjectSpec, where: WhereClause, subQuery: SubQuery): Filter {
  const tokens = flatten(where);
  let at = 0;

  /**
   * AND and OR at one level must be told apart by parentheses: Salesforce guesses no precedence (SOQL reference, logical
   * operators: "specify parentheses when nesting operators").
   */
  function level(): Filter {
    const parts = [term(true)];
    const joint = tokens[at];
    if (joint !== 'AND' && joint !== 'OR') return parts[0] as Filter;
    while (tokens[at] === 'AND' || tokens[at] === 'OR') {
      if (tokens[at] !== joint) throw unexpectedToken(scope.soql, asText(tokens[at]));
      at += 1;
      parts.push(term(false));
    }
    return { kind: joint === 'AND' ? 'and' : 'or', parts };
  }

  function term(first: boolean): Filter {
    const token = tokens[at];
    at += 1;
    if (token === '(') {
      const inner = level();
      if (tokens[at] !== ')') throw malformed('expecting a right parentheses, found end of query');
      at += 1;
      return inner;
    }
    // `A AND NOT B` wants parentheses round the NOT.
    if (token === 'NOT' && first) return { kind: 'not', part: term(true) };
    if (token === undefined || typeof token === 'string') throw unexpectedToken(scope.soql, token ?? '<EOF>');
    return readCondition(scope, spec, token, subQuery);
  }

  const filter = level();
  if (at < tokens.length) throw unexpectedToken(scope.soql, asText(tokens[at]));
  return filter;
}

function flatten(where: WhereClause): readonly Token[] {
  const tokens: Token[] = [];
  for (let node: WhereClause | null = where; node !== null;) {
    const { left } = node;
    if (left !== null && 'openParen' in left) for (let n = left.openParen ?? 0; n > 0; n -= 1) tokens.push('(');
    if (left !== null && 'operator' in left) {
      tokens.push(left);
      for (let n = left.closeParen ?? 0; n > 0; n -= 1) tokens.push(')');
    }
    if ('operator' in node) {
      tokens.push(node.operator);
      node = node.right;
    } else {
      node = null;
    }
  }
  return tokens;
}

function readCondition(scope: Scope, spec: ObjectSpec, condition: ConditionWithValueQuery, subQuery: SubQuery): Filter {
  if (!('field' in condition)) throw malformed('functions are not supported in this filter');
  const path = resolvePath(scope, spec, condition.field);
  // Recording `describe-case-full`: Description is not filterable.
  if (!path.field.filterable)
    throw badField(scope.soql, condition.field, `field '${condition.field}' can not be filtered in a query call`);
  const { operator } = condition;
  if ('valueQuery' in condition) return { kind: 'test', path, operator, operands: subQuery(condition.valueQuery) };
  const literals = Array.isArray(condition.value) ? condition.value : [condition.value];
  const typeAt = (index: number) =>
    Array.isArray(condition.literalType) ? condition.literalType[index] : condition.literalType;
  if (operator === 'LIKE') {
    if (['id', 'reference', 'datetime', 'boolean', 'int'].includes(path.field.type) || typeAt(0) !== 'STRING') {
      throw badField(scope.soql, condition.field, `invalid operator on ${path.field.type} field`);
    }
    return { kind: 'test', path, operator, operands: [{ value: unquote(literals[0] ?? "''", true) }] };
  }
  return {
    kind: 'test',
    path,
    operator,
    operands: literals.map((literal, index) => operand(scope, path.field, literal, typeAt(index))),
  };
}
