import type { Database, Row } from './database.ts';
import type { Group, Ordering, Query, Term } from './encoded-query.ts';
import type { Column } from './schema.ts';

/** The rows a query selects, in its order. `visible` can hide rows (a commit that is not to be seen yet). */
export function selectRows(
  database: Database,
  table: string,
  query: Query,
  visible: (row: Row) => boolean,
): readonly Row[] {
  const groups = query.groups.filter((group) => group.clauses.length > 0);
  // A group without a term left holds for every row, and with it the whole query.
  const every = groups.length < query.groups.length;
  const found = every
    ? [...database.rows(table)]
    : [...candidates(database, table, groups)].filter((row) =>
        groups.some((group) => holds(database, table, group, row)),
      );
  const seen = found.filter(visible);
  return query.orderings.length === 0 ? seen : seen.sort(comparator(database, table, query.orderings));
}

/** Rows worth testing: by an index where every group names an indexed column, else all. */
function candidates(database: Database, table: string, groups: readonly Group[]): Iterable<Row> {
  const found = new Set<Row>();
  for (const group of groups) {
    const rows = narrowed(database, table, group);
    if (rows === null) return database.rows(table);
    for (const row of rows) found.add(row);
  }
  return found;
}

function narrowed(database: Database, table: string, group: Group): readonly Row[] | null {
  for (const clause of group.clauses) {
    if (!clause.every((term) => term.operator === '=' || term.operator === 'IN')) continue;
    const parts = clause.map((term) => database.lookUp(table, term.field, term.values));
    if (parts.every((part) => part !== null)) return parts.flatMap((part) => part);
  }
  return null;
}

function holds(database: Database, table: string, group: Group, row: Row): boolean {
  return group.clauses.every((clause) => clause.some((term) => termHolds(database, table, term, row)));
}

function termHolds(database: Database, table: string, term: Term, row: Row): boolean {
  const { value, column } = valueOf(database, table, row, term.field);
  const [first = '', second = ''] = term.values;
  const is = value.toLowerCase();
  const asked = first.toLowerCase();
  switch (term.operator) {
    case '=':
      return is === asked;
    case '!=':
      return is !== asked;
    case 'IN':
      return term.values.some((each) => each.toLowerCase() === is);
    case 'NOT IN':
      return !term.values.some((each) => each.toLowerCase() === is);
    case 'LIKE':
    case 'CONTAINS':
    case '*':
      return is.includes(asked);
    case 'NOT LIKE':
    case 'DOES NOT CONTAIN':
    case '!*':
      return !is.includes(asked);
    case 'STARTSWITH':
      return is.startsWith(asked);
    case 'ENDSWITH':
    case '%':
      return is.endsWith(asked);
    case 'ISEMPTY':
    case 'EMPTYSTRING':
      return value === '';
    case 'ISNOTEMPTY':
      return value !== '';
    case 'ANYTHING':
      return true;
    case 'SAMEAS':
      return value === valueOf(database, table, row, first).value;
    case 'NSAMEAS':
      return value !== valueOf(database, table, row, first).value;
    case 'BETWEEN':
    case 'ON':
      return value !== '' && compare(value, first, column) >= 0 && compare(value, second, column) <= 0;
    case 'NOTON':
      return value === '' || compare(value, first, column) < 0 || compare(value, second, column) > 0;
    case 'INSTANCEOF':
      return database.schema.classes(first).includes(value);
    default:
      return ordered(term.operator, value, first, column);
  }
}

// An empty value is NULL in the database: no comparison with it holds.
function ordered(operator: string, value: string, asked: string, column: Column | undefined): boolean {
  if (value === '') return false;
  const order = compare(value, asked, column);
  if (Number.isNaN(order)) return false;
  if (operator === '>') return order > 0;
  if (operator === '>=') return order >= 0;
  return operator === '<' ? order < 0 : order <= 0;
}

/** Integers by size, the rest as text without regard to case; dates read the same either way. */
function compare(a: string, b: string, column: Column | undefined): number {
  if (column?.type === 'integer') return Number(a === '' ? Number.NaN : a) - Number(b);
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  return x < y ? -1 : x > y ? 1 : 0;
}

function comparator(database: Database, table: string, orderings: readonly Ordering[]): (a: Row, b: Row) => number {
  return (a, b) => {
    for (const { field, descending } of orderings) {
      const [left, right] = [valueOf(database, table, a, field), valueOf(database, table, b, field)];
      const order = compareForSort(left.value, right.value, left.column);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  };
}

function compareForSort(a: string, b: string, column: Column | undefined): number {
  if (a === '' || b === '') return a === b ? 0 : a === '' ? -1 : 1;
  return compare(a, b, column);
}

/** The value at the end of a walk such as `caller_id.manager.name`, with the column that holds it. */
export function valueOf(
  database: Database,
  table: string,
  row: Row,
  path: string,
): { readonly value: string; readonly column: Column | undefined } {
  const dot = path.indexOf('.');
  const rowTable = row['sys_class_name'] ?? table;
  const holder = database.schema.table(rowTable) === undefined ? table : rowTable;
  if (dot < 0) return { value: row[path] ?? '', column: database.schema.column(holder, path) };
  const reference = database.schema.column(holder, path.slice(0, dot))?.reference;
  if (reference === undefined || database.schema.table(reference) === undefined)
    return { value: '', column: undefined };
  const rest = path.slice(dot + 1);
  const target = database.get(reference, row[path.slice(0, dot)] ?? '');
  if (target === null) return { value: '', column: database.schema.column(reference, rest) };
  return valueOf(database, reference, target, rest);
}

/** The columns a dotted path passes, as [table, column]; null where it does not resolve. */
export function walk(database: Database, table: string, path: string): readonly (readonly [string, string])[] | null {
  const [head = '', ...rest] = path.split('.');
  const column = database.schema.column(table, head);
  if (column === undefined) return null;
  if (rest.length === 0) return [[table, head]];
  if (
    column.type !== 'reference' ||
    column.reference === undefined ||
    database.schema.table(column.reference) === undefined
  )
    return null;
  const further = walk(database, column.reference, rest.join('.'));
  return further === null ? null : [[table, head], ...further];
}
