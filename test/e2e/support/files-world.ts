import { onTestFinished } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { createGate } from '../../../src/connectors/gate.ts';
import { createMemoryVault } from '../../../src/connectors/memory-vault.ts';
import { createSalesforce } from '../../../src/connectors/salesforce/salesforce.ts';
import { createServiceNow } from '../../../src/connectors/servicenow/servicenow.ts';
import type { TicketSystem } from '../../../src/connectors/ticket-system.ts';
import type { ChildRow } from '../../../src/core/children.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { bothSides, type Side, sides } from '../../../src/core/side.ts';
import { createFileLane } from '../../../src/engine/children/files-lane.ts';
import { defaultTimes, type Engine } from '../../../src/engine/engine.ts';
import type { EngineEvent } from '../../../src/engine/events.ts';
import { enqueueDue } from '../../../src/engine/due.ts';
import { poll } from '../../../src/engine/poll.ts';
import { createWorker } from '../../../src/engine/worker.ts';
import { defaultPairWith } from '../../../src/mapping/default-config.ts';
import type { FilesConfig } from '../../../src/mapping/files-config.ts';
import { buildPairRules } from '../../../src/mapping/pair-rules.ts';
import { startSalesforceSandbox, type SalesforceSandbox } from '../../../src/sandbox/salesforce.ts';
import { startServiceNowSandbox, type ServiceNowSandbox } from '../../../src/sandbox/servicenow.ts';
import type { DeskFile, HeldFile } from '../../../src/sandbox/sandbox.ts';
import { createMemoryStore } from '../../../src/store/memory.ts';
import type { Store } from '../../../src/store/store.ts';
import { seededIds, seededRandom } from '../../support/random.ts';

export interface FilesWorld {
  readonly servicenow: ServiceNowSandbox;
  readonly salesforce: SalesforceSandbox;
  readonly systems: Record<Side, TicketSystem>;
  readonly store: Store;
  readonly engine: Engine;
  readonly events: EngineEvent[];
  readonly clock: Clock;
  /** Lets all three clocks go on. */
  wait(ms: number): void;
  sync(): Promise<void>;
  /** A synced pair of tickets: ids by side. */
  pair(): Promise<Record<Side, string>>;
  add(side: Side, ids: Record<Side, string>, file: DeskFile, by?: string): string;
  held(side: Side, ids: Record<Side, string>): readonly HeldFile[];
  names(side: Side, ids: Record<Side, string>): readonly string[];
  /** Rows of the ledger about files, without the mark of a new link. */
  ledger(): Promise<readonly ChildRow[]>;
}

const objects = { servicenow: 'incident', salesforce: 'Case' } as const;
const people = { servicenow: 'beth.anglin', salesforce: 'grace hopper' } as const;

/** Both local desks over HTTP, an engine on a store in memory, and people who add files. */
export async function filesWorld(
  files: FilesConfig = {},
  options: { readonly lane?: boolean; readonly coat?: (system: TicketSystem) => TicketSystem } = {},
): Promise<FilesWorld> {
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const clock: Clock = {
    now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, Math.min(ms, 20));
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
        });
      }),
  };
  const [servicenow, salesforce] = await Promise.all([
    startServiceNowSandbox({ now, random: seededRandom(5) }),
    startSalesforceSandbox({ now, random: seededRandom(6) }),
  ]);
  const store = createMemoryStore({ clock, ids: seededIds(1) });
  const coat = options.coat ?? ((system: TicketSystem) => system);
  const systems = {
    servicenow: coat(
      createServiceNow({
        settings: { url: servicenow.url, auth: credentials(servicenow.account), maxConcurrency: 2 },
        vault: createMemoryVault(),
        clock,
        gate: createGate({ concurrency: 2, clock }),
      }),
    ),
    salesforce: coat(
      createSalesforce({
        settings: {
          loginUrl: salesforce.url,
          auth: credentials(salesforce.account),
          apiVersion: '66.0',
          maxConcurrency: 5,
          dailyCallsShare: 1,
        },
        vault: createMemoryVault(),
        clock,
        gate: createGate({ concurrency: 5, clock }),
      }),
    ),
  };
  const events: EngineEvent[] = [];
  const startedAt = new Date(now() - 60_000).toISOString();
  const resolve = { closeCode: 'Solution provided', closeNotes: 'Closed in Salesforce.' };
  const pair = buildPairRules({ ...defaultPairWith(resolve), sync: { from: startedAt }, files }, { startedAt });
  const base: Engine = {
    store,
    systems,
    pairs: [pair],
    clock,
    ids: seededIds(2),
    emit: (event) => void events.push(event),
    times: defaultTimes,
    pageSize: 200,
    offsets: bothSides(() => 0),
    runId: 'run-1',
  };
  const engine = options.lane === false ? base : { ...base, files: createFileLane(base, { atOnce: 1 }) };
  onTestFinished(async () => {
    await engine.files?.stop();
    await Promise.all([servicenow.stop(), salesforce.stop()]);
  });
  const desks = { servicenow: servicenow.desk, salesforce: salesforce.desk };
  const held = (side: Side, ids: Record<Side, string>): readonly HeldFile[] =>
    desks[side].files(objects[side], ids[side]);
  const sync = async (): Promise<void> => {
    const worker = createWorker(engine, { sideDown: 'fail', signal: new AbortController().signal });
    for (const side of sides) await poll(engine, pair, side, { unlimitedCreates: true });
    for (;;) {
      const jobs = await store.queue.takeBatch(200);
      if (jobs.length > 0) await worker.handle(jobs);
      await store.queue.giveBack(jobs, 60_000);
      await engine.files?.idle();
      const failure = worker.failure();
      if (failure !== null) throw failure;
      if (jobs.length === 0 && (await enqueueDue(engine)).queued === 0) return;
    }
  };
  const linked = async (): Promise<readonly (readonly [string, Record<Side, string>])[]> => {
    const links = await store.transaction((tx) => tx.findLinks({ limit: 1000 }));
    return links.map((link) => [link.id, { ...link.ids }] as const);
  };
  return {
    servicenow,
    salesforce,
    systems,
    store,
    engine,
    events,
    clock,
    wait: (ms) => {
      ahead += ms;
    },
    sync,
    pair: async () => {
      const row = servicenow.desk.create('incident', { short_description: 'Printer on fire' }, people.servicenow);
      await sync();
      const found = (await linked()).find(([, ids]) => ids.servicenow === row.id);
      if (found === undefined) throw new Error('the incident was not carried');
      return found[1];
    },
    add: (side, ids, file, by = people[side]) => desks[side].attach(objects[side], ids[side], file, by),
    held,
    names: (side, ids) => held(side, ids).map((file) => file.name),
    ledger: async () => {
      const links = await linked();
      const rows = await store.transaction((tx) => tx.childrenOf(links.map(([id]) => id)));
      return rows.filter((row) => row.kind === 'file' && row.sourceId !== '*');
    },
  };
}

function credentials(account: { readonly clientId: string; readonly clientSecret: string }) {
  return {
    kind: 'client_credentials' as const,
    clientId: account.clientId,
    clientSecret: new Secret(account.clientSecret),
  };
}
