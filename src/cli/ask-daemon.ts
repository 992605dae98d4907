import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConflictPage } from '../admin/schemas/conflicts.ts';
import type { Status } from '../admin/schemas/status.ts';
import type { StoreSettings } from '../config/settings.ts';
import type { Flags } from './session.ts';

/** What the daemon of these settings says of itself. */
export interface DaemonSays {
  readonly running: boolean;
  readonly ready: boolean;
  /** What only its memory holds; null where it does not run, or does not know our token. */
  readonly status: Status | null;
}

const noDaemon: DaemonSays = { running: false, ready: false, status: null };
const waitMs = 5000;

type Where = Pick<StoreSettings, 'admin' | 'dataDir'>;

/** Asks the daemon on the admin port. Never rejects: nobody there is an answer, too. */
export async function askDaemon(flags: Flags, settings: Where): Promise<DaemonSays> {
  if ((await isGone(flags, settings)) || (await get(settings, '/healthz')) === null) return noDaemon;
  const [ready, said] = await Promise.all([get(settings, '/readyz'), getJson(settings, '/api/status')]);
  return { running: true, ready: ready !== null, status: isStatus(said) ? said : null };
}

/**
 * What the daemon says of each of these conflicts, by its id: people by their names, which it remembers or looks up. Those up to
 * `limit` that come after the id `after`. Empty where no daemon runs that knows our token. Never rejects.
 */
export async function askForConflicts(
  flags: Flags,
  settings: Where,
  { all, ...page }: { readonly all: boolean; readonly pair?: string; readonly after?: string; readonly limit: number },
): Promise<ReadonlyMap<string, string>> {
  if (await isGone(flags, settings)) return new Map();
  const query = (status: string): string =>
    new URLSearchParams({ ...page, limit: String(page.limit), status }).toString();
  const answers = await Promise.all(
    (all ? ['all'] : ['open', 'decided']).map((status) => getJson(settings, `/api/conflicts?${query(status)}`)),
  );
  return new Map(answers.filter(isPage).flatMap(({ items }) => items.map(({ id, text }) => [id, text])));
}

async function get(
  settings: Where,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response | null> {
  const { host, port } = settings.admin;
  const url = `http://${hostOf(host)}:${port}${path}`;
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(waitMs) }).catch(() => null);
  return response?.ok === true ? response : null;
}

/** As whoever our token is; null without one that the daemon knows. */
async function getJson(settings: Where, path: string): Promise<unknown> {
  const { admin, dataDir } = settings;
  const token = admin.token?.reveal() ?? (await readFile(join(dataDir, 'admin-token'), 'utf8').catch(() => '')).trim();
  if (token === '') return null;
  const answer = await get(settings, path, { authorization: `Bearer ${token}` });
  return (await answer?.json().catch(() => null)) ?? null;
}

/** The demo's port may be another's by now: it leaves the id of its process. */
async function isGone({ demo }: Flags, { dataDir }: Where): Promise<boolean> {
  if (demo !== true) return false;
  const pid = Number(await readFile(join(dataDir, 'demo.pid'), 'utf8').catch(() => ''));
  return !isAlive(pid);
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whatever it listens on, it is on this machine. */
function hostOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function isStatus(said: unknown): said is Status {
  return typeof said === 'object' && said !== null && 'sides' in said && 'healthy' in said;
}

function isPage(said: unknown): said is ConflictPage {
  return typeof said === 'object' && said !== null && 'items' in said;
}
