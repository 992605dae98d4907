import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { App } from '../../src/app.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import type { World } from '../../src/cli/world.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { LintProblem } from '../../src/mapping/lint.ts';
import type { Store } from '../../src/store/store.ts';

/** What a command left behind. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Lines of standard output, read as JSON. */
  readonly lines: readonly unknown[];
}

export interface Cli {
  run(...args: readonly string[]): Promise<Ran>;
  readonly interrupt: AbortController;
  readonly folder: string;
}

export interface CliOptions {
  readonly store: Store;
  readonly engine?: Engine;
  readonly env?: Readonly<Record<string, string>>;
  readonly problems?: readonly LintProblem[];
}

const mapping = JSON.stringify(join(import.meta.dirname, '../../src/mapping/default-config.ts'));

export const goodSettings = {
  SERVICENOW_URL: 'https://dev12345.service-now.com',
  SERVICENOW_AUTH: 'client_credentials',
  SERVICENOW_CLIENT_ID: 'id',
  SERVICENOW_CLIENT_SECRET: 'sn-canary',
  SALESFORCE_LOGIN_URL: 'https://acme.my.salesforce.com',
  SALESFORCE_AUTH: 'client_credentials',
  SALESFORCE_CLIENT_ID: 'id',
  SALESFORCE_CLIENT_SECRET: 'sf-canary',
};

/** The command line on a store, and maybe an engine, of the test's own. */
export function createCli(options: CliOptions): Cli {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(
    join(folder, 'casebridge.config.ts'),
    `import { defaultPair } from ${mapping};\nexport default { pairs: [defaultPair] };\n`,
  );
  const interrupt = new AbortController();
  return { run: (...args) => run(args, folder, interrupt, options), interrupt, folder };
}

async function run(
  args: readonly string[],
  folder: string,
  interrupt: AbortController,
  { store, engine, env = goodSettings, problems = [] }: CliOptions,
): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr'): Writable =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written[name] += chunk.toString();
        done();
      },
    });
  let code: number | null = null;
  const world: World = {
    folder,
    env,
    stdin: Readable.from([]),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    terminal: false,
    colour: false,
    interrupt: { signal: interrupt.signal, by: () => (interrupt.signal.aborted ? 'SIGINT' : null) },
    now: () => Date.UTC(2026, 2, 2),
    exit: (given) => {
      code = given;
    },
    openDatabase: async () => ({ store, url: '', close: async () => undefined }),
    openApp: async (): Promise<App> => {
      if (engine === undefined) throw new Error('this test has no engine');
      const database = { store, url: '', embedded: false, close: async () => undefined };
      return { engine, database, mappingProblems: problems, close: async () => undefined };
    },
    migrate: async () => [],
    runningDatabase: async () => null,
  };
  await runCommandLine(args, world);
  const lines = written.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): unknown => JSON.parse(line));
  return { code, ...written, lines };
}
