import type { SourceRecord } from '../../core/record.ts';
import type { ReadResult } from '../ticket-system.ts';
import { chunksThatFit } from './chunks.ts';
import { type Context, recordsOf } from './context.ts';
import { unexpected } from './errors.ts';
import { listAny, orThrow } from './list-many.ts';
import { allOf, term } from './query.ts';
import { fieldList, normalId, type Row, textOf } from './records.ts';
import { listPath, type ListRequest, tablePath } from './table.ts';

/** Reads by id, `TicketSystem.read`. An answer without a record says no more than `absent`: ACLs leave rows out silently. */
export async function read(
  context: Context,
  object: string,
  ids: readonly string[],
  fields: readonly string[],
): Promise<readonly ReadResult[]> {
  const wanted = [...new Set(ids.map(normalId))].filter((id) => id !== null);
  const rows = await readRows(context, object, wanted, fields);
  const found = new Map<string, SourceRecord>(
    recordsOf(context, object, rows, fields).map((record) => [record.id, record]),
  );
  return ids.map((id) => {
    const record = found.get(normalId(id) ?? '');
    return record === undefined ? { kind: 'absent', id } : { kind: 'found', record };
  });
}

/** One call where the ids fit into a URL; one Batch call beyond that, if this account has it. */
async function readRows(
  context: Context,
  object: string,
  ids: readonly string[],
  fields: readonly string[],
): Promise<readonly Row[]> {
  const requestFor = (some: readonly string[]): ListRequest => byIds(object, some, fields);
  const chunks = chunksThatFit(ids, (some) => listPath(requestFor(some)), context.rest.longestPath);
  const pages = await listAny(context, chunks.map(requestFor));
  return pages.flatMap((page, at) => onlyAsked(object, orThrow(page).rows, chunks[at] ?? []));
}

/** The list request for these ids. */
export function byIds(object: string, ids: readonly string[], fields: readonly string[]): ListRequest {
  return { table: object, query: allOf(term('sys_id', 'IN', ids)), fields: fieldList(fields), limit: ids.length };
}

/** A dropped query term answers with the whole table: then the rows that were asked for may be missing by chance. */
export function onlyAsked(object: string, rows: readonly Row[], ids: readonly string[]): readonly Row[] {
  const asked = new Set(ids);
  if (rows.every((row) => asked.has(normalId(textOf(row, 'sys_id') ?? '') ?? ''))) return rows;
  throw unexpected({ request: `GET ${tablePath(object)}`, effect: 'read' }, 'query-ignored');
}
