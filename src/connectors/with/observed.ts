import type { Clock } from '../../core/clock.ts';
import type { DeskCall, Operation } from '../desk-call.ts';
import { ConnectorError } from '../errors.ts';
import type { Sending, TicketSystem } from '../ticket-system.ts';

/** Tells of every call. Put inside the coat that retries, it sees each try. */
export function withObserved(system: TicketSystem, clock: Clock, tell: (call: DeskCall) => void): TicketSystem {
  const { side, children } = system;
  const watched = async <T>(operation: Operation, items: number, ask: () => Promise<T>): Promise<T> => {
    const startedAt = clock.now();
    const over = (outcome: DeskCall['outcome']): void =>
      tell({ side, operation, outcome, items, durationMs: clock.now() - startedAt });
    try {
      const answer = await ask();
      over(Array.isArray(answer) && answer.some(isFailure) ? 'partly' : 'done');
      return answer;
    } catch (error) {
      over(error instanceof ConnectorError ? error.kind : 'stopped');
      throw error;
    }
  };
  /** One call for many; none at all where nothing is asked. */
  const each =
    <I, T>(operation: Operation, ask: (items: readonly I[], sending?: Sending) => Promise<T>) =>
    (items: readonly I[], sending?: Sending): Promise<T> =>
      items.length === 0 ? ask(items) : watched(operation, items.length, () => ask(items, sending));

  return {
    ...system,
    changes: (request) => watched('changes', 1, () => system.changes(request)),
    ...(system.bulk === undefined
      ? {}
      : { bulk: (request) => watched('bulk', 1, async () => (await system.bulk?.(request)) ?? null) }),
    read: (object, ids, fields, ask) =>
      ids.length === 0
        ? system.read(object, ids, fields, ask)
        : watched('read', ids.length, () => system.read(object, ids, fields, ask)),
    create: each('create', (requests, sending) => system.create(requests, sending)),
    update: each('update', (requests, sending) => system.update(requests, sending)),
    ...(system.erase === undefined
      ? {}
      : {
          erase: (object, ids, sending) =>
            watched('erase', ids.length, async () => (await system.erase?.(object, ids, sending)) ?? []),
        }),
    probe: (request) => watched('probe', request.probes.length, () => system.probe(request)),
    ...(system.find === undefined
      ? {}
      : { find: each('find', async (requests) => (await system.find?.(requests)) ?? []) }),
    ...(system.sees === undefined
      ? {}
      : { sees: each('sees', async (objects) => (await system.sees?.(objects)) ?? []) }),
    fieldDates: (object, asks) => each('field-dates', (some: typeof asks) => system.fieldDates(object, some))(asks),
    describe: (object) => watched('describe', 1, () => system.describe(object)),
    identity: () => watched('identity', 1, () => system.identity()),
    ...(children === undefined
      ? {}
      : {
          children: {
            ...children,
            post: each('post', (requests, sending) => children.post(requests, sending)),
            open: (file, signal) => watched('open', 1, () => children.open(file, signal)),
            attach: (request) => watched('attach', 1, () => children.attach(request)),
            detach: (object, file) => watched('detach', 1, () => children.detach(object, file)),
          },
        }),
  };
}

function isFailure(item: unknown): boolean {
  return typeof item === 'object' && item !== null && 'kind' in item && item.kind === 'failed';
}
