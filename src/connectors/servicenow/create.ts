import { ConnectorError } from '../errors.ts';
import type { CreateRequest, Sending, WriteResult } from '../ticket-system.ts';
import type { ItemOutcome } from './batch.ts';
import type { Context } from './context.ts';
import { orSideFailure, outcomeOf, writtenRecord } from './outcomes.ts';
import { encodeFields, fieldList, normalId } from './records.ts';
import { normaliseId } from '../salesforce/ids.ts';
import { sendWrites } from './send-writes.ts';
import { stampFields } from './stamp.ts';
import { findStamped } from './stamped.ts';
import { tablePath, writeQuery } from './table.ts';
import { writeTimeoutMs } from './update.ts';

/**
 * Creates records under a `sys_id` chosen by us and with our stamp, `TicketSystem.create`. A refusal is not believed before we
 * have looked: a second insert of one `sys_id` is refused, and inserts have been answered 403 though they went through (KB2697679).
 */
export async function create(
  context: Context,
  requests: readonly CreateRequest[],
  sending?: Sending,
): Promise<readonly WriteResult[]> {
  const results: WriteResult[] = requests.map(() => notSent);
  const sendable = requests.flatMap((request, at) => (isSendable(request) ? [{ at, request }] : []));
  const made = await sendWrites(context, {
    kind: 'create',
    items: sendable,
    bytesOf: ({ request }) => Buffer.byteLength(JSON.stringify(request.fields)),
    send: (some) =>
      createGroup(
        context,
        some.map(({ request }) => request),
        sending,
      ),
  });
  sendable.forEach(({ at }, i) => (results[at] = made[i] ?? notSent));
  return orSideFailure(await lookAfterRefusals(context, requests, results));
}

const notSent: WriteResult = {
  kind: 'failed',
  error: new ConnectorError('Rejected', { side: 'servicenow', executed: 'no', cause: 'not-an-id' }),
};

function isSendable(request: CreateRequest): boolean {
  return normalId(request.drawnId) !== null && normaliseId(request.partnerId) !== null;
}

async function createGroup(
  context: Context,
  group: readonly CreateRequest[],
  sending: Sending | undefined,
): Promise<readonly WriteResult[]> {
  const items = group.map(
    (request, at) => ({ id: `c${at}`, method: 'POST', path: pathOf(request), body: bodyOf(request) }) as const,
  );
  const outcomes = items.length > 1 ? await context.batch.run(items, 'create', sending) : null;
  if (outcomes !== null) return group.map((request, at) => result(request, outcomes.get(`c${at}`)));
  return Promise.all(
    group.map(async (request) => {
      const call = {
        method: 'POST',
        path: pathOf(request),
        body: bodyOf(request),
        effect: 'write',
        timeoutMs: writeTimeoutMs,
        sending,
      } as const;
      return result(request, await outcomeOf(() => context.rest.call(call)));
    }),
  );
}

function pathOf(request: CreateRequest): string {
  return `${tablePath(request.object)}?${writeQuery(fieldList(request.readBack))}`;
}

function bodyOf(request: CreateRequest): Record<string, string> {
  const stamp = stampFields(normaliseId(request.partnerId) ?? '');
  return { ...encodeFields(request.fields), ...stamp, sys_id: normalId(request.drawnId) ?? '' };
}

function nameOf(request: CreateRequest): string {
  return `POST ${tablePath(request.object)}`;
}

/** Whatever `sys_id` comes back is the record's. */
function result(request: CreateRequest, outcome: ItemOutcome | undefined): WriteResult {
  const write = { object: request.object, readBack: request.readBack, request: nameOf(request), id: null };
  const unanswered = {
    side: 'servicenow',
    executed: 'maybe',
    cause: 'not-answered',
    request: nameOf(request),
  } as const;
  const answered: ItemOutcome = outcome ?? { kind: 'failed', error: new ConnectorError('Unavailable', unanswered) };
  const written = writtenRecord(answered, write);
  return written instanceof ConnectorError
    ? { kind: 'failed', error: written }
    : { kind: 'written', record: written, before: null };
}

/** One query per object for all that were refused. */
async function lookAfterRefusals(
  context: Context,
  requests: readonly CreateRequest[],
  results: readonly WriteResult[],
): Promise<readonly WriteResult[]> {
  const refused = requests.filter((_, at) => wasRefused(results[at]));
  const looked = new Map<CreateRequest, WriteResult>();
  for (const [object, group] of Map.groupBy(refused, (request) => request.object)) {
    const written = results.find((one) => one.kind === 'written' && one.record.object === object);
    const control = written?.kind === 'written' ? written.record.id : null;
    const seen = await look(context, object, group, control);
    group.forEach((request, at) => looked.set(request, afterLook(results[requests.indexOf(request)], seen[at])));
  }
  return requests.map((request, at) => looked.get(request) ?? results[at] ?? result(request, undefined));
}

function wasRefused(one: WriteResult | undefined): boolean {
  return one?.kind === 'failed' && one.error.kind === 'Rejected' && one.error.data.status !== undefined;
}

type Look = Awaited<ReturnType<typeof findStamped>>[number] | undefined;

/** A look that fails itself leaves the refusals as they were, unexplained ones in doubt. */
async function look(
  context: Context,
  object: string,
  group: readonly CreateRequest[],
  control: string | null,
): Promise<readonly Look[]> {
  try {
    const fields = [...new Set(group.flatMap((request) => request.readBack))];
    return await findStamped(context, { object, fields, probes: group, control });
  } catch (error) {
    if (error instanceof ConnectorError) return [];
    throw error;
  }
}

/** Refusals whose words are on record as coming before anything is stored. */
const explained = new Set(['validation', 'business-rule', 'no-rights', 'bad-request', 'too-large', 'unknown-table']);

function afterLook(refusal: WriteResult | undefined, seen: Look): WriteResult {
  const [record] = seen?.records ?? [];
  if (record !== undefined) return { kind: 'written', record, before: null };
  if (refusal?.kind !== 'failed') throw new TypeError('only a refusal is looked after');
  const sure = explained.has(refusal.error.data.cause ?? '') || seen?.conclusive === true;
  if (sure) return refusal;
  return {
    kind: 'failed',
    error: new ConnectorError(refusal.error.kind, { ...refusal.error.data, executed: 'maybe' }),
  };
}
