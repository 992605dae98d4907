import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isSecret, optionNames, optionOf } from '../../../src/config/options.ts';
import type { Desks } from './desk.ts';

export interface DaemonProcess {
  readonly pid: number;
  /** Where its admin port listens. */
  readonly url: string;
  /** From spawn to the first `/readyz` that says yes, in milliseconds. */
  readonly readyMs: number;
  /** Lines of the log at `warn` and `error`. */
  readonly complaints: () => readonly string[];
  /** Asks its admin API as an admin. */
  get(path: string): Promise<Response>;
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '..', '..', '..');
const readyWithinMs = 180_000;
const token = 'casebridge_for_figures_only';

export interface DaemonOptions {
  readonly databaseUrl: string;
  readonly desks: Desks;
  readonly dataDir: string;
  /** Settings beside those that lead to the desks. */
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
}

/** `casebridge start` as a process on that database, with settings of its own and none of the user's. */
export async function startDaemon(options: DaemonOptions): Promise<DaemonProcess> {
  const startedAt = Date.now();
  const child = spawn(process.execPath, commandLine(['start', '--yes'], options.nodeArgs), {
    cwd: root,
    env: environment(options),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  const complaints: string[] = [];
  /** What it said last: a program that does not even load says why in no line of a log. */
  const said: string[] = [];
  const admin = Promise.withResolvers<string>();
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (said.length > 20) said.shift();
    if (/"level":"(warn|error)"/.test(line)) complaints.push(line);
    const url = /"(?:admin|health)":"([^"]+)"/.exec(line)?.[1];
    if (url !== undefined) admin.resolve(url);
  });
  void exited.then(([code]) => admin.reject(new Error(`the daemon ended with ${code}:\n${said.join('\n')}`)));
  const url = await admin.promise;
  await untilReady(url, startedAt + readyWithinMs).catch((cause: unknown) => {
    child.kill('SIGTERM');
    throw new Error(`the daemon did not become ready:\n${complaints.slice(0, 5).join('\n')}`, { cause });
  });
  return {
    pid: child.pid ?? 0,
    url,
    readyMs: Date.now() - startedAt,
    complaints: () => complaints,
    get: (path) => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } }),
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** How Node is told to run a command of ours: by the start script, which becomes the program; past it with arguments of one's own. */
export function commandLine(args: readonly string[], nodeArgs: readonly string[] = []): string[] {
  if (nodeArgs.length === 0) return [join(root, 'scripts', 'run.mjs'), ...args];
  return ['--disable-warning=ExperimentalWarning', ...nodeArgs, join(root, 'src', 'cli', 'main.ts'), ...args];
}

async function untilReady(url: string, until: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok === true) return;
    if (Date.now() > until) throw new Error('it said no until the end');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Every setting of ours; an empty name hides the line of the same name in the user's `.env`. */
export function environment({ databaseUrl, desks, dataDir, env = {} }: DaemonOptions): NodeJS.ProcessEnv {
  const names = optionNames.flatMap((name) => (isSecret(optionOf(name)) ? [name, `${name}_FILE`] : [name]));
  return {
    PATH: process.env['PATH'],
    // As the start script sets it.
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'casebridge'),
    ...Object.fromEntries(names.map((name) => [name, ''])),
    DATABASE_URL: databaseUrl,
    CASEBRIDGE_DATA_DIR: dataDir,
    CASEBRIDGE_CONFIG: join(import.meta.dirname, '..', 'throughput', 'mapping.ts'),
    CASEBRIDGE_ADMIN_PORT: '0',
    CASEBRIDGE_ADMIN_TOKEN: token,
    LOG_FORMAT: 'json',
    SERVICENOW_URL: desks.servicenow.url,
    SERVICENOW_AUTH: 'client_credentials',
    SERVICENOW_CLIENT_ID: desks.servicenow.clientId,
    SERVICENOW_CLIENT_SECRET: desks.servicenow.clientSecret,
    SALESFORCE_LOGIN_URL: desks.salesforce.url,
    SALESFORCE_AUTH: 'client_credentials',
    SALESFORCE_CLIENT_ID: desks.salesforce.clientId,
    SALESFORCE_CLIENT_SECRET: desks.salesforce.clientSecret,
    ...env,
  };
}
