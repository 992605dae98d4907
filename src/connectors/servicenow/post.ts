import type { PostRequest, PostResult } from '../children.ts';
import { harmless } from '../../core/comments/text.ts';
import { ConnectorError } from '../errors.ts';
import type { ItemOutcome } from './batch.ts';
import { evenChunks } from './chunks.ts';
import type { Context } from './context.ts';
import { elementOf } from './journal-entries.ts';
import { saysIn } from './journal-stream.ts';
import { listAny } from './list-many.ts';
import { outcomeOf } from './outcomes.ts';
import type { People } from './people.ts';
import { byIds } from './read.ts';
import { sendWrites } from './send-writes.ts';
import { normalId, oneAnswer, type Row, textOf } from './records.ts';
import type { Sending } from '../ticket-system.ts';
import { displayOf, type ListRequest, tablePath, writeQuery } from './table.ts';
import { writeTimeoutMs } from './update.ts';
import { fromWireTime } from './wire-time.ts';

/**
 * Entries of one ticket go out in rounds, one round a second: an entry is dated to the second, two of the same second have no order
 * between them, and neither has what travels in one batch.
 */
const roundMs = 1_000;

type Sendable = { readonly at: number; readonly request: PostRequest };

export type Post = (requests: readonly PostRequest[], sending?: Sending) => Promise<readonly PostResult[]>;

/** Adds journal entries, `ChildSystem.post`: one Batch call for the next entry of many tickets. */
export function createPost(context: Context, people: People): Post {
  const { clock } = context;
  /** When each ticket's last entry was answered, for as long as the next one has to keep its distance. */
  const answered = new Map<string, number>();

  async function keepDistance(round: readonly Sendable[]): Promise<void> {
    for (const [key, at] of answered) if (at <= clock.now() - roundMs) answered.delete(key);
    const last = Math.max(...round.map(({ request }) => answered.get(keyOf(request)) ?? Number.NEGATIVE_INFINITY));
    const wait = last + roundMs - clock.now();
    if (Number.isFinite(wait) && wait > 0) await clock.sleep(wait);
  }

  return async (requests, sending) => {
    const results: PostResult[] = requests.map(() => refused('not-an-id'));
    const sendable = requests.flatMap((request, at): readonly Sendable[] => {
      const id = normalId(request.recordId);
      if (id === null) return [];
      if (request.text.trim() !== '') return [{ at, request: { ...request, recordId: id } }];
      results[at] = refused('empty-text');
      return [];
    });
    const stopped = new Set<string>();
    for (const round of roundsOf(sendable)) {
      const going = round.filter(({ request }) => !stopped.has(keyOf(request)));
      for (const { at, request } of round) if (stopped.has(keyOf(request))) results[at] = held;
      if (going.length === 0) continue;
      await keepDistance(going);
      for (const { at, result, request } of await sendRound({ context, people, sending }, going)) {
        results[at] = result;
        answered.set(keyOf(request), clock.now());
        // What follows must not overtake an entry that may still have to be sent again.
        if (result.kind === 'failed' && !isFinal(result.error)) stopped.add(keyOf(request));
      }
    }
    return results;
  };
}

/** The same would be said the next time. */
function isFinal(error: ConnectorError): boolean {
  return error.kind === 'Rejected' || (error.kind === 'NotFound' && !error.inDoubt);
}

/** The first entry of each ticket, then the second of each, and so on. */
function roundsOf(sendable: readonly Sendable[]): readonly (readonly Sendable[])[] {
  const perTicket = [...Map.groupBy(sendable, ({ request }) => keyOf(request)).values()];
  const longest = Math.max(0, ...perTicket.map((entries) => entries.length));
  return Array.from({ length: longest }, (_, n) => perTicket.flatMap((entries) => entries[n] ?? []));
}

interface Desk {
  readonly context: Context;
  readonly people: People;
  readonly sending: Sending | undefined;
}

type Sent = Sendable & { readonly result: PostResult };

async function sendRound(desk: Desk, round: readonly Sendable[]): Promise<readonly Sent[]> {
  const results = await sendWrites(desk.context, {
    kind: 'post',
    items: round,
    bytesOf: ({ request }) => Buffer.byteLength(JSON.stringify(request.text)),
    send: (some) => sendCall(desk, some),
  });
  return round.map((one, at) => ({ ...one, result: results[at] ?? doubt(one.request, 'not-answered') }));
}

async function sendCall(desk: Desk, call: readonly Sendable[]): Promise<readonly PostResult[]> {
  const requests = call.map(({ request }) => request);
  const startedAt = desk.context.clock.now();
  const items = requests.map((request, at) => ({ id: `p${at}`, ...patchOf(request) }));
  const outcomes = items.length > 1 ? await desk.context.batch.run(items, 'post', desk.sending) : null;
  const said =
    outcomes === null
      ? await Promise.all(requests.map((request) => sendSingly(desk, request)))
      : requests.map((request, at) => saidBy(desk, request, outcomes.get(`p${at}`), startedAt));
  return orLook(desk.context, requests, said);
}

