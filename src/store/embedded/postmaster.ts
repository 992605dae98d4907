import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import type { Binaries } from './binaries.ts';
import { type Cluster, complaint, isAlive, plainEnvironment } from './cluster.ts';
import { EmbeddedFailed, failureOf } from './failed.ts';
import type { RunAs } from './place.ts';

/** What a running server writes into `postmaster.pid`. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

const stepMs = 25;
/** Replaying the log after a crash can take a while. */
const readyWithinMs = 60_000;
const largestLog = 5_000_000;

function pidFile(cluster: Cluster): string {
  return join(cluster.data, 'postmaster.pid');
}

/** True unless the pid now belongs to another program, as after a reboot or in a new container. */
async function isPostgres(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  return command === null ? process.platform !== 'linux' : command.includes('postgres');
}

/** The server that runs on this cluster; null if none does. A stale pid file is removed: Postgres would stumble over it. */
export async function findPostmaster(cluster: Cluster): Promise<Postmaster | null> {
  const text = await readFile(pidFile(cluster), 'utf8').catch(() => null);
  if (text === null) return null;
  // Lines: pid, data folder, start time, port, socket folder, address, shared memory, state (pidfile.h of Postgres).
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  if (await isPostgres(pid)) return { pid, port: Number(lines[3] ?? 0), ready: lines[7] === 'ready' };
  await rm(pidFile(cluster), { force: true });
  return null;
}

/** The port of the last start, which Postgres notes in `postmaster.opts`: a URL somebody wrote down stays right. */
async function lastPort(cluster: Cluster): Promise<number | null> {
  const options = await readFile(join(cluster.data, 'postmaster.opts'), 'utf8').catch(() => '');
  const port = /"-p" "(\d+)"/.exec(options)?.[1];
  return port === undefined ? null : Number(port);
}

/** A loopback port that nobody listens on: `wanted`, or 0 for any. Rejects if that one is taken. */
function freePort(wanted: number): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? done(address.port) : fail(new Error('no port')),
      );
    });
  });
}

function logFile(home: string): string {
  return join(home, 'postgres.log');
}

/** The end of the server's log, from where this start began. */
async function lastWords(home: string, from: number): Promise<string> {
  const text = await readFile(logFile(home)).catch(() => Buffer.alloc(0));
  return text.subarray(from).toString('utf8').trim().slice(-2000);
}

/** Server settings for one small service on one machine. Sockets are off: their path has a length limit, and they need a folder. */
function serverOptions(cluster: Cluster, port: number, settings: Readonly<Record<string, string>>): readonly string[] {
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', io_method: 'sync', ...settings };
  return [
    '-D',
    cluster.data,
    '-p',
    String(port),
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

function launch(
  home: string,
  cluster: Cluster,
  binaries: Binaries,
  user: RunAs | null,
  options: readonly string[],
): ChildProcess {
  const log = openSync(logFile(home), 'a', 0o600);
  try {
    if (process.platform === 'win32') {
      // Postgres refuses an administrator; pg_ctl drops the rights first.
      const quoted = options.slice(2).map((part) => (part.includes(' ') ? `"${part}"` : part));
      const args = ['start', '-W', '-D', cluster.data, '-l', logFile(home), '-o', quoted.join(' ')];
      return spawn(binaries.pgCtl, args, { cwd: home, stdio: 'ignore', windowsHide: true });
    }
    // A group of its own, so that Ctrl-C reaches us first; a log file, so that it outlives us without a broken pipe.
    const stdio = ['ignore', log, log] as const;
    return spawn(binaries.postgres, options, {
      cwd: home,
      env: plainEnvironment,
      detached: true,
      stdio: [...stdio],
      ...user,
    });
  } finally {
    closeSync(log);
  }
}

/**
 * Starts a server and waits until it answers. Resolves with null when another process started one on the same cluster
 * meanwhile. Rejects with EmbeddedFailed.
 */
export async function startPostmaster(
  home: string,
  cluster: Cluster,
  binaries: Binaries,
  user: RunAs | null,
  settings: Readonly<Record<string, string>>,
  clock: Clock,
): Promise<Postmaster | null> {
  const port = await freePort((await lastPort(cluster)) ?? 0).catch(() => freePort(0));
  const size = (await stat(logFile(home)).catch(() => null))?.size ?? 0;
  if (size > largestLog) await rm(logFile(home), { force: true });
  const from = size > largestLog ? 0 : size;
  const child = launch(home, cluster, binaries, user, serverOptions(cluster, port, settings));
  const end: { how: string | null } = { how: null };
  child.once('error', (error) => (end.how = error.message));
  child.once('exit', (code, signal) => {
    // pg_ctl of Windows ends well once it has started the server.
    if (process.platform !== 'win32' || code !== 0) end.how ??= `exit ${code ?? signal}`;
  });
  child.unref();

  const deadline = clock.now() + readyWithinMs;
  while (clock.now() < deadline) {
    const found = await findPostmaster(cluster);
    if (found?.ready === true && (found.pid === child.pid || process.platform === 'win32')) return found;
    if (end.how !== null) {
      const said = await lastWords(home, from);
      if (/lock file .*already exists/.test(said)) return null;
      throw new EmbeddedFailed(failureOf(`${end.how} ${said}`, 'exited'), `${end.how}: ${complaint(said)}`);
    }
    await clock.sleep(stepMs);
  }
  throw new EmbeddedFailed('timeout', await lastWords(home, from));
}

/** Waits until a server that is starting or stopping has made up its mind. */
export async function settledPostmaster(cluster: Cluster, clock: Clock): Promise<Postmaster | null> {
  const deadline = clock.now() + readyWithinMs;
  for (;;) {
    const found = await findPostmaster(cluster);
    if (found === null || found.ready) return found;
    if (clock.now() >= deadline) throw new EmbeddedFailed('timeout', `server ${found.pid} is neither ready nor gone`);
    await clock.sleep(stepMs);
  }
}

/** The `fast` stop: open sessions are rolled back, the log is flushed, and we wait until the server is gone. */
export async function stopPostmaster(cluster: Cluster, binaries: Binaries, clock: Clock): Promise<void> {
  const running = await findPostmaster(cluster);
  if (running === null) return;
  if (process.platform === 'win32') {
    spawn(binaries.pgCtl, ['stop', '-m', 'fast', '-W', '-D', cluster.data], { stdio: 'ignore', windowsHide: true });
  } else {
    process.kill(running.pid, 'SIGINT');
  }
  const deadline = clock.now() + readyWithinMs;
  while ((await findPostmaster(cluster))?.pid === running.pid) {
    if (clock.now() >= deadline) throw new EmbeddedFailed('timeout', `server ${running.pid} does not stop`);
    await clock.sleep(stepMs);
  }
}
