import { Secret } from '../../src/config/secret.ts';
import { createMemorySystem, type MemorySystem } from '../../src/connectors/memory.ts';
import type { TicketSystem } from '../../src/connectors/ticket-system.ts';
import { bothSides } from '../../src/core/side.ts';
import { defaultTimes, type Engine } from '../../src/engine/engine.ts';
import type { EngineEvent } from '../../src/engine/events.ts';
import { defaultPairWith } from '../../src/mapping/default-config.ts';
import type { PairConfig } from '../../src/mapping/define-config.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';
import { type SalesforceSandbox, startSalesforceSandbox } from '../../src/sandbox/salesforce.ts';
import { createMemoryStore, type MemoryStore } from '../../src/store/memory.ts';
import { fakeClock, type FakeClock } from '../support/clock.ts';
import { seededIds, seededRandom } from '../support/random.ts';
import { clientOf } from '../support/salesforce-replay.ts';

/** The real connector against the local Salesforce, a ServiceNow in memory, and the engine between them, on a clock that stands still. */
export interface SalesforceWorld extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly sandbox: SalesforceSandbox;
  readonly servicenow: MemorySystem;
  readonly salesforce: TicketSystem;
  readonly store: MemoryStore;
  readonly engine: Engine;
  readonly events: readonly EngineEvent[];
  /** Calls that count against the org's limit, since the last `forgetCalls`. */
  counted(): number;
}

export async function salesforceWorld(
  options: { readonly pair?: Partial<PairConfig>; readonly bulkFrom?: number } = {},
): Promise<SalesforceWorld> {
  const clock = fakeClock();
  const sandbox = await startSalesforceSandbox({ random: seededRandom(4), now: () => clock.now() });
  const { account, url } = sandbox;
  const salesforce = clientOf(url, {
    clock,
    auth: {
      kind: 'client_credentials',
      clientId: account.clientId,
      clientSecret: new Secret(account.clientSecret),
    },
    ...(options.bulkFrom === undefined ? {} : { bulkFrom: options.bulkFrom }),
  });
  const servicenow = createMemorySystem({ side: 'servicenow', clock, ids: seededIds(2) });
  const store = createMemoryStore({ clock, ids: seededIds(1) });
  const pair = buildPairRules(
    {
      ...defaultPairWith({ closeCode: 'Solution provided', closeNotes: 'Done.' }),
      sync: { from: 'all' },
      ...options.pair,
    },
    { startedAt: new Date(clock.now()).toISOString() },
  );
  const events: EngineEvent[] = [];
  const engine: Engine = {
    store,
    systems: { servicenow, salesforce },
    pairs: [pair],
    clock,
    ids: seededIds(4),
    emit: (event) => events.push(event),
    times: defaultTimes,
    pageSize: 1000,
    offsets: bothSides(() => 0),
    runId: 'run-1',
  };
  return {
    clock,
    sandbox,
    servicenow,
    salesforce,
    store,
    engine,
    events,
    counted: () => sandbox.calls().filter((call) => call.counted).length,
    [Symbol.asyncDispose]: () => sandbox.stop(),
  };
}
