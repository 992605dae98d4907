import { basename, join } from 'node:path';
import { adminToken } from '../admin/auth/token-file.ts';
import type { DeskUrls } from '../admin/desk-urls.ts';
import { type Admin, createAdmin } from '../admin/server.ts';
import type { Settings } from '../config/settings.ts';
import { iso } from '../core/clock.ts';
import type { Daemon } from '../engine/daemon.ts';
import type { Engine } from '../engine/engine.ts';
import type { EventSink } from '../engine/events.ts';
import type { CasebridgeConfig } from '../mapping/define-config.ts';
import { recordsOf } from '../operate/tokens.ts';
import { versionOf } from './version.ts';
import { projectFolder } from './world.ts';

export interface AdminPortOptions {
  readonly engine: Engine;
  readonly daemon: Daemon;
  readonly config: CasebridgeConfig;
  readonly settings: Pick<Settings, 'admin' | 'dataDir' | 'configFile'>;
  readonly urls: DeskUrls;
  /** True if a person reads what `tell` says: a token is shown to nobody else. */
  readonly terminal: boolean;
  /** For a person, never for a log. */
  readonly tell: (line: string) => void;
  readonly onError: (error: Error) => void;
}

export interface AdminPort extends Pick<Admin, 'hear' | 'stop' | 'standing' | 'note'> {
  readonly url: string;
}

/** Opens the admin port of a daemon, and says how to get in. Rejects when the port is taken. */
export async function openAdminPort(options: AdminPortOptions): Promise<AdminPort> {
  const { engine, settings } = options;
  const records = recordsOf({ store: engine.store });
  const admin = await createAdmin({
    engine,
    daemon: options.daemon,
    records,
    config: options.config,
    configFile: basename(settings.configFile),
    version: versionOf(),
    ...options.urls,
    settings: settings.admin,
    pages: join(projectFolder, 'src', 'admin', 'dashboard', 'dist'),
    onError: options.onError,
  });
  const token = settings.admin.token === null ? await drawnToken(options) : 'with CASEBRIDGE_ADMIN_TOKEN';
  const url = await admin.listen();
  options.tell(`Dashboard  ${url}/  log in ${token}`);
  return {
    url,
    hear: (event) => admin.hear(event),
    stop: () => admin.stop(),
    standing: () => admin.standing(),
    note: (note) => admin.note(note),
  };
}

/** How to log in where no setting names a token. */
async function drawnToken({ engine, settings, terminal }: AdminPortOptions): Promise<string> {
  const records = recordsOf({ store: engine.store });
  const drawn = await adminToken({
    dataDir: settings.dataDir,
    records,
    newId: () => engine.ids.next(),
    at: iso(engine.clock.now()),
  });
  if (drawn.kind === 'elsewhere') return 'with the token that another replica keeps in its data folder (admin-token)';
  return terminal ? `with ${drawn.token}` : `with the token in ${drawn.file}`;
}

/** Events are wanted before there is somebody to hear them: what comes earlier is not kept. */
export function createRelay(): { readonly emit: EventSink; to(sink: EventSink): void } {
  let heard: EventSink = () => undefined;
  return {
    emit: (event) => heard(event),
    to: (sink) => {
      heard = sink;
    },
  };
}
