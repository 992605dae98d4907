import { createHash } from 'node:crypto';
import { access, chown, constants, lstat, mkdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { EmbeddedFailed } from './failed.ts';

/** Whom Postgres runs as. It refuses to run as root, so root hands it to `nobody`. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/** Null: as ourselves. */
export async function runAs(): Promise<RunAs | null> {
  if (process.getuid?.() !== 0) return null;
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const nobody = /^nobody:[^:]*:(\d+):(\d+):/m.exec(users);
  return { uid: Number(nobody?.[1] ?? 65_534), gid: Number(nobody?.[2] ?? 65_534) };
}

/** True if that user may walk into every folder on the way to `path`. Folders that do not exist yet are ours to make. */
export async function reachable(path: string, user: RunAs | null): Promise<boolean> {
  if (user === null) return true;
  for (let at = resolve(path); ; at = dirname(at)) {
    const found = await stat(at).catch(() => null);
    if (found !== null) {
      const bit = found.uid === user.uid ? 0o100 : found.gid === user.gid ? 0o010 : 0o001;
      if (found.isDirectory() && (found.mode & bit) === 0) return false;
    }
    if (at === dirname(at)) return true;
  }
}

/** Makes a folder that the user of Postgres can walk into, and refuses one that another user made for us to fall into. */
export async function ownFolder(path: string, user: RunAs | null): Promise<string> {
  await mkdir(path, { recursive: true, mode: user === null ? 0o700 : 0o711 });
  const found = await lstat(path);
  const us = process.getuid?.();
  if (!found.isDirectory() || (us !== undefined && found.uid !== us)) {
    throw new EmbeddedFailed('no-rights', `${path} belongs to another user`);
  }
  return path;
}

/** Where we keep things of our own if the user of Postgres cannot reach the project: the first that can be used. */
async function sharedFolder(user: RunAs | null): Promise<string> {
  for (const candidate of ['/var/lib/casebridge', join(tmpdir(), `casebridge-${process.getuid?.() ?? 'user'}`)]) {
    const there = await lstat(candidate).catch(() => null);
    const usable = there === null ? await isWritable(dirname(candidate)) : there.uid === process.getuid?.();
    if (usable && (await reachable(candidate, user))) return candidate;
  }
  throw new EmbeddedFailed('no-rights', `neither /var/lib/casebridge nor ${tmpdir()} can be used`);
}

async function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** Where a copy of the binaries goes if the user of Postgres cannot reach the installed ones. Makes nothing. */
export async function binariesHome(version: string, user: RunAs | null): Promise<string> {
  return join(await sharedFolder(user), `postgres-${version}`);
}

/**
 * Where the data of `dataDir` really lives: there, or, where the user of Postgres cannot reach it (a clone in root's home), in a
 * folder of its own under `sharedFolder`. The same answer every time, so that other commands find it. Makes nothing.
 */
export async function dataHome(dataDir: string, user: RunAs | null): Promise<string> {
  const wanted = resolve(dataDir);
  if (await reachable(wanted, user)) return wanted;
  const name = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  return join(await sharedFolder(user), name);
}

/** Hands a file or folder to the user of Postgres. */
export async function giveTo(path: string, user: RunAs | null): Promise<void> {
  if (user !== null) await chown(path, user.uid, user.gid);
}
