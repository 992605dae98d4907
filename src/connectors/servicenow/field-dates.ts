import type { FieldDate, FieldDateAsk } from '../ticket-system.ts';
import type { Context } from './context.ts';
import { chunksThatFit } from './chunks.ts';
import { isForbidden, listAny, orThrow } from './list-many.ts';
import { allOf, checkName, newestFirst, term } from './query.ts';
import { normalId, type Row, textOf } from './records.ts';
import { listPath, type ListRequest } from './table.ts';
import { fromWireTime, toWireTime } from './wire-time.ts';

const auditFields = ['documentkey', 'fieldname', 'user', 'sys_created_on'];

/** Far more than a conflict's interval holds; rows come newest first, so a cut loses only what is not asked for. */
const mostRows = 2_000;

/**
 * When fields last changed, from `sys_audit`, `TicketSystem.fieldDates`. Null wherever no row says so: an ACL answers with no
 * rows, and so does a table that is not audited.
 */
export async function fieldDates(
  context: Context,
  _object: string,
  asks: readonly FieldDateAsk[],
): Promise<readonly FieldDate[]> {
  const ids = [...new Set(asks.map((ask) => normalId(ask.id)))].filter((id) => id !== null);
  if (ids.length === 0) return asks.map(() => null);
  const requestFor = (some: readonly string[]): ListRequest => auditRequest(some, asks);
  const chunks = chunksThatFit(ids, (some) => listPath(requestFor(some)), context.rest.longestPath);
  // No right to read the audit table is an answer, not a failure.
  const rows = (await listAny(context, chunks.map(requestFor))).flatMap((listed) =>
    isForbidden(listed) ? [] : orThrow(listed).rows,
  );
  const changes = byField(rows);
  return asks.map((ask) => latest(changes, ask));
}

function auditRequest(ids: readonly string[], asks: readonly FieldDateAsk[]): ListRequest {
  const since = toWireTime(asks.map((ask) => ask.since).toSorted()[0] ?? '');
  const names = [...new Set(asks.map((ask) => checkName(ask.field)))];
  return {
    table: 'sys_audit',
    query: newestFirst(
      allOf(term('documentkey', 'IN', ids), term('fieldname', 'IN', names), term('sys_created_on', '>=', since)),
      'sys_created_on',
    ),
    fields: auditFields,
    limit: mostRows,
  };
}

/** Rows of each field of each record. A batch may ask for a thousand, so nobody looks through all rows for each. */
type Changes = ReadonlyMap<string, readonly { readonly at: string; readonly by: string | null }[]>;

function byField(rows: readonly Row[]): Changes {
  const changes = new Map<string, { readonly at: string; readonly by: string | null }[]>();
  for (const row of rows) {
    const at = fromWireTime(textOf(row, 'sys_created_on') ?? '');
    if (at === null) continue;
    const key = `${normalId(textOf(row, 'documentkey') ?? '')} ${textOf(row, 'fieldname')}`;
    const known = changes.get(key) ?? [];
    known.push({ at, by: textOf(row, 'user') ?? null });
    changes.set(key, known);
  }
  return changes;
}

function latest(changes: Changes, { id, field, since }: FieldDateAsk): FieldDate {
  const dates = (changes.get(`${normalId(id)} ${field}`) ?? []).filter(({ at }) => Date.parse(at) > Date.parse(since));
  return dates.toSorted((a, b) => (a.at < b.at ? -1 : 1)).at(-1) ?? null;
}
