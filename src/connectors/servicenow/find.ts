import type { FindRequest, Found, FoundRow } from '../ticket-system.ts';
import type { Context } from './context.ts';
import { unexpected } from './errors.ts';
import { listMany, orThrow } from './list-many.ts';
import { anyOf, isAskable, ordered, term } from './query.ts';
import { normalId, type Row, textOf } from './records.ts';
import { listPath, type ListRequest, tablePath } from './table.ts';

/** Rows that one list brings at most. */
const mostRows = 1000;

interface Ask {
  /** Place of the request that it is a part of. */
  readonly at: number;
  readonly values: readonly string[];
  readonly request: ListRequest;
}

/** Looks rows up by what they hold, `TicketSystem.find`: all requests in one Batch call, if this account has it. */
export async function find(context: Context, requests: readonly FindRequest[]): Promise<readonly Found[]> {
  const rows = requests.map((): FoundRow[] => []);
  const cut = new Set<number>();
  let asks = requests.flatMap((request, at) => asksFor(request, at, askable(request.values), context.rest.longestPath));
  while (asks.length > 0) {
    const answers = await listMany(
      context,
      asks.map((ask) => ask.request),
    );
    const again: Ask[] = [];
    for (const [index, ask] of asks.entries()) {
      const request = requests[ask.at];
      const listed = answers[index];
      if (request === undefined || listed === undefined) continue;
      const answer = orThrow(listed);
      const { limit } = ask.request;
      const isCut = answer.total === null ? answer.rows.length >= limit : answer.total > limit;
      const holding = rowsHolding(request, ask.values, answer.rows);
      if (isCut && ask.values.length > 1) again.push(...halves(request, ask));
      else rows[ask.at]?.push(...holding);
      if (isCut && ask.values.length === 1) cut.add(ask.at);
    }
    asks = again;
  }
  return rows.map((some, at) => ({ rows: some, whole: !cut.has(at) }));
}

function askable(values: readonly string[]): readonly string[] {
  return [...new Set(values)].filter(isAskable);
}

/** As few lists as the length of a URL allows. */
function asksFor(request: FindRequest, at: number, values: readonly string[], longest: number): readonly Ask[] {
  const asks: Ask[] = [];
  let open: readonly string[] = [];
  for (const value of values) {
    const more = [...open, value];
    if (open.length > 0 && Buffer.byteLength(listPath(requestFor(request, more))) > longest) {
      asks.push({ at, values: open, request: requestFor(request, open) });
      open = [value];
    } else open = more;
  }
  return open.length === 0 ? asks : [...asks, { at, values: open, request: requestFor(request, open) }];
}

function halves(request: FindRequest, { at, values }: Ask): readonly Ask[] {
  const middle = Math.ceil(values.length / 2);
  return [values.slice(0, middle), values.slice(middle)].map((some) => ({
    at,
    values: some,
    request: requestFor(request, some),
  }));
}

/** A list of values knows no way to write a comma, so that a value with one stands in a term of its own. */
function requestFor({ object, field, fields }: FindRequest, values: readonly string[]): ListRequest {
  const plain = values.filter((value) => !value.includes(','));
  const terms = [
    ...(plain.length === 0 ? [] : [term(field, 'IN', plain)]),
    ...values.filter((value) => value.includes(',')).map((value) => term(field, '=', value)),
  ];
  return {
    table: object,
    query: ordered(anyOf(...terms), 'sys_id'),
    fields: [...new Set(['sys_id', field, ...fields])],
    limit: mostRows,
    count: true,
  };
}

/**
 * Only rows that hold what was asked for: a database may take `é` for `e`. A dropped query term answers with the whole table
 * (rec: query-unknown-field-returns-all); then the rows lack the field.
 */
function rowsHolding(request: FindRequest, values: readonly string[], rows: readonly Row[]): readonly FoundRow[] {
  if (rows.length > 0 && rows.every((row) => textOf(row, request.field) === undefined))
    throw unexpected({ request: `GET ${tablePath(request.object)}`, effect: 'read' }, 'query-ignored');
  const wanted = new Set(values.map((value) => value.toLowerCase()));
  return rows.flatMap((row): FoundRow[] => {
    const id = normalId(textOf(row, 'sys_id') ?? '');
    const held = textOf(row, request.field);
    if (id === null || typeof held !== 'string' || !wanted.has(held.toLowerCase())) return [];
    const names = [request.field, ...request.fields];
    return [{ id, fields: Object.fromEntries(names.map((name) => [name, textOf(row, name) ?? null])) }];
  });
}
