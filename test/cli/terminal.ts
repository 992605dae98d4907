import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';

const root = join(import.meta.dirname, '..', '..');
export const program = (folder: string): string => join(folder, 'src', 'cli', 'main.ts');
/** util-linux: runs a program on a terminal of its own. */
export const hasTerminal =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true;

export interface Typed {
  readonly folder: string;
  /** Waits until this is asked, then types the answer and Enter. */
  answer(question: string, line: string): Promise<void>;
  screen(): string;
  ended(): Promise<number | null>;
}

/** The program on a real terminal, in a project of its own: it writes into the folder that it lies in. `given`: settings. */
export function onTerminal(args: readonly string[], given: Readonly<Record<string, string>> = {}): Typed {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-terminal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of ['src', 'prisma', 'package.json', 'casebridge.config.ts'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const env = { PATH: process.env['PATH'], HOME: folder, TERM: 'xterm', NO_COLOR: '1', ...given };
  const command = [process.execPath, program(folder), ...args].map((part) => `'${part}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder, env });
  onTestFinished(() => void child.kill());
  let screen = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (screen += chunk.toString()));
  const over = new Promise<number | null>((resolve) => child.on('close', resolve));
  let read = 0;
  return {
    folder,
    answer: async (question, line) => {
      await eventually(() => screen.indexOf(question, read) !== -1, 12_000).catch((error: unknown) => {
        throw new Error(`"${question}" was not asked:\n${screen}`, { cause: error });
      });
      read = screen.indexOf(question, read) + question.length;
      child.stdin.write(`${line}\r`);
    },
    screen: () => stripVTControlCharacters(screen),
    ended: () => over,
  };
}
