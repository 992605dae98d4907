import type { ApiAnswer, ApiRequest, Instance } from './api.ts';
import { json } from './api.ts';
import type { Row } from './database.ts';
import { matching } from './listing.ts';
import { valueOf } from './matching.ts';
import { refusals } from './refusal.ts';

const measures = ['avg', 'min', 'max', 'sum'] as const;
type Measure = (typeof measures)[number];

/** `GET /api/now/stats/{table}`: every number is text; grouping turns `result` into a list (stats-count-rec, stats-avg-groupby-doc). */
export function statsApi(instance: Instance, request: ApiRequest, table: string): ApiAnswer {
  const { schema } = instance.database;
  if (schema.table(table) === undefined) throw refusals.invalidTable(table);
  if (request.method !== 'GET') throw refusals.method();
  if (!instance.rights.may(request.user, 'read', schema.ancestors(table))) throw refusals.queryRights();
  const rows = matching(instance, request, table);
  const by = split(request.query.get('sysparm_group_by')).filter((field) => schema.column(table, field) !== undefined);
  if (by.length === 0) return json(200, { result: { stats: statsOf(instance, request, table, rows) } });
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(by.map((field) => row[field] ?? ''));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const result = [...groups.values()]
    .map((group) => ({
      stats: statsOf(instance, request, table, group),
      groupby_fields: by.map((field) => groupField(instance, request, table, group[0] ?? {}, field)),
    }))
    .filter((group) => having(request.query.get('sysparm_having'), group.stats));
  return json(200, { result: ordered(result, request.query.get('sysparm_order_by'), by) });
}

type Stats = Record<string, unknown>;

function statsOf(instance: Instance, request: ApiRequest, table: string, rows: readonly Row[]): Stats {
  const stats: Stats = {};
  if (request.query.get('sysparm_count') === 'true') stats['count'] = String(rows.length);
  for (const measure of measures) {
    const fields = split(request.query.get(`sysparm_${measure}_fields`)).filter(
      (field) => instance.database.schema.column(table, field) !== undefined,
    );
    if (fields.length === 0) continue;
    stats[measure] = Object.fromEntries(
      fields.map((field) => [field, measured(instance, table, measure, field, rows)]),
    );
  }
  return stats;
}

function measured(instance: Instance, table: string, measure: Measure, field: string, rows: readonly Row[]): string {
  const values = rows.map((row) => valueOf(instance.database, table, row, field).value).filter((value) => value !== '');
  if (values.length === 0) return '';
  const numbers = values.map(Number);
  const numeric = numbers.every((value) => !Number.isNaN(value));
  if (measure === 'sum' || measure === 'avg') {
    const sum = numbers.reduce((total, value) => total + (Number.isNaN(value) ? 0 : value), 0);
    return measure === 'sum' ? String(sum) : (sum / values.length).toFixed(4);
  }
  // Text includes dates: `max` of sys_updated_on is a cheap change detector (syncrona, M3).
  const sorted = numeric ? numbers.sort((a, b) => a - b).map(String) : values.sort();
  return (measure === 'min' ? sorted[0] : sorted.at(-1)) ?? '';
}

function groupField(
  instance: Instance,
  request: ApiRequest,
  table: string,
  row: Row,
  field: string,
): Record<string, string> {
  const { value, column } = valueOf(instance.database, table, row, field);
  const mode = request.query.get('sysparm_display_value') ?? 'false';
  if (mode === 'false' || column === undefined) return { value, field };
  const shown = instance.outgoing.display(row, column, value, instance.users.styleOf(request.user)) ?? '';
  return mode === 'all' ? { display_value: shown, value, field } : { display_value: shown, field };
}

/** `count^priority^>^3`: aggregate, field, operator, value. */
function having(text: string | null, stats: Stats): boolean {
  if (text === null || text === '') return true;
  const [aggregate = '', , operator, value = ''] = text.split('^');
  const is = Number(stats[aggregate] ?? Number.NaN);
  const asked = Number(value);
  if (operator === '>') return is > asked;
  if (operator === '<') return is < asked;
  if (operator === '>=') return is >= asked;
  if (operator === '<=') return is <= asked;
  return operator === '!=' ? is !== asked : is === asked;
}

type Grouped = { readonly stats: Stats; readonly groupby_fields: readonly Record<string, string>[] };

/** By `COUNT`, or by the group's own value; `DESC` in front turns it round. */
function ordered(groups: readonly Grouped[], text: string | null, by: readonly string[]): readonly Grouped[] {
  const descending = text?.includes('DESC') === true;
  const key = (text ?? by[0] ?? '').replace('DESC', '').replaceAll('^', '');
  const of = (group: Grouped): string | number => {
    if (key.toUpperCase() === 'COUNT') return Number(group.stats['count'] ?? 0);
    const field = group.groupby_fields.find((each) => each['field'] === key);
    return field?.['value'] ?? field?.['display_value'] ?? '';
  };
  return [...groups].sort((a, b) => {
    const [x, y] = [of(a), of(b)];
    const order = x < y ? -1 : x > y ? 1 : 0;
    return descending ? -order : order;
  });
}

function split(text: string | null): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
