import pRetry from 'p-retry';
import type { Clock } from '../../core/clock.ts';
import type { ChildSystem, PostRequest } from '../children.ts';
import { ConnectorError } from '../errors.ts';
import type { TicketSystem } from '../ticket-system.ts';

export interface RetryOptions {
  readonly clock: Clock;
  /** 0 ≤ n < 1; spreads the waits of many clients. */
  readonly random: () => number;
  /** Ends every wait: the caller gets its reason. */
  readonly signal?: AbortSignal;
  /** How often a read is tried again; default 4. */
  readonly reads?: number;
  /** How often an item is sent again that was certainly not executed; default 2. */
  readonly writes?: number;
  /** The first wait in milliseconds, doubled each time; default 500. */
  readonly firstWaitMs?: number;
  /** A read waits no longer than this; a vendor who asks for more gets his pause from the engine. Default 30,000. */
  readonly longestWaitMs?: number;
  /** The same for writes. What is sent after a long wait was decided too long ago. Default 3,000. */
  readonly longestWriteWaitMs?: number;
}

/** Kinds that pass by themselves. The others are answers, or need a person or a new token. */
const passing: ReadonlySet<string> = new Set(['Unavailable', 'RateLimited']);

/**
 * Causes after which the engine decides anew: a day is long, who lost the lease on his lanes may have lost his keys with it, and an org
 * that lets nothing pass needs longer than this.
 */
const lasting: ReadonlySet<string> = new Set(['daily-limit', 'lease-lost', 'not-ours', 'untried']);

/**
 * A ticket system that tries again where that cannot do harm: whole reads, and those items of a write that were certainly not
 * executed. What is in doubt is never sent again here: that is a new decision, and the engine's.
 */
export function withRetry(system: TicketSystem, options: RetryOptions): TicketSystem {
  const wait = createWait(options);
  const read = <T>(call: () => Promise<T>, signal: AbortSignal | undefined = options.signal): Promise<T> =>
    pRetry(call, {
      retries: options.reads ?? 4,
      // p-retry counts, our clock waits: within shouldRetry, so that its own timer has nothing left to do.
      minTimeout: 0,
      shouldRetry: ({ error, attemptNumber }) => wait(error, attemptNumber, options.longestWaitMs ?? 30_000, signal),
      ...(signal === undefined ? {} : { signal }),
    });

  async function write<T, R extends Done>(
    requests: readonly T[],
    send: (requests: readonly T[]) => Promise<readonly (R | Failed)[]>,
    mayGo: (index: number, results: readonly (R | Failed)[]) => boolean = () => true,
  ): Promise<readonly (R | Failed)[]> {
    const results = [...(await sendWhole(() => send(requests)))];
    for (let attempt = 1; attempt <= (options.writes ?? 2); attempt += 1) {
      const again = results.flatMap((result, index) => (mayResend(result) && mayGo(index, results) ? [index] : []));
      const worst = worstOf(again.map((index) => results[index]));
      if (worst === null || !(await wait(worst, attempt, options.longestWriteWaitMs ?? 3_000, options.signal))) break;
      const sent = await send(again.flatMap((index) => requests[index] ?? [])).catch(asResults(again.length));
      again.forEach((index, n) => {
        const result = sent[n];
        if (result !== undefined) results[index] = result;
      });
    }
    return results;
  }

  const sendWhole = <R>(send: () => Promise<readonly R[]>): Promise<readonly R[]> =>
    pRetry(send, {
      retries: options.writes ?? 2,
      minTimeout: 0,
      shouldRetry: async ({ error, attemptNumber }) =>
        error instanceof ConnectorError &&
        !error.inDoubt &&
        (await wait(error, attemptNumber, options.longestWriteWaitMs ?? 3_000, options.signal)),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });

  /** Files are the engine's to try again: it looks first. A body that has begun to flow is nobody's to repeat. */
  const childrenOf = (children: ChildSystem): ChildSystem => ({
    post: (requests, sending) => write(requests, (some) => children.post(some, sending), behindNoDoubt(requests)),
    open: (file, signal) => read(() => children.open(file, signal), anyOf(options.signal, signal)),
    attach: (request) => children.attach(request),
    detach: (object, file) => children.detach(object, file),
  });

  return {
    side: system.side,
    calls: () => system.calls(),
    ...(system.allowance === undefined ? {} : { allowance: system.allowance }),
    changes: (request) => read(() => system.changes(request), anyOf(options.signal, request.signal)),
    read: (object, ids, fields, ask) => read(() => system.read(object, ids, fields, ask)),
    // What flows behind it tries again by itself: it knows its place.
    ...(system.bulk === undefined
      ? {}
      : {
          bulk: (request) =>
            read(async () => (await system.bulk?.(request)) ?? null, anyOf(options.signal, request.signal)),
        }),
    probe: (request) => read(() => system.probe(request)),
    ...(system.find === undefined
      ? {}
      : { find: (requests) => read(async () => (await system.find?.(requests)) ?? []) }),
    ...(system.sees === undefined ? {} : { sees: (objects) => read(async () => (await system.sees?.(objects)) ?? []) }),
    fieldDates: (object, asks) => read(() => system.fieldDates(object, asks)),
    describe: (object) => read(() => system.describe(object)),
    identity: () => read(() => system.identity()),
    ...(system.children === undefined ? {} : { children: childrenOf(system.children) }),
    create: (requests, sending) => write(requests, (some) => system.create(some, sending)),
    update: (requests, sending) => write(requests, (some) => system.update(some, sending)),
    // Tried again by the engine, which looks first.
    ...(system.erase === undefined
      ? {}
      : { erase: async (object, ids, sending) => (await system.erase?.(object, ids, sending)) ?? [] }),
  };
}

