import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { App } from '../app.ts';
import { loadSettings, loadStoreSettings, settingsWarnings } from '../config/load.ts';
import { loadMapping } from '../config/mapping-file.ts';
import { secretsOf } from '../config/secrets-of.ts';
import type { Settings, StoreSettings } from '../config/settings.ts';
import type { EventSink } from '../engine/events.ts';
import { MappingInvalid } from '../config/problems.ts';
import type { CasebridgeConfig } from '../mapping/define-config.ts';
import { sentence } from '../mapping/lint.ts';
import { createLogger, type Log } from '../observability/logger.ts';
import { describeNotice } from '../observability/describe-notice.ts';
import { logEvents } from '../observability/subscribe.ts';
import type { Store } from '../store/store.ts';
import { createOutput, type Output } from './output.ts';
import { tracingOf } from './tracing.ts';
import { UsageError } from './usage-error.ts';
import type { World } from './world.ts';

/** Options that every command has. */
export interface Flags {
  readonly json?: boolean;
  readonly demo?: boolean;
}

/** One run of one command: where its words go, and what it may open. */
export interface Session {
  readonly world: World;
  readonly flags: Flags;
  readonly out: Output;
}

export function createSession(world: World, flags: Flags): Session {
  return { world, flags, out: createOutput(world, flags.json === true) };
}

/** The demo writes its settings here, for commands in a second terminal. */
function demoFolder(world: World): string {
  return join(world.folder, '.casebridge', 'demo');
}

/** Settings of the database alone: enough for commands that ask neither desk. */
export function storeSettings({ world, flags }: Session): StoreSettings {
  const terminal = world.terminal;
  if (flags.demo !== true) return loadStoreSettings(world.env, { folder: world.folder, terminal });
  const folder = demoFolder(world);
  return loadStoreSettings({ ...demoEnv(folder), CASEBRIDGE_DATA_DIR: folder, ...logEnv(world) }, { folder, terminal });
}

/** All settings. Throws SettingsInvalid, or UsageError under `--demo` where no demo has been run. */
export function allSettings(session: Session): Settings {
  const { world, flags, out } = session;
  const terminal = world.terminal;
  if (flags.demo === true) {
    const folder = demoFolder(world);
    const env = demoEnv(folder);
    if (env === null) throw new UsageError('No demo has been started in this folder; "npm run demo" starts one.');
    return loadSettings({ ...env, ...logEnv(world) }, { folder, terminal });
  }
  const settings = loadSettings(world.env, { folder: world.folder, terminal });
  for (const warning of settingsWarnings(settings)) out.note(`Warning: ${warning}`);
  return settings;
}

function demoEnv(folder: string): Record<string, string> | null {
  const file = join(folder, 'demo.env');
  if (!existsSync(file)) return null;
  return Object.fromEntries(
    Object.entries(parseEnv(readFileSync(file, 'utf8'))).map(([name, value]) => [name, value ?? '']),
  );
}

function logEnv({ env }: World): Record<string, string> {
  return Object.fromEntries(
    ['LOG_LEVEL', 'LOG_FORMAT'].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
}

/** The mapping file, or the demo's own mapping. */
export async function mappingOf({ flags }: Session, settings: Pick<Settings, 'configFile'>): Promise<CasebridgeConfig> {
  if (flags.demo === true) return (await import('./commands/demo/config.ts')).demoConfig;
  return loadMapping(settings.configFile);
}

/** Opens the database, runs `use`, and closes it whatever happens. */
export async function withStore<T>(session: Session, use: (store: Store) => Promise<T>): Promise<T> {
  const settings = storeSettings(session);
  const log = logFor(session, settings);
  const heard = onceOpen(logEvents(log));
  const database = await session.world.openDatabase(settings, heard.emit);
  heard.open();
  try {
    return await use(database.store);
  } finally {
    await database.close();
  }
}

/** A database that is away while we open it is reported as the command's failure: nobody waits for it. */
function onceOpen(sink: EventSink): { readonly emit: EventSink; open(): void } {
  let opened = false;
  return {
    emit: (event) => {
      if (opened || event.type !== 'store.lost') sink(event);
    },
    open: () => {
      opened = true;
    },
  };
}

export interface OpenedApp {
  readonly app: App;
  readonly config: CasebridgeConfig;
  readonly settings: Settings;
  readonly log: Log;
}

/** Opens everything, runs `use`, and closes it whatever happens. `also` hears every event beside the log. */
export async function withApp<T>(
  session: Session,
  use: (opened: OpenedApp) => Promise<T>,
  also: EventSink = () => undefined,
): Promise<T> {
  const settings = allSettings(session);
  const config = await mappingOf(session, settings);
  const log = logFor(session, settings);
  const heard = onceOpen(logEvents(log));
  const tracing = await tracingOf(settings, log);
  const app = await session.world.openApp({
    settings,
    config,
    ...(tracing === null ? {} : { tracer: tracing.tracer }),
    emit: (event) => {
      heard.emit(event);
      tracing?.hear(event);
      also(event);
    },
    onNotice: (side, notice) => {
      const text = describeNotice(side, { ...notice });
      log(text === null ? 'info' : 'warn', 'connector.notice', { side, ...notice, ...(text === null ? {} : { text }) });
    },
  });
  heard.open();
  try {
    return await use({ app, config, settings, log });
  } finally {
    await app.close();
    await tracing?.close();
  }
}

/** The same for commands that write or plan to: refuses a mapping file that does not fit the two systems. Throws MappingInvalid. */
export function withSoundMapping<T>(
  session: Session,
  use: (opened: OpenedApp) => Promise<T>,
  also?: EventSink,
): Promise<T> {
  return withApp(
    session,
    (opened) => {
      const { mappingProblems } = opened.app;
      if (mappingProblems.length === 0) return use(opened);
      const problems = mappingProblems.map((problem) => ({
        where: `${problem.pair} ${problem.where}:`,
        what: sentence(problem),
      }));
      throw new MappingInvalid(opened.settings.configFile, problems);
    },
    also,
  );
}

function logFor({ world }: Session, settings: StoreSettings): Log {
  return createLogger({ ...settings.log, secrets: secretsOf(settings), stream: world.stderr, colour: world.colour });
}
