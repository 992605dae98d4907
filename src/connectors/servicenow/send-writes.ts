import { ConnectorError, type ConnectorErrorKind } from '../errors.ts';
import { evenChunks } from './chunks.ts';
import type { Context } from './context.ts';
import { aimMs, callsFor, expectedMs, type WriteKind } from './write-size.ts';

interface Failed {
  readonly kind: 'failed';
  readonly error: ConnectorError;
}

/** Kinds that say something of the side and nothing of a record. */
const ofTheSide: ReadonlySet<ConnectorErrorKind> = new Set(['Unauthorized', 'RateLimited', 'Unavailable']);

/**
 * Half of `glide.rest.max_content_length` (error-400-payload-too-large-kb0747638-rec: 10 MB), as Base64 makes it: three quarters of
 * the characters that are sent.
 */
const mostBytes = 3_500_000;

/** Beside a write's fields: its path with what is to be read back, and its headers. Bytes. */
const bytesAround = 800;

/** A plan is made anew where a call would be longer than it should by this much, or could be so much longer. */
const slack = { tooLong: 1.2, tooShort: 1.5 };

export interface Sending<T, R> {
  readonly kind: WriteKind;
  readonly items: readonly T[];
  /** What is sent of an item, in bytes of UTF-8. */
  readonly bytesOf: (item: T) => number;
  /** One call, or one for each where the Batch API may not be used; a result for every item. Rejects with ConnectorError. */
  readonly send: (items: readonly T[]) => Promise<readonly (R | Failed)[]>;
}

/**
 * Sends writes in few Batch calls, as many at once as there are lanes. How many go into a call is decided before each of them, by
 * what the calls before it took; what a call left unserviced goes into the next one (batch-api: it was not executed). When a call
 * fails as a whole, nothing more is sent: what is left failed in the same way, certainly not executed.
 */
export async function sendWrites<T, R extends { readonly kind: string }>(
  context: Context,
  sending: Sending<T, R>,
): Promise<readonly (R | Failed)[]> {
  const { batch } = context;
  const { kind } = sending;
  const results: (R | Failed | null)[] = sending.items.map(() => null);
  let plan: readonly (readonly number[])[] = [];
  let stopped: ConnectorError | null = null;

  /** The next call's items, by their place. */
  function take(): readonly number[] {
    const left = plan.flat();
    const { items: fit, msPer } = batch.room(kind);
    const size = batch.allowed() ? fit : Math.max(1, left.length);
    const [planned] = plan;
    const fits = planned !== undefined && planned.length <= size * slack.tooLong;
    const poor = plan.length > 1 && planned !== undefined && planned.length * slack.tooShort < size;
    if (!fits || poor) plan = divided(left, size, msPer);
    const [next = [], ...rest] = plan;
    const own = withinBytes(next);
    plan = own.length === next.length ? rest : [next.slice(own.length), ...rest];
    return own;
  }

  function divided(left: readonly number[], size: number, msPer: number | null): readonly (readonly number[])[] {
    const calls = callsFor(left.length, size, context.rest.lanes(), expectedMs(kind, msPer));
    return calls === 0 ? [] : evenChunks(left, Math.ceil(left.length / calls));
  }

  function withinBytes(places: readonly number[]): readonly number[] {
    if (!batch.allowed()) return places;
    let bytes = 0;
    const end = places.findIndex((at) => {
      const item = sending.items[at];
      bytes += bytesAround + (item === undefined ? 0 : sending.bytesOf(item));
      return bytes > mostBytes;
    });
    return end < 0 ? places : places.slice(0, Math.max(1, end));
  }

  async function call(places: readonly number[]): Promise<void> {
    const startedAt = context.clock.now();
    try {
      const sent = await sending.send(places.flatMap((at) => sending.items[at] ?? []));
      const left = places.filter((_, n) => isUnserviced(sent[n]));
      // A call that served none would be sent for ever, unless it can be made smaller.
      const again = left.length < places.length || (places.length > 1 && batch.room(kind).items < places.length);
      places.forEach((at, n) => (results[at] = sent[n] ?? null));
      if (again && left.length > 0) plan = [[...left, ...plan.flat()]];
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (isTooLarge(error) && batch.room(kind).items < places.length) {
        plan = [[...places, ...plan.flat()]];
        return;
      }
      for (const at of places) results[at] = { kind: 'failed', error };
      if (ofTheSide.has(error.kind)) stopped = error;
    } finally {
      if (places.length === 1 && batch.allowed() && context.clock.now() - startedAt >= aimMs) batch.slowAlone(kind);
    }
  }

  const running = new Set<Promise<void>>();

  async function lane(): Promise<void> {
    while (stopped === null) {
      const places = take();
      if (places.length === 0) return;
      const called = call(places);
      open();
      await called;
    }
  }

  /** As many lanes as may be used now: another replica may have given us its own meanwhile. */
  function open(): void {
    while (stopped === null && plan.length > 0 && running.size < Math.max(1, context.rest.lanes())) {
      const one: Promise<void> = Promise.resolve()
        .then(lane)
        .finally(() => running.delete(one));
      running.add(one);
    }
  }

  // Before one was timed, each lane's first call goes ahead with few and tells how long they take.
  plan = [sending.items.map((_, at) => at)];
  open();
  while (running.size > 0) {
    await Promise.race(running);
    // A lane may have ended just before another one put something back.
    open();
  }
  return results.map((result) => result ?? { kind: 'failed', error: neverSent(stopped) });
}

/** Refused unread: the same writes pass in more calls. */
function isTooLarge(error: ConnectorError): boolean {
  return error.kind === 'Rejected' && error.data.cause === 'too-large' && !error.inDoubt;
}

function isUnserviced(result: { readonly kind: string } | undefined): boolean {
  if (result === undefined || result.kind !== 'failed' || !('error' in result)) return false;
  const { error } = result;
  return error instanceof ConnectorError && error.data.cause === 'unserviced' && !error.inDoubt;
}

/** The failure that ended the sending, for what had not left then. */
function neverSent(stopped: ConnectorError | null): ConnectorError {
  if (stopped === null)
    return new ConnectorError('Unavailable', { side: 'servicenow', executed: 'no', cause: 'not-sent' });
  return new ConnectorError(stopped.kind, { ...stopped.data, executed: 'no' }, { cause: stopped });
}
