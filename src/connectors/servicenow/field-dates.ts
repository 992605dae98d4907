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
  return asks.map((ask) => latest(rows, ask));
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

function latest(rows: readonly Row[], ask: FieldDateAsk): FieldDate {
  const id = normalId(ask.id);
  const dates = rows.flatMap((row) => {
    const at = fromWireTime(textOf(row, 'sys_created_on') ?? '');
    const same = normalId(textOf(row, 'documentkey') ?? '') === id && textOf(row, 'fieldname') === ask.field;
    return at !== null && same && Date.parse(at) > Date.parse(ask.since)
      ? [{ at, by: textOf(row, 'user') ?? null }]
      : [];
  });
  return dates.toSorted((a, b) => (a.at < b.at ? -1 : 1)).at(-1) ?? null;
}
