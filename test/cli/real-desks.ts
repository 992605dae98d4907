import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { runCommandLine } from '../../src/cli/program.ts';
import { realWorld, type World } from '../../src/cli/world.ts';
import { startSalesforceSandbox, type SalesforceSandbox } from '../../src/sandbox/salesforce.ts';
import {
  startServiceNowSandbox,
  type ServiceNowSandbox,
  type ServiceNowSandboxOptions,
} from '../../src/sandbox/servicenow.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { Store } from '../../src/store/store.ts';
import { realClock } from '../support/clock.ts';
import { seededIds } from '../support/random.ts';
import type { Ran } from './world.ts';

export interface Desks {
  readonly servicenow: ServiceNowSandbox;
  readonly salesforce: SalesforceSandbox;
}

/** Both local desks, over HTTP, until the test is over. */
export async function startDesks(options: ServiceNowSandboxOptions = {}): Promise<Desks> {
  const [servicenow, salesforce] = await Promise.all([startServiceNowSandbox(options), startSalesforceSandbox()]);
  onTestFinished(async () => {
    await Promise.all([servicenow.stop(), salesforce.stop()]);
  });
  return { servicenow, salesforce };
}

/** Settings for both desks, by client credentials. */
export function settingsFor({ servicenow, salesforce }: Desks): Record<string, string> {
  return {
    SERVICENOW_URL: servicenow.url,
    SERVICENOW_AUTH: 'client_credentials',
    SERVICENOW_CLIENT_ID: servicenow.account.clientId,
    SERVICENOW_CLIENT_SECRET: servicenow.account.clientSecret,
    SALESFORCE_LOGIN_URL: salesforce.url,
    SALESFORCE_AUTH: 'client_credentials',
    SALESFORCE_CLIENT_ID: salesforce.account.clientId,
    SALESFORCE_CLIENT_SECRET: salesforce.account.clientSecret,
  };
}

export interface RealCli {
  readonly folder: string;
  readonly store: Store;
  readonly interrupt: AbortController;
  run(...args: readonly string[]): Promise<Ran>;
  /** What the command that runs now has printed on standard output so far. */
  printed(): string;
}

export interface RealCliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly store?: Store;
  /** Source text of the mapping file; none by null. */
  readonly mapping?: string | null;
  readonly world?: Partial<World>;
}

const source = (name: string): string => JSON.stringify(join(import.meta.dirname, '../../src/mapping', name));

/** The default pair, with what ServiceNow wants when a Case is closed. */
const soundMapping = `import { defaultPair } from ${source('default-config.ts')};
export default { pairs: [{ ...defaultPair, resolve: { closeCode: 'Solution provided', closeNotes: 'Closed in Salesforce.' } }] };
`;

/** The real command line in a folder of its own, on a store of the test's and desks that are reached over HTTP. */
export function createRealCli(options: RealCliOptions = {}): RealCli {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge desks-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  if (options.mapping !== null) writeFileSync(join(folder, 'casebridge.config.ts'), options.mapping ?? soundMapping);
  const store = options.store ?? createMemoryStore({ clock: realClock(), ids: seededIds(1) });
  const interrupt = new AbortController();
  let written = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr'): Writable =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written[name] += chunk.toString();
        done();
      },
    });
  const run = async (...args: readonly string[]): Promise<Ran> => {
    written = { stdout: '', stderr: '' };
    let code: number | null = null;
    const interruption = {
      signal: interrupt.signal,
      by: () => (interrupt.signal.aborted ? ('SIGINT' as const) : null),
    };
    await runCommandLine(args, {
      ...realWorld(options.env ?? {}, interruption),
      folder,
      stdout: sink('stdout'),
      stderr: sink('stderr'),
      terminal: false,
      colour: false,
      exit: (given) => {
        code = given;
      },
      openDatabase: async () => ({ store, url: '', close: async () => undefined }),
      ...options.world,
    });
    const lines = written.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line): unknown => JSON.parse(line));
    return { code, ...written, lines };
  };
  return { folder, store, interrupt, run, printed: () => written.stdout };
}
