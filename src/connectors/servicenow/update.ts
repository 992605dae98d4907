import type { SourceRecord } from '../../core/record.ts';
import { ConnectorError } from '../errors.ts';
import type { Sending, UpdateRequest, WriteResult } from '../ticket-system.ts';
import type { BatchItem, ItemOutcome } from './batch.ts';
import { chunksThatFit } from './chunks.ts';
import type { Context } from './context.ts';
import { listAny, orThrow } from './list-many.ts';
import { orSideFailure, outcomeOf, writtenRecord } from './outcomes.ts';
import { decodeRow, encodeFields, fieldList, listAnswer, normalId, type Row, textOf } from './records.ts';
import { byIds } from './read.ts';
import { sendWrites } from './send-writes.ts';
import { type ListRequest, listPath, tablePath, writeQuery } from './table.ts';

/** A single write; the server's own quota for it is 60 s, which whoever settles a doubt waits out. */
export const writeTimeoutMs = 30_000;

/** An update whose id is a `sys_id` in its normal form. */
type Update = UpdateRequest;

/**
 * Writes fields of known records, `TicketSystem.update`: one Batch call for as many records as fit into its time, holding a read of
 * the rows and then the writes, whose answers are the read-back.
 */
export async function update(
  context: Context,
  requests: readonly UpdateRequest[],
  sending?: Sending,
): Promise<readonly WriteResult[]> {
  const results: WriteResult[] = requests.map(() => notSent);
  const sendable = requests.flatMap((request, at) => {
    const id = normalId(request.id);
    return id === null ? [] : [{ at, request: { ...request, id } }];
  });
  const groups = [...Map.groupBy(sendable, ({ request }) => request.object).values()];
  await Promise.all(
    groups.map(async (group) => {
      const written = await sendWrites(context, {
        kind: 'update',
        items: group,
        bytesOf: ({ request }) => Buffer.byteLength(JSON.stringify(request.fields)),
        send: (some) =>
          updateGroup(
            context,
            some.map(({ request }) => request),
            sending,
          ),
      });
      group.forEach(({ at }, i) => (results[at] = written[i] ?? notSent));
    }),
  );
  return orSideFailure(results);
}

const notSent: WriteResult = {
  kind: 'failed',
  error: new ConnectorError('Rejected', { side: 'servicenow', executed: 'no', cause: 'not-an-id' }),
};

async function updateGroup(
  context: Context,
  group: readonly Update[],
  sending: Sending | undefined,
): Promise<readonly WriteResult[]> {
  const reads = rowsRequests(context, group);
  const readItems = reads.map((read, at): BatchItem => ({ id: readId(at), method: 'GET', path: listPath(read) }));
  const outcomes = await context.batch.run([...readItems, ...group.map(writeItem)], 'update', sending);
  if (outcomes === null) return updateSingly(context, group, reads, sending);
  // One that takes longer than a batch may: by itself it has the 60 s of the Table API.
  const [only] = group.length === 1 ? [outcomes.get(writeId(0))] : [];
  if (only?.kind === 'failed' && only.error.data.cause === 'unserviced') {
    context.batch.slowAlone('update');
    return updateSingly(context, group, reads, sending);
  }
  const rows = rowsById(reads.flatMap((_, at) => rowsOf(outcomes.get(readId(at)))));
  return group.map((request, at) => result(request, outcomes.get(writeId(at)) ?? unanswered(request), rows));
}

const readId = (at: number): string => `before${at}`;
const writeId = (at: number): string => `w${at}`;

/** As many lists as the length of a URL asks for: who may not use the Batch API sends them by themselves. */
function rowsRequests(context: Context, group: readonly Update[]): readonly ListRequest[] {
  const ids = [...new Set(group.map((request) => request.id))];
  const fields = [...new Set(group.flatMap((request) => request.readBack))];
  const requestFor = (some: readonly string[]): ListRequest => byIds(group[0]?.object ?? '', some, fields);
  return chunksThatFit(ids, (some) => listPath(requestFor(some)), context.rest.longestPath).map(requestFor);
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

type Rows = ReadonlyMap<string, Row>;

function rowsById(rows: readonly Row[]): Rows {
  return new Map(rows.map((row) => [normalId(textOf(row, 'sys_id') ?? '') ?? '', row]));
}

function result(request: Update, outcome: ItemOutcome, rows: Rows): WriteResult {
  const { object, readBack, id } = request;
  const written = writtenRecord(outcome, { object, readBack, request: `PATCH ${nameOf(request)}`, id });
  if (written instanceof ConnectorError) return { kind: 'failed', error: written };
  return { kind: 'written', record: written, before: stoodBefore(request, written, rows) };
}

/** The order within a batch is not documented: only a lower `sys_mod_count` shows that the row was read before it was written. */
function stoodBefore(request: Update, written: SourceRecord, rows: Rows): SourceRecord | null {
  const row = rows.get(request.id);
  const decoded = row === undefined ? null : decodeRow(request.object, row, request.readBack);
  if (decoded?.kind !== 'record') return null;
  const [earlier, later] = [decoded.record.version.count, written.version.count];
  return earlier !== null && later !== null && earlier < later ? decoded.record : null;
}

/** Without the Batch API: a read for all, then one call for each. */
async function updateSingly(
  context: Context,
  group: readonly Update[],
  reads: readonly ListRequest[],
  sending: Sending | undefined,
): Promise<readonly WriteResult[]> {
  const rows = rowsById((await listAny(context, reads)).flatMap((listed) => orThrow(listed).rows));
  return Promise.all(
    group.map(async (request) => {
      const path = writePath(request);
      const call = { method: 'PATCH', path, effect: 'write', timeoutMs: writeTimeoutMs, sending } as const;
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
