import type { OrderByClause, Query, Subquery } from '@jetstreamapp/soql-parser-js';
import { refuse } from '../errors.ts';
import type { ObjectSpec } from '../schema/field.ts';
import { findField, findObject } from '../schema/schema.ts';
import type { Values } from '../values.ts';
import { aggregate, isAggregate } from './aggregate.ts';
import type { Operand } from './literals.ts';
import { candidates, matcher, order } from './match.ts';
import { parseSoql } from './parse.ts';
import { badField, malformed, noSuchRelationship } from './query-errors.ts';
import { objectInScope, resolvePath, valueAt } from './scope.ts';
import type { Scope } from './scope.ts';
import { project, readSelection } from './select.ts';
import type { ApiRecord } from './select.ts';
import { readWhere } from './where.ts';
import type { Filter } from './where.ts';

export interface QueryResult {
  readonly spec: ObjectSpec;
  readonly totalSize: number;
  readonly records: readonly ApiRecord[];
  /** True where a plain long text was selected: the server then makes smaller pages. */
  readonly wide: boolean;
}

/** Runs a query to its end. Throws ApiError. */
export function runSoql(scope: Scope): QueryResult {
  const query = parseSoql(scope.soql);
  const spec = objectInScope(scope, query.sObject ?? '');
  const filter =
    query.where === undefined ? null : readWhere(scope, spec, query.where, (inner) => subQueryValues(scope, inner));
  if (spec.name === 'ContentDocumentLink') checkLinkFilter(filter);
  if (!query.fields?.length) throw malformed('unexpected token: FROM');
  if ((query.offset ?? 0) > 2000)
    throw refuse(400, 'NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is 2000`);

  const rows = sorted(scope, spec, matching(scope, spec, filter), orderOf(query));
  const first = query.fields[0];
  if (
    query.fields.length === 1 &&
    first?.type === 'FieldFunctionExpression' &&
    first.functionName === 'COUNT' &&
    first.parameters.length === 0
  ) {
    // Recording `composite-count-200`.
    return {
      spec,
      totalSize: Math.min(rows.length, query.limit ?? Number.POSITIVE_INFINITY),
      records: [],
      wide: false,
    };
  }
  if (isAggregate(query)) {
    const records = cut(aggregate(scope, spec, query, rows), query);
    return { spec, totalSize: records.length, records, wide: false };
  }
  const selection = readSelection(scope, spec, query.fields, query.limit);
  const kept = cut(rows, query);
  const records = kept.map((values) => {
    const record = project(scope, spec, values, selection.paths);
    for (const child of selection.children) record[child.relationshipName] = children(scope, spec, values, child);
    return record;
  });
  return {
    spec,
    totalSize: records.length,
    records,
    wide: selection.paths.some((path) => path.field.type === 'textarea'),
  };
}

function cut<T>(rows: readonly T[], query: { readonly limit?: number; readonly offset?: number }): readonly T[] {
  const start = query.offset ?? 0;
  return rows.slice(start, query.limit === undefined ? undefined : start + query.limit);
}

/** Rows in sight that the filter lets through. */
export function matching(scope: Scope, spec: ObjectSpec, filter: Filter | null): Values[] {
  const { org } = scope;
  const table = org.table(spec);
  const test = filter === null ? null : matcher(org, filter);
  const pool = (filter === null ? null : candidates(table, filter)) ?? table.rows.values();
  const found: Values[] = [];
  for (const row of pool) {
    const values = org.view(row);
    if (values === null || (values['IsDeleted'] === true && !scope.includeDeleted) || !org.rights.seesRecord(row.id))
      continue;
    if (test === null || test(values)) found.push(values);
  }
  return found;
}

function orderOf(query: Query | Subquery): readonly OrderByClause[] {
  if (query.orderBy === undefined) return [];
  return Array.isArray(query.orderBy) ? query.orderBy : [query.orderBy];
}

/** Nulls come first unless NULLS LAST says otherwise (SOQL reference, ORDER BY). Ties stay as the table has them. */
function sorted(scope: Scope, spec: ObjectSpec, rows: Values[], clauses: readonly OrderByClause[]): readonly Values[] {
  if (clauses.length === 0) return rows;
  const keys = clauses.flatMap((clause) => {
    if (!('field' in clause)) return [];
    const path = resolvePath(scope, spec, clause.field);
    if (!path.field.sortable)
      throw badField(scope.soql, clause.field, `field '${clause.field}' can not be sorted in a query call`);
    return [{ path, sign: clause.order === 'DESC' ? -1 : 1, nulls: clause.nulls === 'LAST' ? 1 : -1 }];
  });
  return rows.sort((left, right) => {
    for (const { path, sign, nulls } of keys) {
      const a = valueAt(scope.org, left, path);
      const b = valueAt(scope.org, right, path);
      if (a === null && b === null) continue;
      if (a === null) return nulls;
      if (b === null) return -nulls;
      const compared = order(path.field, a, b);
      if (compared !== 0) return compared * sign;
    }
    return 0;
  });
}

function subQueryValues(scope: Scope, query: Query): readonly Operand[] {
  const spec = objectInScope(scope, query.sObject ?? '');
  const first = query.fields?.[0];
  if (first?.type !== 'Field') throw malformed('a semi join sub-select must select one field');
  const path = resolvePath(scope, spec, first.field);
  const filter =
    query.where === undefined ? null : readWhere(scope, spec, query.where, (inner) => subQueryValues(scope, inner));
  return matching(scope, spec, filter).map((values) => ({ value: valueAt(scope.org, values, path) }));
}

/** A child query: `(SELECT Id FROM CaseComments)`. */
function children(scope: Scope, spec: ObjectSpec, values: Values, query: Subquery): unknown {
  const relation = spec.children.find(
    (each) => each.relationshipName.toLowerCase() === query.relationshipName.toLowerCase(),
  );
  const child = relation === undefined ? null : findObject(relation.object);
  const field = relation === undefined || child === null ? null : findField(child, relation.field);
  // An object that a profile hides is one that is not there.
  if (child === null || field === null || !scope.org.rights.seesObject(child.name)) {
    throw noSuchRelationship(scope.soql, query.relationshipName);
  }
  const own: Filter = {
    kind: 'test',
    path: { via: [], field, text: field.name },
    operator: '=',
    operands: [{ value: values['Id'] ?? null }],
  };
  const asked =
    query.where === undefined ? null : readWhere(scope, child, query.where, (inner) => subQueryValues(scope, inner));
  const filter: Filter = asked === null ? own : { kind: 'and', parts: [own, asked] };
  const rows = cut(sorted(scope, child, matching(scope, child, filter), orderOf(query)), query);
  const selection = readSelection(scope, child, query.fields ?? [], query.limit);
  if (rows.length === 0) return null;
  return {
    totalSize: rows.length,
    done: true,
    records: rows.map((row) => project(scope, child, row, selection.paths)),
  };
}

/** Recording `query-400-contentdocumentlink-filter`. */
function checkLinkFilter(filter: Filter | null): void {
  const narrows = (part: Filter): boolean =>
    part.kind === 'test'
      ? ['ContentDocumentId', 'LinkedEntityId'].includes(part.path.text) &&
        (part.operator === '=' || part.operator === 'IN')
      : part.kind === 'and' && part.parts.some(narrows);
  if (filter !== null && narrows(filter)) return;
  throw malformed(
    "Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId or LinkedEntityId using the equals operator or multiple Id's using the IN operator.",
  );
}
