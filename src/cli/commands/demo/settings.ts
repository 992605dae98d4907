import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '../../../config/load.ts';
import type { Settings } from '../../../config/settings.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';

/** The file that `--demo` on any command reads its settings from, inside the demo's data folder. */
export const demoEnvFile = 'demo.env';

/**
 * Settings for the two sandboxes, made the way a user's are: from environment names, through the same loader. They are also
 * written to `demo.env`, so that a second terminal can look at the demo.
 */
export function demoSettings(
  folder: string,
  desks: { readonly servicenow: Sandbox; readonly salesforce: Sandbox },
): Settings {
  const dataDir = join(folder, '.casebridge', 'demo');
  const { servicenow, salesforce } = desks;
  const env = {
    CASEBRIDGE_DATA_DIR: dataDir,
    CASEBRIDGE_SECRET_KEY: randomBytes(32).toString('base64'),
    CASEBRIDGE_POLL: '* * * * * *',
    CASEBRIDGE_POLL_IDLE_MAX: '5',
    SERVICENOW_URL: servicenow.url,
    SERVICENOW_AUTH: 'client_credentials',
    SERVICENOW_CLIENT_ID: servicenow.account.clientId,
    SERVICENOW_CLIENT_SECRET: servicenow.account.clientSecret,
    SALESFORCE_LOGIN_URL: salesforce.url,
    SALESFORCE_AUTH: 'client_credentials',
    SALESFORCE_CLIENT_ID: salesforce.account.clientId,
    SALESFORCE_CLIENT_SECRET: salesforce.account.clientSecret,
  };
  mkdirSync(dataDir, { recursive: true });
  const lines = Object.entries(env).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  // A file that is there already would keep its mode, and a link would be followed.
  const file = join(dataDir, demoEnvFile);
  rmSync(file, { force: true });
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
  return loadSettings(env, { folder: dataDir });
}
