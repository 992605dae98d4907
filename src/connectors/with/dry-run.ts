import { ConnectorError } from '../errors.ts';
import type { TicketSystem } from '../ticket-system.ts';

/**
 * Reads as before and writes nothing: a create or update is refused before it leaves. A dry run stops at its plan and never comes
 * here; this is the lock behind that door.
 */
export function withDryRun(system: TicketSystem): TicketSystem {
  const refuse = async (requests: readonly unknown[]): Promise<readonly never[]> => {
    if (requests.length === 0) return [];
    throw refused();
  };
  const { children } = system;
  const refused = (): ConnectorError =>
    new ConnectorError('Unavailable', { side: system.side, executed: 'no', cause: 'dry-run' });
  return {
    side: system.side,
    calls: () => system.calls(),
    ...(system.allowance === undefined ? {} : { allowance: system.allowance }),
    changes: (request) => system.changes(request),
    read: (object, ids, fields, ask) => system.read(object, ids, fields, ask),
    ...(system.bulk === undefined ? {} : { bulk: async (request) => (await system.bulk?.(request)) ?? null }),
    probe: (request) => system.probe(request),
    ...(system.find === undefined ? {} : { find: async (requests) => (await system.find?.(requests)) ?? [] }),
    ...(system.sees === undefined ? {} : { sees: async (objects) => (await system.sees?.(objects)) ?? [] }),
    fieldDates: (object, asks) => system.fieldDates(object, asks),
    describe: (object) => system.describe(object),
    identity: () => system.identity(),
    ...(children === undefined
      ? {}
      : {
          children: {
            post: refuse,
            open: (file, signal) => children.open(file, signal),
            attach: async () => ({ kind: 'failed', error: refused() }),
            detach: () => Promise.reject(refused()),
          },
        }),
    create: refuse,
    update: refuse,
  };
}