async function sendSingly(desk: Desk, request: PostRequest): Promise<Said> {
  const { context, sending } = desk;
  const startedAt = context.clock.now();
  const call = { ...patchOf(request), effect: 'write', timeoutMs: writeTimeoutMs, sending } as const;
  return saidBy(desk, request, await outcomeOf(() => context.rest.call(call)), startedAt);
}

/** The journal itself is not asked for: it comes whole, and those of 500 tickets are more than an answer may be long. */
function patchOf(request: PostRequest) {
  return {
    method: 'PATCH',
    path: `${nameOf(request)}?${writeQuery(['sys_id', 'sys_updated_on', 'sys_updated_by'])}`,
    body: { [elementOf[request.channel]]: harmless(request.text) },
  } as const;
}

/** `unmoved`: answered as a success by a ticket that was last saved before the call set out. */
type Said = PostResult | { readonly kind: 'unmoved' };

function saidBy(desk: Desk, request: PostRequest, outcome: ItemOutcome | undefined, startedAt: number): Said {
  if (outcome === undefined) return doubt(request, 'not-answered');
  if (outcome.kind === 'failed') return { kind: 'failed', error: outcome.error };
  const parsed = oneAnswer.safeParse(outcome.body);
  if (!parsed.success) return doubt(request, 'broken-answer');
  const row: Row = parsed.data.result;
  if (normalId(textOf(row, 'sys_id') ?? '') !== request.recordId) return doubt(request, 'other-record');
  const at = fromWireTime(textOf(row, 'sys_updated_on') ?? '');
  if (at !== null && Date.parse(at) < setOut(outcome.headers['date'], desk.context.clock.now() - startedAt))
    return { kind: 'unmoved' };
  const signed = textOf(row, 'sys_updated_by');
  if (typeof signed === 'string') desk.people.signedAs(signed);
  return { kind: 'posted', id: null, at };
}

/**
 * The second in which a call set out, by the server's clock. `Date` is cut to the second like the stamps are: this errs by one at most,
 * and then a journal is looked at that need not have been.
 */
function setOut(date: string | undefined, tookMs: number): number {
  return Math.floor((Date.parse(date ?? '') + 999 - tookMs) / 1_000) * 1_000;
}

/** So many journals are read at once. */
const journalsPerLook = 10;

/**
 * A field ACL drops a value in silence, and a comment moves its ticket (table-patch-comment-display-true-rec): of tickets that did not
 * move the journals are read, as rendered. One that came and does not hold our text is proof; one that did not come is none.
 */
async function orLook(
  context: Context,
  requests: readonly PostRequest[],
  said: readonly Said[],
): Promise<readonly PostResult[]> {
  const unmoved = requests.filter((_, at) => said[at]?.kind === 'unmoved');
  const rows = await journalsOf(context, unmoved);
  return requests.map((request, at): PostResult => {
    const one = said[at] ?? doubt(request, 'not-answered');
    if (one.kind !== 'unmoved') return one;
    const row = rows.get(keyOf(request));
    const journal = row === undefined ? null : displayOf(row, elementOf[request.channel]);
    if (journal !== null && !saysIn(journal, request.text)) return refused('not-saved', request);
    return { kind: 'posted', id: null, at: null };
  });
}

async function journalsOf(context: Context, requests: readonly PostRequest[]): Promise<ReadonlyMap<string, Row>> {
  if (requests.length === 0) return new Map();
  const elements = [...new Set(requests.map(({ channel }) => elementOf[channel]))];
  const lists = [...Map.groupBy(requests, ({ object }) => object)].flatMap(([object, some]) =>
    evenChunks(some, journalsPerLook).map((few): ListRequest => {
      const ids = few.map(({ recordId }) => recordId);
      return { ...byIds(object, ids, elements), fields: ['sys_id', ...elements], display: 'all' };
    }),
  );
  const listed = await listAny(context, lists);
  return new Map(
    listed.flatMap((list, at) =>
      // A look that failed proves nothing.
      list instanceof ConnectorError
        ? []
        : list.rows.map((row) => [`${lists[at]?.table} ${normalId(textOf(row, 'sys_id') ?? '')}`, row] as const),
    ),
  );
}

function keyOf(request: PostRequest): string {
  return `${request.object} ${request.recordId}`;
}

function nameOf(request: PostRequest): string {
  return `${tablePath(request.object)}/${request.recordId}`;
}

function refused(cause: string, request?: PostRequest): PostResult {
  const asked = request === undefined ? {} : { request: `PATCH ${nameOf(request)}` };
  return {
    kind: 'failed',
    error: new ConnectorError('Rejected', { side: 'servicenow', executed: 'no', cause, ...asked }),
  };
}

/** Not sent, since an entry before it is not settled. */
const held: PostResult = {
  kind: 'failed',
  error: new ConnectorError('Unavailable', { side: 'servicenow', executed: 'no', cause: 'behind-a-failed-one' }),
};

function doubt(request: PostRequest, cause: string): PostResult {
  const data = { side: 'servicenow', executed: 'maybe', cause, request: `PATCH ${nameOf(request)}` } as const;
  return { kind: 'failed', error: new ConnectorError('Unavailable', data) };
}
