import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../src/store/embedded/failed.ts';
import { dataHome, reachable, runAs } from '../../src/store/embedded/place.ts';
import { EmbeddedFailed, type EmbeddedPostgres, findEmbedded, startEmbedded } from '../../src/store/embedded.ts';
import { realClock } from '../support/clock.ts';

const clock = realClock();
const settings = { fsync: 'off' };
const program = join(import.meta.dirname, 'programs/embedded.ts');
const weAreRoot = process.getuid?.() === 0;
const nobody = { uid: 65_534, gid: 65_534 };

interface Started {
  readonly child: ChildProcess;
  readonly said: { readonly url: string; readonly adopted: boolean };
}

async function ask(url: string, text: string): Promise<Readonly<Record<string, unknown>>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(text);
    return rows[0] as Record<string, unknown>;
  } finally {
    await client.end();
  }
}

describe('the embedded Postgres', { timeout: 60_000 }, () => {
  let folder: string;
  let dataDir: string;
  let children: ChildProcess[];

  /** Starts one in a process of its own. */
  async function inProcess(user: object = {}): Promise<Started> {
    const child = spawn(process.execPath, [program, dataDir], { stdio: ['pipe', 'pipe', 'inherit'], ...user });
    children.push(child);
    const lines = createInterface({ input: child.stdout });
    const [line] = (await once(lines, 'line')) as [string];
    return { child, said: JSON.parse(line) as Started['said'] };
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async function endGently(child: ChildProcess): Promise<void> {
    child.stdin?.end();
    await once(child, 'exit');
  }

  const start = (): Promise<EmbeddedPostgres> => startEmbedded({ dataDir, clock, settings });
  const find = (): Promise<EmbeddedPostgres | null> => findEmbedded({ dataDir, clock });
  const pidFile = async (): Promise<string> => join(await dataHome(dataDir, await runAs()), 'postgres/postmaster.pid');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'casebridge embedded '));
    await chmod(folder, 0o755);
    dataDir = join(folder, 'my data');
    children = [];
  });
  afterEach(async () => {
    await Promise.all(children.map(kill));
    await (await find())?.stop({ evenIfUsed: true });
    await rm(folder, { recursive: true, force: true });
  });

  it('is there, in UTF-8, for a user without LANG, in a folder with a space', async () => {
    const server = await start();
    expect(server.adopted).toBe(false);
    const encoding = await ask(server.url, `SELECT current_setting('server_encoding') AS encoding`);
    expect(encoding).toEqual({ encoding: 'UTF8' });
    const locale = await ask(
      server.url,
      `SELECT datlocprovider::text, datlocale FROM pg_database WHERE datname = current_database()`,
    );
    expect(locale).toEqual({ datlocprovider: 'b', datlocale: 'C.UTF-8' });
    await server.stop();
    expect(await find()).toBeNull();
  });

  it('keeps what was written, from one start to the next', async () => {
    const first = await start();
    await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await start();
    expect(await ask(second.url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
    await second.stop();
  });

  it('listens on loopback only, behind a password that only we can read', async () => {
    const server = await start();
    const { addresses, sockets } = await ask(
      server.url,
      `SELECT current_setting('listen_addresses') AS addresses, current_setting('unix_socket_directories') AS sockets`,
    );
    expect({ addresses, sockets }).toEqual({ addresses: '127.0.0.1', sockets: '' });
    const stranger = Object.assign(new URL(server.url), { password: 'guess' }).href;
    await expect(ask(stranger, 'SELECT 1')).rejects.toThrow('password authentication failed');
    const { mode } = await stat(join(await dataHome(dataDir, await runAs()), 'postgres/casebridge-password'));
    expect(mode & 0o077).toBe(0);
    await server.stop();
  });

  it('is found by a command in a second terminal, and outlives it', async () => {
    const { child, said } = await inProcess();
    // The daemon's own connection, as seen by others.
    const daemon = new pg.Client({ connectionString: said.url, application_name: `casebridge ${child.pid}` });
    await daemon.connect();
    const found = await find();
    expect(found?.url).toBe(said.url);
    await found?.stop();
    expect((await daemon.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await daemon.end();
    await endGently(child);
    expect(await find()).toBeNull();
  });

  it('is adopted after its daemon was killed, and then stopped by whoever adopted it', async () => {
    const { child, said } = await inProcess();
    await kill(child);
    const adopted = await start();
    expect(adopted).toMatchObject({ adopted: true, url: said.url });
    await adopted.stop();
    expect(await find()).toBeNull();
  });

  it('is not taken along by Ctrl-C, which reaches a whole process group', async () => {
    const { child, said } = await inProcess({ detached: true });
    process.kill(-(child.pid ?? 0), 'SIGINT');
    await once(child, 'exit');
    expect(await ask(said.url, 'SELECT 1 AS one')).toEqual({ one: 1 });
  });

  it('is one server, however many processes start it at the same moment', async () => {
    const started = await Promise.all([inProcess(), inProcess(), inProcess()]);
    expect(new Set(started.map(({ said }) => said.url)).size).toBe(1);
    expect(started.filter(({ said }) => !said.adopted)).toHaveLength(1);
  });

  it('starts over a pid file that a power cut left behind', async () => {
    await (await start()).stop();
    await writeFile(await pidFile(), `4194301\n${dataDir}\n1700000000\n54321\n\n127.0.0.1\n\nready\n`);
    const server = await start();
    expect(await ask(server.url, 'SELECT 1 AS one')).toEqual({ one: 1 });
    await server.stop();
  });

  it.runIf(process.platform === 'linux')('starts over a pid file whose pid is now another program', async () => {
    await (await start()).stop();
    const other = spawn('sleep', ['60']);
    children.push(other);
    await writeFile(await pidFile(), `${other.pid}\n${dataDir}\n1700000000\n54321\n\n127.0.0.1\n\nready\n`);
    const server = await start();
    expect(server.adopted).toBe(false);
    await server.stop();
  });

  it('clears away an initdb that was killed half way', async () => {
    const home = await dataHome(dataDir, await runAs());
    const half = join(home, 'postgres.new-4194301-abcd');
    await mkdir(half, { recursive: true });
    await (await start()).stop();
    await expect(stat(half)).rejects.toThrow('ENOENT');
  });

  it('says so when the data is of another version of Postgres', async () => {
    await (await start()).stop();
    await writeFile(join(await dataHome(dataDir, await runAs()), 'postgres/PG_VERSION'), '16\n');
    await expect(start()).rejects.toMatchObject({ name: 'EmbeddedFailed', reason: 'other-version' });
    await writeFile(join(await dataHome(dataDir, await runAs()), 'postgres/PG_VERSION'), '18\n');
  });

  it.runIf(weAreRoot)('runs as nobody when we are root', async () => {
    const server = await start();
    const pid = Number((await readFile(await pidFile(), 'utf8')).split('\n')[0]);
    const user = await runAs();
    expect((await stat(`/proc/${pid}`)).uid).toBe(user?.uid);
    await server.stop();
  });

  it.runIf(weAreRoot)('keeps its data elsewhere when nobody cannot reach the folder', async () => {
    await chmod(folder, 0o700);
    const user = await runAs();
    expect(await reachable(dataDir, user)).toBe(false);
    const home = await dataHome(dataDir, user);
    expect(home.startsWith(folder)).toBe(false);
    const server = await start();
    expect((await stat(join(home, 'postgres/PG_VERSION'))).uid).toBe(user?.uid);
    expect((await find())?.url).toBe(server.url);
    await server.stop();
    await rm(home, { recursive: true });
  });

  it.runIf(weAreRoot)('runs as an ordinary user too', async () => {
    if (!(await reachable(program, nobody)) || !(await reachable(process.execPath, nobody))) return;
    await mkdir(dataDir);
    await chown(dataDir, nobody.uid, nobody.gid);
    const { child, said } = await inProcess({ ...nobody, env: { HOME: '/nonexistent' } });
    expect(said.adopted).toBe(false);
    expect(await ask(said.url, 'SELECT 1 AS one')).toEqual({ one: 1 });
    await endGently(child);
  });

  it('says what is wrong when the folder is not ours to write', async () => {
    if (weAreRoot) return;
    await chmod(folder, 0o500);
    await expect(start()).rejects.toMatchObject({ reason: 'no-rights' });
    await chmod(folder, 0o700);
  });
});

describe('what a failed start says', () => {
  it.each([
    ['FATAL:  could not write to file "pg_wal/xlogtemp.42": No space left on device', 'disk-full'],
    ['initdb: error: could not create directory "x": No space left on device', 'disk-full'],
    ['LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', 'port'],
    ['FATAL:  data directory "/x" has wrong ownership', 'no-rights'],
    ["EACCES: permission denied, mkdir '/x'", 'no-rights'],
    ['postgres: error while loading shared libraries: libicui18n.so.60', 'no-binary'],
    ['spawn /x/initdb ENOENT', 'no-binary'],
    ['FATAL:  database files are incompatible with server', 'other-version'],
    ['PANIC:  something new', 'exited'],
  ] as const)('%s: %s', (said, reason) => {
    expect(failureOf(said, 'exited')).toBe(reason);
  });

  it('carries its words as data', () => {
    expect(new EmbeddedFailed('port', 'said so')).toMatchObject({ reason: 'port', detail: 'said so' });
  });
});
