import { ConnectorError } from '../errors.ts';
import type { EraseResult, ReadResult, Sending } from '../ticket-system.ts';
import { chunksThatFit } from './chunks.ts';
import type { Context } from './context.ts';
import { listAny, orThrow } from './list-many.ts';
import { ofTheSide } from './outcomes.ts';
import { allOf, term } from './query.ts';
import { normalId, textOf } from './records.ts';
import { listPath, type ListRequest, tablePath } from './table.ts';

/** ServiceNow's own account of deletions: audited tables only, for a limited time, and readable to administrators in practice. */
const log = 'sys_audit_delete';

/**
 * Tells a deletion from an absence where ServiceNow does: what an answer left out is `deleted` if its log of deletions names it, and
 * stays `absent` otherwise. A log that this account may not read is empty (200 with no rows), and so proves nothing. Asks only where
 * something is absent.
 */
export async function withDeletions(context: Context, results: readonly ReadResult[]): Promise<readonly ReadResult[]> {
  const absent = results.flatMap((result) => (result.kind === 'absent' ? (normalId(result.id) ?? []) : []));
  if (absent.length === 0) return results;
  const deleted = await deletedAmong(context, [...new Set(absent)]);
  return results.map((result): ReadResult => {
    if (result.kind !== 'absent' || !deleted.has(normalId(result.id) ?? '')) return result;
    return { kind: 'deleted', id: result.id };
  });
}

async function deletedAmong(context: Context, ids: readonly string[]): Promise<ReadonlySet<string>> {
  // A deletion is filed under the record's own class, which need not be the table that is mapped: the id alone is asked for.
  const requestFor = (some: readonly string[]): ListRequest => ({
    table: log,
    query: allOf(term('documentkey', 'IN', some)),
    fields: ['documentkey', 'tablename'],
    limit: some.length,
  });
  const chunks = chunksThatFit(ids, (some) => listPath(requestFor(some)), context.rest.longestPath);
  const pages = await listAny(context, chunks.map(requestFor));
  const rows = pages.flatMap((page) => (isForbidden(page) ? [] : orThrow(page).rows));
  const asked = new Set(ids);
  // A dropped query term answers with the whole table: only what was asked for counts.
  const named = rows.map((row) => normalId(textOf(row, 'documentkey') ?? ''));
  return new Set(named.filter((id) => id !== null && asked.has(id)).filter((id) => id !== null));
}

function isForbidden(error: unknown): boolean {
  if (!(error instanceof ConnectorError)) return false;
  const { status } = error.data;
  return status === 400 || status === 403 || status === 404;
}

const eraseTimeoutMs = 60_000;

/**
 * Deletes records one by one: few at a time, since whoever asks for this has a limit. Behind a failure of the side nothing more is sent;
 * where that was the first, it rejects.
 */
export async function erase(
  context: Context,
  object: string,
  ids: readonly string[],
  sending?: Sending,
): Promise<readonly EraseResult[]> {
  const results: EraseResult[] = [];
  for (const given of ids) {
    const id = normalId(given);
    if (id === null) {
      results.push({ kind: 'failed', error: notAnId });
      continue;
    }
    const path = `${tablePath(object)}/${id}`;
    try {
      await context.rest.call({ method: 'DELETE', path, effect: 'write', timeoutMs: eraseTimeoutMs, sending });
      results.push({ kind: 'erased' });
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (results.length === 0 && ofTheSide.has(error.kind) && !error.inDoubt) throw error;
      results.push({ kind: 'failed', error });
      if (ofTheSide.has(error.kind)) return [...results, ...behind(error, ids.length - results.length)];
    }
  }
  return results;
}

const notAnId = new ConnectorError('Rejected', { side: 'servicenow', executed: 'no', cause: 'not-an-id' });

function behind(error: ConnectorError, records: number): readonly EraseResult[] {
  const unsent = new ConnectorError(error.kind, { ...error.data, executed: 'no' }, { cause: error });
  return Array.from({ length: records }, () => ({ kind: 'failed', error: unsent }));
}
