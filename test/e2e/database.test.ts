import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { layCable } from './support/cable.ts';
import { aCase, anIncident, caseOf, type Desks, inStep, startDesks, stopDesks } from './support/desks.ts';
import { endAllDaemons, type Env, type Folder, newFolder, run, settingsFor, startDaemon } from './support/program.ts';

const shell = promisify(execFile);

/** Whether a small disk of our own can be had: that takes root and a kernel that lets it mount. */
async function mayMount(at: string): Promise<boolean> {
  if (process.getuid?.() !== 0 || process.platform !== 'linux') return false;
  try {
    await shell('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=711', 'tmpfs', at]);
    return true;
  } catch {
    // In a container without the right to mount: the caller skips, and says why.
    return false;
  }
}

describe('the database under a running service', { timeout: 60_000 }, () => {
  let folder: Folder;
  let desks: Desks;
  let env: Env;

  beforeAll(async () => {
    folder = await newFolder();
    desks = await startDesks();
    env = settingsFor(desks, {
      CASEBRIDGE_DATA_DIR: join(folder.path, 'my data'),
      CASEBRIDGE_CONFIG: await folder.mapping('good'),
    });
  });
  afterAll(async () => {
    await endAllDaemons();
    await Promise.all([stopDesks(desks), folder.remove()]);
  });

  it('comes along in a folder with a blank in its name, is shared by a second terminal, and survives a kill', async () => {
    anIncident(desks, 'Kept in a folder with a blank');
    const killed = await startDaemon(env, { program: 'quick' });
    await inStep(desks);
    expect(await killed.end('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });

    aCase(desks, 'While nobody looked');
    const daemon = await startDaemon(env, { program: 'quick' });
    await inStep(desks);
    // The kill may have come between a create and its record; then the pair is known once that is settled.
    await eventually(async () => (await run(['links', 'list', '--json'], env)).json().length === 2);
    const [address] = (await run(['db', 'url', '--json'], env)).json();
    expect(address).toEqual({ url: expect.stringMatching(/^postgresql:\/\/.+@127\.0\.0\.1:\d+\/casebridge$/) });
    expect((await daemon.end('SIGTERM')).code).toBe(0);

    // The last one turns off the light.
    const gone = await run(['db', 'url'], env);
    expect(gone).toMatchObject({ code: 2, stdout: '' });
    expect(gone.stderr).toContain('No database is running in');
  });

  it('goes away and comes back: the service says so, waits, and goes on', async () => {
    const database: TestDatabase = await newDatabase();
    const cable = await layCable(database.url);
    const daemon = await startDaemon({ ...env, DATABASE_URL: cable.url }, { program: 'quick' });
    await inStep(desks);
    await cable.cut();
    const incident = anIncident(desks, 'While the database was away');
    await eventually(() => daemon.events('store.lost').length > 0);
    // Long enough for a poll to miss it, too.
    await delay(2500);
    expect(caseOf(desks, incident.id)).toBeNull();
    await cable.mend();
    expect(await inStep(desks, 40_000)).toMatchObject({ duplicates: 0, alone: 0 });
    await eventually(() => daemon.events('store.back').length > 0);
    expect((await daemon.end('SIGTERM')).code).toBe(0);
    await cable.cut();
    await database.drop();
  });

  it('says that the disk is full, and starts once there is room', async ({ skip }) => {
    const disk = join(folder.path, 'small disk');
    await mkdir(disk);
    if (!(await mayMount(disk))) return skip('no small disk can be mounted here');
    try {
      const small = { ...env, CASEBRIDGE_DATA_DIR: join(disk, 'data') };
      const full = await run(['links', 'list'], small);
      expect(full.code).toBe(4);
      expect(full.stderr).toMatch(
        /^The disk is full; make room in CASEBRIDGE_DATA_DIR and start again, nothing is lost/,
      );
      expect(full.stderr.trim().split('\n')).toHaveLength(1);
      await shell('mount', ['-o', 'remount,size=300m', disk]);
      expect(await run(['links', 'list'], small)).toMatchObject({ code: 0, stdout: '' });
    } finally {
      await shell('umount', [disk]);
    }
  });
});
