import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import { ConnectorError } from '../errors.ts';
import type { Sending } from '../ticket-system.ts';
import { unexpected } from './errors.ts';
import type { OnNotice } from './notices.ts';
import { afterLists, listsPerCall, type ReadSize } from './read-size.ts';
import type { Rest, RestAnswer } from './rest.ts';
import {
  afterRun,
  afterSlowAlone,
  type BatchKind,
  type BatchRun,
  fitting,
  remembered,
  unknownSize,
  type WriteKind,
  type WriteSize,
} from './write-size.ts';

export interface BatchItem {
  /** Unique within its batch. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Path and query; the limit on a URL does not apply inside a batch. */
  readonly path: string;
  readonly body?: Readonly<Record<string, string>>;
}

export type ItemOutcome =
  | {
      readonly kind: 'answer';
      readonly body: unknown;
      /** The item's own, with the `Date` of the call where it has none. */
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'failed'; readonly error: ConnectorError };

export interface Batch {
  /**
   * Sends the items in one call; an outcome for every item, by its id. Null when this account may not use the Batch API: send
   * them one by one then. Rejects with ConnectorError when the call as a whole failed. `kind`: what to learn from how long it took.
   */
  run(
    items: readonly BatchItem[],
    kind?: BatchKind,
    sending?: Sending,
  ): Promise<ReadonlyMap<string, ItemOutcome> | null>;
  /** How many items of a kind to put into the next call, and what one takes (milliseconds, null before one was timed). */
  room(kind: BatchKind): { readonly items: number; readonly msPer: number | null };
  /** One item in a call of its own was cut off, or took as long as many may. */
  slowAlone(kind: WriteKind): void;
  /** False while the account is known not to be allowed. */
  allowed(): boolean;
}

const batchPath = '/api/now/v1/batch';

/** The server cuts a batch at 30 s (Batch API documentation); ours lies beyond it, so that its verdict is seen. */
const timeoutMs = 45_000;

/** The right may be granted while we run. */
const askAgainMs = 60 * 60 * 1000;

/** Failures of a whole call that fewer items may mend. */
const tooMuch: ReadonlySet<string> = new Set(['timeout', 'transaction-cancelled', 'too-large', 'broken-answer']);

const text = z.union([z.string(), z.number()]).transform(String);
const servicedItem = z.looseObject({
  id: text,
  status_code: z.coerce.number().int(),
  body: z.string().nullish(),
  headers: z.array(z.looseObject({ name: z.string(), value: z.string() })).nullish(),
  execution_time: z.coerce.number().nullish(),
});
type Serviced = z.infer<typeof servicedItem>;

/** An item that cannot be understood counts as one that nothing was said about. */
const batchAnswer = z.looseObject({
  serviced_requests: z
    .array(z.union([servicedItem, z.unknown().transform(() => null)]))
    .transform((items) => items.filter((item) => item !== null)),
  unserviced_requests: z.array(z.union([text, z.looseObject({ id: text }).transform((item) => item.id)])).nullish(),
});

