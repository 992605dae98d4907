import type { Settings } from './config/settings.ts';
import type { TokenVault } from './connectors/credentials.ts';
import { createGate, type Gate, type WidthChange } from './connectors/gate.ts';
import { keepLanes, type LaneKeeper } from './connectors/gate-keeper.ts';
import { createMemoryVault } from './connectors/memory-vault.ts';
import { createSalesforce } from './connectors/salesforce/salesforce.ts';
import { createServiceNow } from './connectors/servicenow/servicenow.ts';
import type { ObjectDescription, TicketSystem } from './connectors/ticket-system.ts';
import { deriveBoth } from './connectors/with/derived.ts';
import { withObserved } from './connectors/with/observed.ts';
import { withRetry } from './connectors/with/retry.ts';
import { iso } from './core/clock.ts';
import type { PairRules } from './core/rules.ts';
import { bothSides, type Side } from './core/side.ts';
import { openDatabase, type Database } from './database.ts';
import { createFileLane } from './engine/children/files-lane.ts';
import { checkDirectories } from './directories.ts';
import { defaultTimes, type Engine, type EngineTimes } from './engine/engine.ts';
import type { EventSink } from './engine/events.ts';
import { createPeopleCache } from './engine/people/cache.ts';
import { createSeenRows } from './engine/seen-rows.ts';
import type { Tracer } from './engine/trace.ts';
import type { CasebridgeConfig, PairConfig } from './mapping/define-config.ts';
import { lintPair, type LintProblem } from './mapping/lint.ts';
import { hasSensitive, sensitiveFields } from './mapping/sensitive.ts';
import { buildPairRules } from './mapping/pair-rules.ts';
import { SecretKeyMissing } from './store/prisma/errors.ts';
import { type Store, StoreUnavailable } from './store/store.ts';
import { createTidy } from './tidy-memory.ts';
import { systemClock, systemIds } from './system.ts';
import { createTimeLimit } from './time-limit.ts';

export interface AppOptions {
  readonly settings: Settings;
  readonly config: CasebridgeConfig;
  readonly emit: EventSink;
  /** What a connector noticed and could live with: a Batch API that is forbidden, a table that shows no history. */
  readonly onNotice: (side: Side, notice: { readonly kind: string }) => void;
  readonly times?: Partial<EngineTimes>;
  /** Follows changes on their way. */
  readonly tracer?: Tracer;
  /** Puts a coat around the parts before the engine gets them. Tests kill the process between any two calls through here. */
  readonly around?: {
    readonly store?: (store: Store) => Store;
    readonly system?: (system: TicketSystem) => TicketSystem;
  };
}

/** Everything, put together. */
export interface App {
  readonly engine: Engine;
  readonly database: Database;
  /** What is wrong with the mapping file, held against both sides' live metadata. */
  readonly mappingProblems: readonly LintProblem[];
  /** The database stops last. */
  close(): Promise<void>;
}

/**
 * The composition root: settings in, an engine over real systems and a real store out. The only file that knows every folder. Both
 * sides are asked for the metadata of the mapped objects; rejects with ConnectorError where one does not answer.
 */
export async function openApp(options: AppOptions): Promise<App> {
  const sensitive = sensitiveFields(options.config);
  if (options.settings.secretKey === null && hasSensitive(options.config))
    throw new SecretKeyMissing('a field of the mapping file is sensitive and CASEBRIDGE_SECRET_KEY is not set');
  const database = await openDatabase(options.settings, { emit: options.emit, sensitive });
  let lanes: LaneKeeper | null = null;
  try {
    const store = options.around?.store?.(database.store) ?? database.store;
    lanes = await openLanes(options, database.store);
    const systems = openSystems(options, store, lanes.gates);
    const described = await describeObjects(options.config, systems);
    const pairs = await pairRules(options.config, store, described);
    const engine: Engine = {
      store,
      systems: deriveBoth(systems, pairs),
      pairs,
      people: createPeopleCache({ clock: systemClock }),
      seen: createSeenRows(),
      clock: systemClock,
      ids: systemIds,
      emit: options.emit,
      times: { ...defaultTimes, ...options.times },
      pageSize: 1000,
      offsets: bothSides(() => 0),
      runId: systemIds.next(),
      ...(options.tracer === undefined ? {} : { tracer: options.tracer }),
    };
    const problems = [
      ...options.config.pairs.flatMap((pair) => lintPair(pair, objectsOf(pair, described))),
      ...(await checkDirectories(options.config.pairs, systems)),
    ];
    const files = createFileLane(engine, { atOnce: filesAtOnce(options.settings), tidy: createTidy() });
    const kept = lanes;
    const close = async (): Promise<void> => {
      await files.stop();
      await kept.stop();
      await database.close();
    };
    return { engine: { ...engine, files }, database, mappingProblems: problems, close };
  } catch (error) {
    await lanes?.stop();
    await database.close();
    throw error;
  }
}

