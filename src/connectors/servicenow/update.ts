import type { SourceRecord } from '../../core/record.ts';
import { ConnectorError } from '../errors.ts';
import type { UpdateRequest, WriteResult } from '../ticket-system.ts';
import type { BatchItem, ItemOutcome } from './batch.ts';
import { evenChunks } from './chunks.ts';
import type { Context } from './context.ts';
import { eachFails, orSideFailure, outcomeOf, writtenRecord } from './outcomes.ts';
import { decodeRow, encodeFields, fieldList, listAnswer, normalId, type Row, textOf } from './records.ts';
import { byIds } from './read.ts';
import { list, type ListRequest, listPath, tablePath, writeQuery } from './table.ts';

/** A single write; the server's own quota for it is 60 s, which whoever settles a doubt waits out. */
export const writeTimeoutMs = 30_000;

/** An update whose id is a `sys_id` in its normal form. */
type Update = UpdateRequest;

/**
 * Writes fields of known records, `TicketSystem.update`: one Batch call for up to 100 records, holding a read of the rows and then
 * the writes, whose answers are the read-back.
 */
export async function update(context: Context, requests: readonly UpdateRequest[]): Promise<readonly WriteResult[]> {
  const results: WriteResult[] = requests.map(() => notSent);
  const sendable = requests.flatMap((request, at) => {
    const id = normalId(request.id);
    return id === null ? [] : [{ at, request: { ...request, id } }];
  });
  const groups = [...Map.groupBy(sendable, ({ request }) => request.object).values()];
  const calls = groups.flatMap((group) => evenChunks(group, context.batch.writesPerCall()));
  await Promise.all(
    calls.map(async (call) => {
      const written = await eachFails(call.length, () =>
        updateGroup(
          context,
          call.map(({ request }) => request),
        ),
      );
      call.forEach(({ at }, i) => (results[at] = written[i] ?? notSent));
    }),
  );
  return orSideFailure(results);
}

const notSent: WriteResult = {
  kind: 'failed',
  error: new ConnectorError('Rejected', { side: 'servicenow', executed: 'no', cause: 'not-an-id' }),
};

async function updateGroup(context: Context, group: readonly Update[]): Promise<readonly WriteResult[]> {
  const outcomes = await context.batch.run([readItem(group), ...group.map(writeItem)]);
  if (outcomes === null) return updateSingly(context, group);
  const rows = rowsOf(outcomes.get(readId));
  return group.map((request, at) => result(request, outcomes.get(writeId(at)) ?? unanswered(request), rows));
}

const readId = 'before';
const writeId = (at: number): string => `w${at}`;

function readItem(group: readonly Update[]): BatchItem {
  return { id: readId, method: 'GET', path: listPath(rowsRequest(group)) };
}

function rowsRequest(group: readonly Update[]): ListRequest {
  const ids = [...new Set(group.map((request) => request.id))];
  return byIds(
    group[0]?.object ?? '',
    ids,
    group.flatMap((request) => request.readBack),
  );
}

function writeItem(request: Update, at: number): BatchItem {
  return { id: writeId(at), method: 'PATCH', path: writePath(request), body: encodeFields(request.fields) };
}

function writePath(request: Update): string {
  return `${nameOf(request)}?${writeQuery(fieldList(request.readBack))}`;
}

function nameOf(request: Update): string {
  return `${tablePath(request.object)}/${request.id}`;
}

/** The rows as they were read in the same call. If that read failed there are none: the writes stand all the same. */
function rowsOf(outcome: ItemOutcome | undefined): readonly Row[] {
  const parsed = outcome?.kind === 'answer' ? listAnswer.safeParse(outcome.body) : null;
  return parsed?.success === true ? parsed.data.result : [];
}

function result(request: Update, outcome: ItemOutcome, rows: readonly Row[]): WriteResult {
  const { object, readBack, id } = request;
  const written = writtenRecord(outcome, { object, readBack, request: `PATCH ${nameOf(request)}`, id });
  if (written instanceof ConnectorError) return { kind: 'failed', error: written };
  return { kind: 'written', record: written, before: stoodBefore(request, written, rows) };
}

/** The order within a batch is not documented: only a lower `sys_mod_count` shows that the row was read before it was written. */
function stoodBefore(request: Update, written: SourceRecord, rows: readonly Row[]): SourceRecord | null {
  const row = rows.find((one) => normalId(textOf(one, 'sys_id') ?? '') === request.id);
  const decoded = row === undefined ? null : decodeRow(request.object, row, request.readBack);
  if (decoded?.kind !== 'record') return null;
  const [earlier, later] = [decoded.record.version.count, written.version.count];
  return earlier !== null && later !== null && earlier < later ? decoded.record : null;
}

/** Without the Batch API: one read for all, then one call for each. */
async function updateSingly(context: Context, group: readonly Update[]): Promise<readonly WriteResult[]> {
  const { rows } = await list(context.rest, rowsRequest(group));
  return Promise.all(
    group.map(async (request) => {
      const call = { method: 'PATCH', path: writePath(request), effect: 'write', timeoutMs: writeTimeoutMs } as const;
      const outcome = await outcomeOf(() => context.rest.call({ ...call, body: encodeFields(request.fields) }));
      return result(request, outcome, rows);
    }),
  );
}

function unanswered(request: Update): ItemOutcome {
  const data = {
    side: 'servicenow',
    executed: 'maybe',
    cause: 'not-answered',
    request: `PATCH ${nameOf(request)}`,
  } as const;
  return { kind: 'failed', error: new ConnectorError('Unavailable', data) };
}