export function createBatch(deps: { readonly rest: Rest; readonly clock: Clock; readonly onNotice: OnNotice }): Batch {
  const { rest, clock } = deps;
  let forbiddenUntil = 0;
  let told = false;
  let lists: ReadSize | null = null;
  const sizes = new Map<WriteKind, WriteSize>();
  const sizeOf = (kind: WriteKind): WriteSize => remembered(sizes.get(kind) ?? unknownSize, clock.now());

  function send(items: readonly BatchItem[], sending: Sending | undefined): Promise<RestAnswer> {
    return rest.call({
      method: 'POST',
      path: batchPath,
      body: { batch_request_id: '1', rest_requests: items.map(encodeItem) },
      effect: items.some((item) => item.method !== 'GET') ? 'write' : 'read',
      timeoutMs,
      sending,
    });
  }

  function outcome(item: BatchItem, serviced: Serviced, date: string | undefined): ItemOutcome {
    try {
      const answer = decodeAnswer(serviced);
      const headers = date === undefined ? answer.headers : { date, ...answer.headers };
      return { kind: 'answer', body: rest.readInner(answer, asked(item)), headers };
    } catch (error) {
      if (error instanceof ConnectorError) return { kind: 'failed', error };
      throw error;
    }
  }

  /** Where no item is timed, the whole call is: a server that is asked for less tells no less of its quota. */
  function learn(
    kind: BatchKind,
    items: readonly BatchItem[],
    serviced: ReadonlyMap<string, Serviced>,
    tookMs: number,
  ): void {
    const own = items.filter((item) => kind === 'read' || item.method !== 'GET');
    const done = own.flatMap((item) => serviced.get(item.id) ?? []);
    const times = done.flatMap((one) => one.execution_time ?? []);
    const [sum, count] = times.length > 0 ? [times.reduce((a, b) => a + b, 0), times.length] : [tookMs, done.length];
    const run = { sent: own.length, serviced: done.length, msPer: count === 0 ? null : sum / count };
    note(kind, { ...run, cutOff: done.length < own.length, now: clock.now() });
  }

  function note(kind: BatchKind, run: BatchRun): void {
    if (kind === 'read') lists = afterLists(lists, run);
    else sizes.set(kind, afterRun(sizeOf(kind), run));
  }

  /** No answer in its time, or none that fits: fewer items next time. */
  function shrink(kind: BatchKind, items: readonly BatchItem[], error: ConnectorError): void {
    if (!tooMuch.has(error.data.cause ?? '')) return;
    const sent = items.filter((item) => kind === 'read' || item.method !== 'GET').length;
    note(kind, { sent, serviced: 0, msPer: null, cutOff: true, now: clock.now() });
  }

  function forbid(error: ConnectorError): void {
    forbiddenUntil = clock.now() + askAgainMs;
    if (!told) deps.onNotice({ kind: 'batch-forbidden', answer: error.data.answer ?? '' });
    told = true;
  }

  return {
    allowed: () => forbiddenUntil <= clock.now(),
    slowAlone: (kind) => void sizes.set(kind, afterSlowAlone(sizeOf(kind))),
    room: (kind) =>
      kind === 'read'
        ? { items: listsPerCall(lists, clock.now()), msPer: null }
        : { items: fitting(kind, sizeOf(kind), clock.now()), msPer: sizeOf(kind).msPer },
    run: async (items, kind = 'read', sending) => {
      if (forbiddenUntil > clock.now()) return null;
      const startedAt = clock.now();
      let answer: RestAnswer;
      try {
        answer = await send(items, sending);
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        shrink(kind, items, error);
        if (error.data.status !== 403) throw error;
        forbid(error);
        return null;
      }
      const parsed = batchAnswer.safeParse(answer.body);
      if (!parsed.success) throw unexpected(batchAsked(items), 'broken-answer');
      const serviced = new Map(parsed.data.serviced_requests.map((one) => [one.id, one]));
      const unserviced = new Set(parsed.data.unserviced_requests ?? []);
      learn(kind, items, serviced, clock.now() - startedAt);
      return new Map(
        items.map((item): [string, ItemOutcome] => {
          const one = serviced.get(item.id);
          if (one !== undefined) return [item.id, outcome(item, one, answer.headers['date'])];
          return [item.id, { kind: 'failed', error: notServiced(item, unserviced.has(item.id)) }];
        }),
      );
    },
  };
}

function encodeItem(item: BatchItem): object {
  const hasBody = item.body !== undefined;
  return {
    id: item.id,
    method: item.method,
    url: item.path,
    // Authentication is inherited from the outer call; these are not.
    headers: [
      { name: 'Accept', value: 'application/json' },
      ...(hasBody ? [{ name: 'Content-Type', value: 'application/json' }] : []),
    ],
    ...(hasBody ? { body: Buffer.from(JSON.stringify(item.body)).toString('base64') } : {}),
  };
}

function decodeAnswer(serviced: Serviced): { status: number; headers: Record<string, string>; text: string } {
  return {
    status: serviced.status_code,
    headers: Object.fromEntries((serviced.headers ?? []).map(({ name, value }) => [name.toLowerCase(), value])),
    text: Buffer.from(serviced.body ?? '', 'base64').toString('utf8'),
  };
}

/** Named as unserviced, it was cut off by the quota and is to be sent again; not named at all, nobody can tell. */
function notServiced(item: BatchItem, named: boolean): ConnectorError {
  return new ConnectorError('Unavailable', {
    side: 'servicenow',
    executed: named || item.method === 'GET' ? 'no' : 'maybe',
    request: asked(item).request,
    cause: named ? 'unserviced' : 'not-answered',
  });
}

function asked(item: BatchItem): { request: string; effect: 'read' | 'write' } {
  return {
    request: `${item.method} ${item.path.split('?')[0] ?? ''}`,
    effect: item.method === 'GET' ? 'read' : 'write',
  };
}

function batchAsked(items: readonly BatchItem[]): { request: string; effect: 'read' | 'write' } {
  const effect = items.some((item) => item.method !== 'GET') ? 'write' : 'read';
  return { request: `POST ${batchPath}`, effect };
}
