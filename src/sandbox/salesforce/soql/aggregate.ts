import type { FieldFunctionExpression, GroupByClause, Query } from '@jetstreamapp/soql-parser-js';
import type { ObjectSpec } from '../schema/field.ts';
import { asText } from '../values.ts';
import type { Value, Values } from '../values.ts';
import { malformed } from './query-errors.ts';
import { resolvePath, valueAt } from './scope.ts';
import type { Path, Scope } from './scope.ts';
import type { ApiRecord } from './select.ts';

/** True for a query that answers groups, not rows. */
export function isAggregate(query: Query): boolean {
  return (
    query.groupBy !== undefined ||
    (query.fields ?? []).some((each) => each.type === 'FieldFunctionExpression' && each.isAggregateFn === true)
  );
}

/** The groups of a query: an alias or `expr0`, `expr1` … names each function. */
export function aggregate(scope: Scope, spec: ObjectSpec, query: Query, rows: readonly Values[]): readonly ApiRecord[] {
  const keys = groupPaths(scope, spec, query);
  const groups = new Map<string, Values[]>();
  if (keys.length === 0) groups.set('', []);
  for (const row of rows) {
    const id = JSON.stringify(keys.map((path) => valueAt(scope.org, row, path)));
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [row]);
    else group.push(row);
  }
  return [...groups.values()].map((group) => summarise(scope, spec, query, group));
}

function groupPaths(scope: Scope, spec: ObjectSpec, query: Query): readonly Path[] {
  const clauses: readonly GroupByClause[] =
    query.groupBy === undefined ? [] : Array.isArray(query.groupBy) ? query.groupBy : [query.groupBy];
  return clauses.map((clause) => {
    if (!('field' in clause)) throw malformed('grouping by a function is not supported');
    return resolvePath(scope, spec, clause.field);
  });
}

function summarise(scope: Scope, spec: ObjectSpec, query: Query, rows: readonly Values[]): ApiRecord {
  const record: ApiRecord = { attributes: { type: 'AggregateResult' } };
  let unnamed = 0;
  for (const each of query.fields ?? []) {
    if (each.type === 'Field') {
      const path = resolvePath(scope, spec, each.field);
      record[each.alias ?? path.field.name] = rows[0] === undefined ? null : valueAt(scope.org, rows[0], path);
    } else if (each.type === 'FieldFunctionExpression') {
      record[each.alias ?? `expr${unnamed++}`] = compute(scope, spec, each, rows);
    } else {
      throw malformed('only plain fields can be grouped');
    }
  }
  return record;
}

function compute(scope: Scope, spec: ObjectSpec, call: FieldFunctionExpression, rows: readonly Values[]): Value {
  const parameter = call.parameters[0];
  if (call.functionName === 'COUNT' && parameter === undefined) return rows.length;
  const path = resolvePath(scope, spec, asText(parameter));
  const values = rows.map((row) => valueAt(scope.org, row, path)).filter((value) => value !== null);
  const numbers = values.map(Number);
  const sum = numbers.reduce((total, value) => total + value, 0);
  switch (call.functionName) {
    case 'COUNT':
      return values.length;
    case 'COUNT_DISTINCT':
      return new Set(values).size;
    case 'MIN':
      return values.reduce<Value>((least, value) => (least === null || value < least ? value : least), null);
    case 'MAX':
      return values.reduce<Value>((most, value) => (most === null || value > most ? value : most), null);
    case 'SUM':
      return sum;
    case 'AVG':
      return numbers.length === 0 ? null : sum / numbers.length;
    default:
      throw malformed(`unexpected token: '${call.functionName}'`);
  }
}
