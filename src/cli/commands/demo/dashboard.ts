import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeskUrls } from '../../../admin/desk-urls.ts';
import type { Settings } from '../../../config/settings.ts';
import type { Daemon } from '../../../engine/daemon.ts';
import type { Engine } from '../../../engine/engine.ts';
import { type AdminPort, openAdminPort } from '../../admin-port.ts';
import type { Desks } from './check.ts';
import { demoConfig } from './config.ts';
import { demoEnvFile } from './settings.ts';

export interface DemoPortOptions {
  readonly engine: Engine;
  readonly daemon: Daemon;
  readonly settings: Settings;
  readonly desks: Desks;
  readonly terminal: boolean;
  readonly say: (line: string) => void;
}

/** The demo's dashboard: on the usual port, or on a free one where that is taken. Its port is noted for a second terminal. */
export async function openDemoPort({ settings, desks, say, ...parts }: DemoPortOptions): Promise<AdminPort> {
  const open = (port: number): Promise<AdminPort> =>
    openAdminPort({
      ...parts,
      config: demoConfig,
      settings: { ...settings, admin: { ...settings.admin, port } },
      urls: sandboxUrls(desks),
      tell: say,
      onError: (error) => say(`The admin port failed: ${error.message}`),
    });
  const admin = await open(settings.admin.port).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return open(0);
    throw error;
  });
  appendFileSync(join(settings.dataDir, demoEnvFile), `CASEBRIDGE_ADMIN_PORT=${new URL(admin.url).port}\n`);
  return admin;
}

/** Where the local desks show a ticket. */
function sandboxUrls({ servicenow, salesforce }: Desks): DeskUrls {
  return {
    deskUrl: (side) => (side === 'servicenow' ? servicenow.url : salesforce.url),
    ticketUrl: (side, object, id) =>
      side === 'servicenow'
        ? `${servicenow.url}/ticket/${encodeURIComponent(object)}/${encodeURIComponent(id)}`
        : `${salesforce.url}/cases/${encodeURIComponent(id)}`,
  };
}
