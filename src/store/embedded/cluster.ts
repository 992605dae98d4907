import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { EmbeddedFailed, failureOf } from './failed.ts';
import { giveTo, type RunAs } from './place.ts';

/** A database cluster on disk. The password lies inside it, so that both appear in one rename. */
export interface Cluster {
  readonly data: string;
  readonly password: string;
}

export const clusterUser = 'casebridge';

/** Plain C everywhere: an unset or unknown LANG otherwise makes initdb choose SQL_ASCII, or fail. */
export const plainEnvironment = { LANG: 'C', LC_ALL: 'C', TZ: 'UTC' } as const;

const passwordFile = 'casebridge-password';
const majorVersion = '18';

async function readCluster(data: string): Promise<Cluster | null> {
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version === null) return null;
  if (version.trim() !== majorVersion) {
    throw new EmbeddedFailed('other-version', `${data} was written by Postgres ${version.trim()}`);
  }
  const password = await readFile(join(data, passwordFile), 'utf8');
  return { data, password: password.trim() };
}

/** The cluster kept in `home`; null if there is none yet. */
export function findCluster(home: string): Promise<Cluster | null> {
  return readCluster(join(home, 'postgres'));
}

/** Runs a program to its end; resolves with what it said. */
function run(
  program: string,
  args: readonly string[],
  cwd: string,
  user: RunAs | null,
): Promise<{ code: number; said: string }> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { cwd, env: plainEnvironment, stdio: ['ignore', 'pipe', 'pipe'], ...user });
    let said = '';
    const hear = (chunk: Buffer): void => {
      said = (said + chunk.toString()).slice(-4000);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', fail);
    child.once('close', (code) => done({ code: code ?? -1, said }));
  });
}

/** What of a program's words is a complaint; the last line where none looks like one. */
export function complaint(said: string): string {
  const lines = said.trim().split('\n');
  const complaints = lines.filter((line) => /error|fatal|panic|could not|no space|denied/i.test(line));
  return (complaints.length > 0 ? complaints : lines.slice(-1)).join('\n').slice(-1000);
}

/** Sweeps what an initdb that was killed left behind; one that still runs keeps its own. */
async function sweepHalfMade(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const pid = /^postgres\.new-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(home, name), { recursive: true, force: true });
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * The cluster of `home`, made by initdb where there is none. Built aside and renamed: a killed initdb leaves nothing that looks
 * finished, and of two processes that build at once one wins and the other uses the winner's.
 */
export async function ensureCluster(home: string, binaries: Binaries, user: RunAs | null): Promise<Cluster> {
  const there = await findCluster(home);
  if (there !== null) return there;
  await sweepHalfMade(home);
  const aside = join(home, `postgres.new-${process.pid}-${randomBytes(4).toString('hex')}`);
  const secretFile = `${aside}.password`;
  const password = randomBytes(24).toString('hex');
  try {
    await mkdir(aside, { mode: 0o700 });
    await writeFile(secretFile, password, { mode: 0o600 });
    await giveTo(aside, user);
    await giveTo(secretFile, user);
    const options = [
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--auth=scram-sha-256',
    ];
    const files = ['-D', aside, `--pwfile=${secretFile}`, `--username=${clusterUser}`, '--no-instructions'];
    const { code, said } = await run(binaries.initdb, [...files, ...options], home, user);
    if (code !== 0) throw new EmbeddedFailed(failureOf(said, 'init-failed'), complaint(said));
    await rename(secretFile, join(aside, passwordFile));
    await chmod(join(aside, passwordFile), 0o600);
    await rename(aside, join(home, 'postgres')).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
    await rm(secretFile, { force: true });
  }
  const made = await findCluster(home);
  if (made === null) throw new EmbeddedFailed('init-failed', `${join(home, 'postgres')} holds no database`);
  return made;
}