interface Failed {
  readonly kind: 'failed';
  readonly error: ConnectorError;
}

/** What a write comes to when it did not fail. */
interface Done {
  readonly kind: 'written' | 'posted';
}

function isFailed(result: Done | Failed): result is Failed {
  return result.kind === 'failed';
}

/** A post goes again only where nothing before it on the same ticket is in doubt: it would overtake what is. */
function behindNoDoubt(
  requests: readonly PostRequest[],
): (index: number, results: readonly (Done | Failed)[]) => boolean {
  return (index, results) =>
    results.slice(0, index).every((earlier, at) => {
      const same = requests[at]?.recordId === requests[index]?.recordId;
      return !same || !isFailed(earlier) || !earlier.error.inDoubt;
    });
}

/** Waits before the given attempt is repeated; false at once for what is not to be repeated. */
function createWait(options: RetryOptions) {
  return async (
    error: unknown,
    attempt: number,
    longestMs: number,
    signal: AbortSignal | undefined,
  ): Promise<boolean> => {
    if (!(error instanceof ConnectorError) || !passing.has(error.kind) || lasting.has(error.data.cause ?? ''))
      return false;
    const backOff = Math.min((options.firstWaitMs ?? 500) * 2 ** (attempt - 1), longestMs);
    const asked = error.data.retryAfterMs ?? 0;
    if (asked > longestMs) return false;
    // Between half and all of the back-off, and never before the vendor allows it.
    await options.clock.sleep(Math.max(asked, Math.round(backOff * (0.5 + options.random() / 2))), signal);
    return true;
  };
}

function mayResend(result: Done | Failed): result is Failed {
  return isFailed(result) && passing.has(result.error.kind) && !result.error.inDoubt;
}

/** The error that asks for the longest wait. */
function worstOf(results: readonly (Done | Failed | undefined)[]): ConnectorError | null {
  const errors = results.flatMap((result) => (result !== undefined && isFailed(result) ? [result.error] : []));
  return errors.toSorted((a, b) => (b.data.retryAfterMs ?? 0) - (a.data.retryAfterMs ?? 0))[0] ?? null;
}

/** A repeat that fails as a whole is the failure of the items it carried; the results of the others stand. */
function asResults(items: number): (error: unknown) => readonly Failed[] {
  return (error) => {
    if (!(error instanceof ConnectorError)) throw error;
    return Array.from({ length: items }, () => ({ kind: 'failed', error }));
  };
}

function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length === 0 ? undefined : AbortSignal.any(given);
}