/** A file under way holds a request on each side: one is always left for the tickets, where there is more than one. */
function filesAtOnce(settings: Settings): number {
  const free = Math.min(settings.servicenow.maxConcurrency, settings.salesforce.maxConcurrency) - 1;
  return Math.max(1, Math.min(settings.filesAtOnce, free));
}

/** The doors to both sides. Their limits hold for all replicas on this database together, where it keeps limits. */
async function openLanes({ settings, emit }: AppOptions, { limits }: Store): Promise<LaneKeeper> {
  const most = bothSides((side) => settings[side].maxConcurrency);
  const clock = systemClock;
  const onWidth = (side: Side, change: WidthChange): void => emit({ type: 'lanes.changed', side, ...change });
  if (limits === undefined) {
    const gateTo = (side: Side): Gate =>
      createGate({ concurrency: most[side], clock, side, onWidth: (change) => onWidth(side, change) });
    return { gates: bothSides(gateTo), stop: async () => undefined };
  }
  // That the database went away was told by the store.
  const onError = (error: Error): void => {
    if (!(error instanceof StoreUnavailable)) emit({ type: 'store.lost', error });
  };
  return keepLanes({ limits, holder: systemIds.next(), most, clock, onError, onWidth });
}

function openSystems(
  options: AppOptions,
  store: Store,
  gates: Readonly<Record<Side, Gate>>,
): Record<Side, TicketSystem> {
  const { settings, onNotice } = options;
  const clock = systemClock;
  const servicenow = createServiceNow({
    settings: settings.servicenow,
    vault: vaultFor(settings, 'servicenow', store),
    clock,
    gate: gates.servicenow,
    onNotice: (notice) => onNotice('servicenow', notice),
  });
  const salesforce = createSalesforce({
    settings: settings.salesforce,
    vault: vaultFor(settings, 'salesforce', store),
    clock,
    gate: gates.salesforce,
    onNotice: (notice) => onNotice('salesforce', notice),
  });
  const retry = { clock, random: Math.random };
  const around = options.around?.system ?? ((system: TicketSystem) => system);
  const coated = (system: TicketSystem): TicketSystem =>
    around(
      withRetry(
        withObserved(system, clock, (call) => options.emit({ type: 'desk.called', ...call })),
        retry,
      ),
    );
  return { servicenow: coated(servicenow), salesforce: coated(salesforce) };
}

/** Without a key nothing is stored, which is enough for grants that can be repeated. A refresh token must be kept, encrypted. */
export function vaultFor(settings: Settings, side: Side, store: Store): TokenVault {
  const repeatable = settings[side].auth.kind !== 'authorization_code';
  return settings.secretKey === null && repeatable ? createMemoryVault() : store.tokens;
}

/** Live metadata by object name. */
type Described = Readonly<Record<Side, ReadonlyMap<string, ObjectDescription>>>;

/** Asks both sides once for every object that the mapping file names. */
async function describeObjects(
  config: CasebridgeConfig,
  systems: Readonly<Record<Side, TicketSystem>>,
): Promise<Described> {
  const ask = async (side: Side): Promise<ReadonlyMap<string, ObjectDescription>> => {
    const names = [...new Set(config.pairs.map((pair) => nameOn(pair, side)))];
    const objects = await Promise.all(names.map((name) => systems[side].describe(name)));
    return new Map(objects.map((object, index) => [names[index] ?? object.object, object]));
  };
  const [servicenow, salesforce] = await Promise.all([ask('servicenow'), ask('salesforce')]);
  return { servicenow, salesforce };
}

function nameOn(pair: PairConfig, side: Side): string {
  return side === 'servicenow' ? pair.servicenow.table : pair.salesforce.object;
}

function objectsOf(pair: PairConfig, described: Described): Record<Side, ObjectDescription> {
  return bothSides((side) => described[side].get(nameOn(pair, side)) ?? { object: nameOn(pair, side), fields: [] });
}

async function pairRules(config: CasebridgeConfig, store: Store, described: Described): Promise<readonly PairRules[]> {
  // ServiceNow dates by the second: a ticket made within the second of the first start counts.
  const now = iso(Math.floor(systemClock.now() / 1000) * 1000);
  const guard = createTimeLimit();
  return store.transaction(async (tx) => {
    const rules: PairRules[] = [];
    for (const pair of config.pairs) {
      const startedAt = await tx.firstStart(pair.name, now);
      const comments =
        pair.comments === undefined ? {} : { commentsStartedAt: await tx.firstStart(`${pair.name}/comments`, now) };
      const files = pair.files === undefined ? {} : { filesStartedAt: await tx.firstStart(`${pair.name}/files`, now) };
      rules.push(
        buildPairRules(pair, {
          startedAt,
          ...comments,
          ...files,
          others: config.pairs.filter((other) => other !== pair),
          objects: objectsOf(pair, described),
          guard,
        }),
      );
    }
    return rules;
  });
}
