import type { SalesforceSettings } from '../../config/settings.ts';
import type { Clock } from '../../core/clock.ts';
import type { TokenVault } from '../credentials.ts';
import type { Gate } from '../gate.ts';
import type { TicketSystem } from '../ticket-system.ts';
import { bulk, defaultBulkFrom } from './bulk.ts';
import { createChildren } from './children.ts';
import { createChunkSize } from './chunk-size.ts';
import { describe, identity } from './describe.ts';
import { find } from './find.ts';
import { erase } from './erase.ts';
import { fieldDates } from './history.ts';
import { withNumbers } from './numbered.ts';
import { changes, probe, read } from './read.ts';
import { sees } from './sees.ts';
import { createSession, type SalesforceNotice } from './session.ts';
import { createWire } from './transport.ts';
import { create, recordsPerCall, update } from './write.ts';

export interface SalesforceDeps {
  readonly settings: SalesforceSettings;
  readonly vault: TokenVault;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly onNotice?: (notice: SalesforceNotice) => void;
  /** Silence on a connection for this long gives up; default two minutes. */
  readonly timeoutMs?: number;
}

/** Salesforce itself ends a REST call after ten minutes. */
const callLimitMs = 10 * 60_000;
const maxAnswerBytes = 256 * 1024 * 1024;

/**
 * Salesforce as a desk. Nothing is retried in here but a call whose session had expired, once; what a call counts against the
 * org's daily allowance is watched, and past the configured share every call rejects with RateLimited, cause `daily-limit`.
 */
export function createSalesforce(deps: SalesforceDeps): TicketSystem {
  const wire = createWire({ timeoutMs: deps.timeoutMs ?? 120_000, deadlineMs: callLimitMs, maxBytes: maxAnswerBytes });
  const session = createSession({ ...deps, wire });
  const sizes = createChunkSize(deps.clock, recordsPerCall);
  return withNumbers({
    side: 'salesforce',
    changes: (request) => changes(session, deps.clock, request),
    bulk: (request) => bulk(session, deps.clock, deps.settings.bulkFrom ?? defaultBulkFrom, request),
    read: (object, ids, fields, ask) => read(session, object, ids, fields, ask),
    create: (requests, sending) => create(session, sizes, requests, sending),
    update: (requests, sending) => update(session, sizes, requests, sending),
    erase: (_object, ids, sending) => erase(session, ids, sending),
    probe: (request) => probe(session, request),
    find: (requests) => find(session, requests),
    sees: (objects) => sees(session, objects),
    fieldDates: (object, asks) => fieldDates(session, object, asks),
    describe: (object) => describe(session, object),
    identity: () => identity(session),
    children: createChildren(session),
    calls: () => session.calls(),
    allowance: () => session.allowance(),
  });
}
