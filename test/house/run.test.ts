import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const project = join(import.meta.dirname, '../..');
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'casebridge run-'));
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
});

const program = `
console.log(JSON.stringify(process.argv.slice(2)));
const [word, value] = process.argv.slice(2);
if (word === 'exit') process.exitCode = Number(value);
if (word === 'wait') {
  const timer = setInterval(() => undefined, 1000);
  let seen = 0;
  process.on('SIGTERM', () => {
    seen += 1;
    if (seen === 1) setTimeout(() => { console.log('signals', seen); clearInterval(timer); process.exitCode = 130; }, 700);
  });
  console.log('ready');
}
`;

const about = { name: 'clone', version: '1.0.0', type: 'module', dependencies: { part: 'file:part' } };

/** A project of its own: our scripts, one package that lies beside them, and a program that shows what it was given. */
async function newProject(): Promise<string> {
  const folder = await mkdtemp(join(home, 'a clone '));
  await cp(join(project, 'scripts'), join(folder, 'scripts'), { recursive: true });
  await mkdir(join(folder, 'part'));
  await writeFile(join(folder, 'part/package.json'), JSON.stringify({ name: 'part', version: '1.0.0' }));
  await writeManifest(folder, about, {
    part: { version: '1.0.0' },
    'node_modules/part': { resolved: 'part', link: true },
  });
  await mkdir(join(folder, 'src/cli'), { recursive: true });
  await writeFile(join(folder, 'src/cli/main.ts'), program);
  return folder;
}

async function writeManifest(folder: string, manifest: object, packages: object): Promise<void> {
  const lock = {
    name: 'clone',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: { '': manifest, ...packages },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
}

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
  said(text: string): Promise<void>;
}

function start(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Running {
  const child = spawn(process.execPath, [join(folder, 'scripts/run.mjs'), ...args], { cwd: folder, env });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...output }));
  });
  const said = async (text: string): Promise<void> => {
    while (!output.stdout.includes(text)) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return { child, ended, said };
}

describe('scripts/run.mjs', () => {
  it('installs on the first run and says so on stderr, and does neither on the second, without a network or npm', async () => {
    const folder = await newProject();
    const first = await start(folder, ['links', 'a b', '--json']).ended;
    expect(first).toMatchObject({ code: 0, stdout: '["links","a b","--json"]\n' });
    expect(first.stderr).toMatch(/installing packages[\s\S]*installed in/);
    const second = await start(folder, ['exit', '3'], { PATH: '/nowhere' }).ended;
    expect(second).toEqual({ code: 3, stdout: '["exit","3"]\n', stderr: '' });
  });

  it('lets two first runs at once both succeed, with one install', async () => {
    const folder = await newProject();
    const [one, two] = await Promise.all([start(folder, ['one']).ended, start(folder, ['two']).ended]);
    expect([one.code, two.code]).toEqual([0, 0]);
    expect([one.stdout, two.stdout]).toEqual(['["one"]\n', '["two"]\n']);
    expect(`${one.stderr}${two.stderr}`.match(/installing packages/g)).toHaveLength(1);
  });

  it('installs again when package-lock.json asks for something else, and tells in a sentence when that fails', async () => {
    const folder = await newProject();
    await start(folder, []).ended;
    const gone = { version: '1.0.0', resolved: 'file:not-there.tgz', integrity: 'sha512-AAAA' };
    await writeManifest(
      folder,
      { ...about, dependencies: { gone: 'file:not-there.tgz' } },
      { 'node_modules/gone': gone },
    );
    const { code, stdout, stderr } = await start(folder, ['links']).ended;
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toMatch(/package-lock\.json has changed/);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('takes over from an install that was killed', async () => {
    const folder = await newProject();
    const lock = join(folder, '.install.lock');
    await mkdir(lock);
    await writeFile(join(lock, 'pid'), '999999999\n');
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lock, longAgo, longAgo);
    expect(await start(folder, ['go']).ended).toMatchObject({ code: 0, stdout: '["go"]\n' });
  });

  it('passes a signal on once, and the exit code back', async () => {
    const folder = await newProject();
    const running = start(folder, ['wait']);
    await running.said('ready');
    running.child.kill('SIGTERM');
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).toContain('signals 1');
  });
});
