import { ConnectorError } from '../errors.ts';
import type { FieldDescription, ObjectDescription } from '../ticket-system.ts';
import type { Context } from './context.ts';
import { allOf, ordered, term } from './query.ts';
import { type Row, textOf } from './records.ts';
import { list } from './table.ts';

/** Longest chain of table inheritance we follow; incident ← task is two. */
const deepest = 10;

const mostRows = 10_000;

/** The fields of a table, inherited ones included, `TicketSystem.describe`. */
export async function describe(context: Context, object: string): Promise<ObjectDescription> {
  const tables = await lineage(context, object);
  const columns = await dictionary(context, tables);
  if (columns.length === 0) return { object, fields: await fieldsOfARow(context, object) };
  const choices = await choicesOf(context, tables);
  // The nearest table's entry stands over the ones it inherits.
  const nearest = new Map<string, Row>();
  for (const table of tables.toReversed()) {
    for (const row of columns) {
      const element = textOf(row, 'element');
      if (textOf(row, 'name') === table && typeof element === 'string') nearest.set(element, row);
    }
  }
  return { object, fields: [...nearest].map(([name, row]) => describeColumn(name, row, choices.get(name) ?? null)) };
}

/** The table and those it extends, nearest first. Accounts below itil may not ask; then the table stands alone. */
async function lineage(context: Context, object: string): Promise<readonly string[]> {
  const tables = [object];
  for (let depth = 0; depth < deepest; depth += 1) {
    const rows = await readable(context, {
      table: 'sys_db_object',
      query: allOf(term('name', '=', tables.at(-1) ?? '')),
      fields: ['name', 'super_class.name'],
      limit: 1,
    });
    const row = rows.find((one) => textOf(one, 'name') === tables.at(-1));
    const parent = row === undefined ? null : textOf(row, 'super_class.name');
    if (typeof parent !== 'string' || tables.includes(parent)) break;
    tables.push(parent);
  }
  return tables;
}

async function dictionary(context: Context, tables: readonly string[]): Promise<readonly Row[]> {
  const rows = await readable(context, {
    table: 'sys_dictionary',
    query: ordered(allOf(term('name', 'IN', tables), term('element', 'ISNOTEMPTY')), 'name', 'element'),
    fields: [
      'name',
      'element',
      'column_label',
      'internal_type',
      'max_length',
      'mandatory',
      'read_only',
      'unique',
      'active',
    ],
    limit: mostRows,
  });
  return rows.filter((row) => tables.includes(textOf(row, 'name') ?? '') && textOf(row, 'active') !== 'false');
}

/** Element → its values. Choices of a nearer table stand in for all of an inherited element's. */
async function choicesOf(context: Context, tables: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await readable(context, {
    table: 'sys_choice',
    query: ordered(allOf(term('name', 'IN', tables), term('inactive', '=', 'false')), 'element', 'sequence'),
    fields: ['name', 'element', 'value', 'inactive'],
    limit: mostRows,
  });
  const found = new Map<string, readonly string[]>();
  for (const table of tables.toReversed()) {
    const own = rows.filter((row) => textOf(row, 'name') === table && textOf(row, 'inactive') !== 'true');
    for (const [element, some] of Map.groupBy(own, (row) => textOf(row, 'element') ?? '')) {
      const values = some.map((row) => textOf(row, 'value')).filter((value) => typeof value === 'string');
      if (element !== '' && values.length > 0) found.set(element, [...new Set(values)]);
    }
  }
  return found;
}

function describeColumn(name: string, row: Row, choices: readonly string[] | null): FieldDescription {
  const type = textOf(row, 'internal_type') ?? 'string';
  const length = Number(textOf(row, 'max_length') ?? '');
  return {
    name,
    label: textOf(row, 'column_label') ?? name,
    type,
    length: Number.isInteger(length) && length > 0 ? length : null,
    required: textOf(row, 'mandatory') === 'true',
    writable: textOf(row, 'read_only') !== 'true',
    unique: textOf(row, 'unique') === 'true',
    externalId: false,
    choices,
  };
}

/** sys_dictionary answers non-admins with no rows: what a record shows is all there is to know then. */
async function fieldsOfARow(context: Context, object: string): Promise<readonly FieldDescription[]> {
  const { rows } = await list(context.rest, { table: object, query: ordered('', 'sys_id'), fields: [], limit: 1 });
  return Object.keys(rows[0] ?? {}).map((name) => ({
    name,
    label: name,
    type: 'unknown',
    length: null,
    required: false,
    writable: true,
    unique: false,
    externalId: false,
    choices: null,
  }));
}

/** Rows, or none where the account may not ask. */
async function readable(context: Context, request: Parameters<typeof list>[1]): Promise<readonly Row[]> {
  try {
    return (await list(context.rest, request)).rows;
  } catch (error) {
    if (error instanceof ConnectorError && error.data.status === 403) return [];
    throw error;
  }
}
