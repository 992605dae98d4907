import type { Clock } from '../../core/clock.ts';
import type { Side } from '../../core/side.ts';
import type { TicketSystem } from '../ticket-system.ts';

export type TicketMethod = 'changes' | 'read' | 'create' | 'update' | 'probe' | 'fieldDates' | 'describe' | 'identity';

/** One call of a ticket system, after it ended. */
export interface ObservedCall {
  readonly side: Side;
  readonly method: TicketMethod;
  /** How many records, probes or dates were asked for; 1 where it takes no list. */
  readonly items: number;
  /** How many items of a write failed. */
  readonly failed: number;
  /** API calls it cost, other calls of the side at the same time included. */
  readonly apiCalls: number;
  readonly ms: number;
  /** Why the call failed as a whole; null when it did not. */
  readonly error: unknown;
}

/** Tells of every call, and changes nothing. */
export function withObserve(system: TicketSystem, clock: Clock, tell: (call: ObservedCall) => void): TicketSystem {
  async function observed<T>(method: TicketMethod, items: number, call: () => Promise<T>): Promise<T> {
    const startedAt = clock.now();
    const callsBefore = system.calls();
    const done = (failed: number, error: unknown): void =>
      tell({
        side: system.side,
        method,
        items,
        failed,
        apiCalls: system.calls() - callsBefore,
        ms: clock.now() - startedAt,
        error,
      });
    try {
      const result = await call();
      done(failedIn(result), null);
      return result;
    } catch (error) {
      done(0, error);
      throw error;
    }
  }

  return {
    side: system.side,
    calls: () => system.calls(),
    changes: (request) => observed('changes', 1, () => system.changes(request)),
    read: (object, ids, fields) => observed('read', ids.length, () => system.read(object, ids, fields)),
    create: (requests) => observed('create', requests.length, () => system.create(requests)),
    update: (requests) => observed('update', requests.length, () => system.update(requests)),
    probe: (request) => observed('probe', request.probes.length, () => system.probe(request)),
    fieldDates: (object, asks) => observed('fieldDates', asks.length, () => system.fieldDates(object, asks)),
    describe: (object) => observed('describe', 1, () => system.describe(object)),
    identity: () => observed('identity', 1, () => system.identity()),
  };
}

function failedIn(result: unknown): number {
  if (!Array.isArray(result)) return 0;
  return result.filter((item: unknown) => isFailure(item)).length;
}

function isFailure(item: unknown): boolean {
  return typeof item === 'object' && item !== null && 'kind' in item && item.kind === 'failed';
}
