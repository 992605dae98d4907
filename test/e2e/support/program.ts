import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Desks } from './desks.ts';
import { eventually } from '../../support/eventually.ts';

const project = join(import.meta.dirname, '../../..');
const programs = {
  real: join(project, 'src/cli/main.ts'),
  /** The same with a short settle time, for stories in which answers are lost. */
  quick: join(import.meta.dirname, 'quick.ts'),
};

export type Env = Readonly<Record<string, string>>;

/** What a command left behind. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Every line of standard output, read as JSON. Throws where one is none. */
  json(): readonly Readonly<Record<string, unknown>>[];
}

/** A process that has nothing of ours but what it is given: no setting of the machine it runs on. */
function start(args: readonly string[], env: Env, program: keyof typeof programs): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  return spawn(process.execPath, [programs[program], ...args], {
    cwd: tmpdir(),
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

interface Listening {
  stdout: string;
  stderr: string;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

function listen(child: ChildProcess): Listening {
  const heard: Listening = {
    stdout: '',
    stderr: '',
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal }));
    }),
  };
  child.stdout?.on('data', (text: Buffer) => (heard.stdout += text.toString()));
  child.stderr?.on('data', (text: Buffer) => (heard.stderr += text.toString()));
  return heard;
}

/** Runs one command line of the program to its end. */
export async function run(args: readonly string[], env: Env, program: keyof typeof programs = 'real'): Promise<Ran> {
  const heard = listen(start(args, env, program));
  const { code } = await heard.ended;
  return {
    code,
    stdout: heard.stdout,
    stderr: heard.stderr,
    json: () =>
      heard.stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
  };
}

/** A daemon in a process of its own. */
export interface RunningDaemon {
  readonly pid: number;
  /** What it has said so far. */
  said(): string;
  /** Log lines of this message. */
  events(msg: string): readonly Readonly<Record<string, unknown>>[];
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Resolves when it has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

const alive = new Set<ChildProcess>();

/** Starts `start`, and resolves once it serves. Rejects with its words if it ends before. */
export async function startDaemon(
  env: Env,
  options: { readonly program?: keyof typeof programs; readonly args?: readonly string[] } = {},
): Promise<RunningDaemon> {
  const child = start(['start', ...(options.args ?? [])], env, options.program ?? 'real');
  alive.add(child);
  const heard = listen(child);
  let over = false;
  void heard.ended.then(() => {
    over = true;
    alive.delete(child);
  });
  const events = (msg: string): readonly Readonly<Record<string, unknown>>[] =>
    heard.stderr
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
      .filter((line) => line['msg'] === msg);
  await eventually(() => over || events('started').length > 0);
  if (over) throw new Error(`the daemon ended before it served:\n${heard.stderr}`);
  return {
    pid: child.pid ?? 0,
    said: () => heard.stderr,
    events,
    ended: heard.ended,
    end: (signal) => {
      child.kill(signal);
      return heard.ended;
    },
  };
}

/** For afterAll: whatever a failed test left running. */
export async function endAllDaemons(): Promise<void> {
  await Promise.all(
    [...alive].map(async (child) => {
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await gone;
    }),
  );
}

/** Settings of two local desks and a database, as a user would write them down. */
export function settingsFor(desks: Desks, more: Env): Env {
  return {
    CASEBRIDGE_POLL: '* * * * * *',
    CASEBRIDGE_POLL_IDLE_MAX: '1',
    CASEBRIDGE_ADMIN_PORT: '0',
    SERVICENOW_URL: desks.servicenow.url,
    SERVICENOW_AUTH: 'client_credentials',
    SERVICENOW_CLIENT_ID: desks.servicenow.account.clientId,
    SERVICENOW_CLIENT_SECRET: desks.servicenow.account.clientSecret,
    SALESFORCE_LOGIN_URL: desks.salesforce.url,
    SALESFORCE_AUTH: 'client_credentials',
    SALESFORCE_CLIENT_ID: desks.salesforce.account.clientId,
    SALESFORCE_CLIENT_SECRET: desks.salesforce.account.clientSecret,
    ...more,
  };
}

export interface Folder {
  readonly path: string;
  /** Writes a mapping file whose one pair is the default one with these parts, and returns its path. */
  mapping(name: string, parts?: string): Promise<string>;
  remove(): Promise<void>;
}

/** A folder with a space in its name, since people have such folders. */
export async function newFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'casebridge e2e '));
  // Under root the embedded Postgres runs as nobody, who has to get in.
  await chmod(path, 0o711);
  const from = JSON.stringify(join(project, 'src/mapping/default-config.ts'));
  return {
    path,
    mapping: async (name, parts = '') => {
      const file = join(path, `${name}.config.ts`);
      const resolve = `resolve: { closeCode: 'Solution provided', closeNotes: 'Closed in Salesforce.' }`;
      await writeFile(
        file,
        `import { defaultFields, defaultPair } from ${from};\nvoid defaultFields;\nexport default { pairs: [{ ...defaultPair, sync: { from: 'all' }, ${resolve}, ${parts} }] };\n`,
      );
      return file;
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A server that answers everything with 200 and this page, as a sleeping instance does, or a proxy. */
export async function startPage(html: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = createHttpServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html;charset=UTF-8' }).end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
