import { randomUUID } from 'node:crypto';
import type { ServiceNowSettings } from '../../config/settings.ts';
import type { Clock } from '../../core/clock.ts';
import type { TokenVault } from '../credentials.ts';
import type { Gate } from '../gate.ts';
import { createHttp } from '../http.ts';
import type { TicketSystem, WriteResult } from '../ticket-system.ts';
import { createTokenSource, type TokenSource } from '../token-source.ts';
import { createBatch } from './batch.ts';
import { createChanges } from './changes.ts';
import { createChildren } from './children.ts';
import type { Context } from './context.ts';
import { create } from './create.ts';
import { erase, withDeletions } from './delete-log.ts';
import { describe } from './describe.ts';
import { fieldDates } from './field-dates.ts';
import { find } from './find.ts';
import { identity } from './identity.ts';
import { createJournal } from './journal.ts';
import type { OnNotice } from './notices.ts';
import { createGrant } from './oauth.ts';
import { createPeople, type People } from './people.ts';
import { probe } from './probe.ts';
import { read } from './read.ts';
import { readWithChildren } from './read-children.ts';
import { createRest } from './rest.ts';
import { sees } from './sees.ts';
import { update } from './update.ts';

export interface ServiceNowDeps {
  readonly settings: ServiceNowSettings;
  readonly vault: TokenVault;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly onNotice?: OnNotice;
  /** Names JWT assertions, each once. Default: random. */
  readonly newId?: () => string;
}

/** A token is renewed this long before its end: longer than any call takes. */
const tokenMarginMs = 60_000;

/** A way in to one instance, shared by the desk and by those who only look at it. Nothing is contacted before the first call. */
export function connect(deps: ServiceNowDeps): {
  readonly origin: string;
  readonly tokens: TokenSource;
  readonly context: Context;
} {
  const { settings, clock, gate } = deps;
  const onNotice: OnNotice = deps.onNotice ?? (() => undefined);
  const http = createHttp(settings.url);
  const tokens = createTokenSource({
    side: 'servicenow',
    vault: deps.vault,
    clock,
    grant: createGrant({ http, auth: settings.auth, clock, newId: deps.newId ?? randomUUID }),
    marginMs: tokenMarginMs,
    belongs: (token) => token.instanceUrl === null || token.instanceUrl === http.origin,
  });
  const rest = createRest({ http, tokens, gate, clock });
  const context: Context = { rest, clock, onNotice, batch: createBatch({ rest, clock, onNotice }) };
  return { origin: http.origin, tokens, context };
}

/** ServiceNow as a desk: Table API and Batch API by OAuth. Nothing is contacted before the first call. */
export function createServiceNow(deps: ServiceNowDeps): TicketSystem {
  const { origin, context } = connect(deps);
  const people = createPeople(context);
  const journal = createJournal(context, people);
  return {
    side: 'servicenow',
    changes: createChanges(context),
    read: async (object, ids, fields, ask) =>
      withDeletions(
        context,
        ask === undefined
          ? await read(context, object, ids, fields)
          : await readWithChildren(context, journal, { object, ids, fields }, ask),
      ),
    erase: (object, ids, sending) => erase(context, object, ids, sending),
    create: async (requests, sending) => signed(people, await create(context, requests, sending)),
    update: async (requests, sending) => signed(people, await update(context, requests, sending)),
    probe: (request) => probe(context, request),
    find: (requests) => find(context, requests),
    sees: (tables) => sees(context, tables),
    fieldDates: (object, asks) => fieldDates(context, object, asks),
    describe: (object) => describe(context, object),
    identity: () => identity(context, new URL(origin).host),
    children: createChildren(context, people),
    calls: () => context.rest.calls(),
  };
}

/** Whoever signs our writes is who we are, where the instance does not tell otherwise. */
function signed(people: People, results: readonly WriteResult[]): readonly WriteResult[] {
  const [name] = results.flatMap((result) => (result.kind === 'written' ? (result.record.updatedBy ?? []) : []));
  if (name !== undefined) people.signedAs(name);
  return results;
}
