import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** Another demo is running from this folder. */
export class DemoRuns extends Error {
  override readonly name = 'DemoRuns';
  readonly pid: number;

  constructor(pid: number) {
    super(`a demo runs already, as process ${pid}`);
    this.pid = pid;
  }
}

/**
 * Takes the demo's folder for this process, and empties what an earlier demo left in its database: the desks start anew, so their
 * links must. Throws DemoRuns while another demo is at it.
 */
export async function claimDemo(folder: string): Promise<{ release(): Promise<void> }> {
  const dataDir = join(folder, '.casebridge', 'demo');
  const file = join(dataDir, 'demo.pid');
  await mkdir(dataDir, { recursive: true });
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  if (pid > 0 && pid !== process.pid && isAlive(pid)) throw new DemoRuns(pid);
  await writeFile(file, String(process.pid));
  return { release: () => rm(file, { force: true }) };
}

/** Empties the demo's database, which `url` names. */
export async function emptyDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      'DROP SCHEMA IF EXISTS public CASCADE; DROP SCHEMA IF EXISTS pgboss CASCADE; CREATE SCHEMA public',
    );
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
