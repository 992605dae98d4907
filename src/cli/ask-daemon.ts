import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Status } from '../admin/schemas/status.ts';
import type { StoreSettings } from '../config/settings.ts';

/** What the daemon of these settings says of itself. */
export interface DaemonSays {
  readonly running: boolean;
  readonly ready: boolean;
  /** What only its memory holds; null where it does not run, or does not know our token. */
  readonly status: Status | null;
}

const waitMs = 5000;

/** Asks the daemon on the admin port. Never rejects: nobody there is an answer, too. */
export async function askDaemon({ admin, dataDir }: Pick<StoreSettings, 'admin' | 'dataDir'>): Promise<DaemonSays> {
  const base = `http://${hostOf(admin.host)}:${admin.port}`;
  const ask = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response | null> => {
    const response = await fetch(`${base}${path}`, { headers, signal: AbortSignal.timeout(waitMs) }).catch(() => null);
    return response?.ok === true ? response : null;
  };
  if ((await ask('/healthz')) === null) return { running: false, ready: false, status: null };
  const token = admin.token?.reveal() ?? (await readFile(join(dataDir, 'admin-token'), 'utf8').catch(() => '')).trim();
  const [ready, answer] = await Promise.all([
    ask('/readyz'),
    token === '' ? null : ask('/api/status', { authorization: `Bearer ${token}` }),
  ]);
  const said: unknown = await answer?.json().catch(() => null);
  return { running: true, ready: ready !== null, status: isStatus(said) ? said : null };
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
