import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { isSecret, optionNames, optionOf } from '../../../src/config/options.ts';
import type { Desks } from './desk.ts';

export interface DaemonProcess {
  readonly pid: number;
  /** From spawn to the first `/readyz` that says yes, in milliseconds. */
  readonly readyMs: number;
  /** Lines of the log at `warn` and `error`. */
  readonly complaints: () => readonly string[];
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '..', '..', '..');
const readyWithinMs = 60_000;

/**
 * `casebridge start` as a process, with settings of its own and none of the user's. With `profileInto` it leaves a CPU profile in
 * that folder, for the developer tools of a browser.
 */
export async function startDaemon(
  dataDir: string,
  desks: Desks,
  options: { readonly poll: Readonly<Record<string, string>>; readonly profileInto: string | null },
): Promise<DaemonProcess> {
  const startedAt = Date.now();
  const { profileInto } = options;
  const profile = profileInto === null ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileInto}` };
  // By the door that everybody takes, which becomes the program: it says how Node is to keep its memory.
  const child = spawn(process.execPath, [join(root, 'scripts', 'run.mjs'), 'start', '--yes'], {
    cwd: root,
    env: environment(dataDir, desks, { ...options.poll, ...profile }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  const complaints: string[] = [];
  const health = Promise.withResolvers<string>();
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (/"level":"(warn|error)"/.test(line)) complaints.push(line);
    const url = /"(?:admin|health)":"([^"]+)"/.exec(line)?.[1];
    if (url !== undefined) health.resolve(url);
  });
  void exited.then(([code]) => health.reject(new Error(`the daemon ended with ${code}:\n${complaints.join('\n')}`)));
  await untilReady(await health.promise, startedAt + readyWithinMs);
  return {
    pid: child.pid ?? 0,
    readyMs: Date.now() - startedAt,
    complaints: () => complaints,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function untilReady(url: string, until: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok === true) return;
    if (Date.now() > until) throw new Error('the daemon did not become ready');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The settings of the daemon under measurement and of commands beside it, and none of the user's. */
function environment(
  dataDir: string,
  desks: Desks,
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, string | undefined>> {
  return { PATH: process.env['PATH'], ...blank(), ...settings(dataDir, desks), ...more };
}

/** An empty name hides the line of the same name in the user's `.env`, above all DATABASE_URL. */
function blank(): Readonly<Record<string, string>> {
  const names = optionNames.flatMap((name) => (isSecret(optionOf(name)) ? [name, `${name}_FILE`] : [name]));
  return Object.fromEntries(names.map((name) => [name, '']));
}

function settings(dataDir: string, { servicenow, salesforce }: Desks): Readonly<Record<string, string>> {
  return {
    CASEBRIDGE_DATA_DIR: dataDir,
    CASEBRIDGE_CONFIG: join(import.meta.dirname, 'mapping.ts'),
    CASEBRIDGE_ADMIN_PORT: '0',
    LOG_FORMAT: 'json',
    SERVICENOW_URL: servicenow.url,
    SERVICENOW_AUTH: 'client_credentials',
    SERVICENOW_CLIENT_ID: servicenow.clientId,
    SERVICENOW_CLIENT_SECRET: servicenow.clientSecret,
    SALESFORCE_LOGIN_URL: salesforce.url,
    SALESFORCE_AUTH: 'client_credentials',
    SALESFORCE_CLIENT_ID: salesforce.clientId,
    SALESFORCE_CLIENT_SECRET: salesforce.clientSecret,
  };
}

/** A command beside the daemon, until it ends. `running` hears its process id ten times a second. */
export async function runCommand(
  dataDir: string,
  desks: Desks,
  args: readonly string[],
  running: (pid: number) => void,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [join(root, 'scripts', 'run.mjs'), ...args], {
    cwd: root,
    env: environment(dataDir, desks, {}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setInterval(() => running(child.pid ?? 0), 100);
  try {
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { code: Number(code), stdout, stderr };
  } finally {
    clearInterval(timer);
  }
}
