import type { SourceRecord } from '../../core/record.ts';
import type { ReadResult } from '../ticket-system.ts';
import { chunksThatFit } from './chunks.ts';
import { type Context, recordsOf } from './context.ts';
import { unexpected } from './errors.ts';
import { allOf, term } from './query.ts';
import { fieldList, normalId, type Row, textOf } from './records.ts';
import { list, listPath, type ListRequest, readList, tablePath } from './table.ts';

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
  const batched = chunks.length > 1 ? await readBatched(context, object, chunks.map(requestFor)) : null;
  if (batched !== null) return batched.flatMap((rows, at) => onlyAsked(object, rows, chunks[at] ?? []));
  const pages = await Promise.all(
    chunks.map(async (chunk) => onlyAsked(object, (await list(context.rest, requestFor(chunk))).rows, chunk)),
  );
  return pages.flat();
}

async function readBatched(
  context: Context,
  object: string,
  requests: readonly ListRequest[],
): Promise<readonly (readonly Row[])[] | null> {
  const items = requests.map((request, at) => ({ id: `r${at}`, method: 'GET', path: listPath(request) }) as const);
  const outcomes = await context.batch.run(items);
  if (outcomes === null) return null;
  return items.map((item) => {
    const outcome = outcomes.get(item.id);
    if (outcome?.kind === 'answer') return readList(outcome.body, `GET ${tablePath(object)}`);
    throw outcome?.error ?? unexpected({ request: `GET ${tablePath(object)}`, effect: 'read' }, 'not-answered');
  });
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
