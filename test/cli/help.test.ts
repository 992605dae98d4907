import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { realWorld } from '../../src/cli/world.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { fakeClock } from '../support/clock.ts';
import { seededIds } from '../support/random.ts';
import { createCli, type Ran } from './world.ts';

const world = realWorld({}, { signal: new AbortController().signal, by: () => null });
const program = await createProgram(world);

interface Leaf {
  readonly words: readonly string[];
  readonly command: Command;
}

function leaves(command: Command, words: readonly string[]): readonly Leaf[] {
  if (command.commands.length === 0) return [{ words, command }];
  return command.commands.flatMap((sub) => leaves(sub, [...words, sub.name()]));
}

const all = leaves(program, []);
const cli = () => createCli({ store: createMemoryStore({ clock: fakeClock(), ids: seededIds(1) }) });
const helpOf = (words: readonly string[]): Promise<Ran> => cli().run(...words, '--help');

describe('--help', () => {
  it.each(all.map((leaf) => [leaf.words.join(' '), leaf] as const))(
    'of %s has examples and exit codes',
    async (_, { words }) => {
      const { code, stdout, stderr } = await helpOf(words);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/\nExamples:\n {2}casebridge \S/);
      expect(stdout).toMatch(/\nExit codes:\n {2}0 {4}done\n/);
      expect(stdout).toContain('--json');
    },
  );

  it('gives no example of a command or an option that there is not', async () => {
    for (const { words } of all) {
      const { stdout } = await helpOf(words);
      const examples = stdout.slice(stdout.indexOf('Examples:'), stdout.indexOf('Exit codes:')).split('\n');
      for (const example of examples.filter((line) => line.startsWith('  casebridge ')))
        expect(unknownIn(example), example).toBe('');
    }
  });
});

describe('a command line', () => {
  it('shows in the help of the program what loading every command would show', async () => {
    expect((await createProgram(world, [])).helpInformation()).toBe(program.helpInformation());
  });

  it('loads no command to list them, and the one that it names to run it', () => {
    const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
    const watch = `import { registerHooks } from 'node:module'; import { writeSync } from 'node:fs';
      registerHooks({ load: (url, context, next) => (url.startsWith('file:') && writeSync(2, url + '\\n'), next(url, context)) });`;
    const loaded = (...args: readonly string[]): string =>
      spawnSync(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(watch)}`, main, ...args], {
        encoding: 'utf8',
      }).stderr;
    expect(loaded('--help')).toMatch(/src\/cli\/command-list\.ts/);
    expect(loaded('--help')).not.toMatch(
      /src\/(?:cli\/commands|connectors|engine|store)\/|node_modules\/(?!commander)/,
    );
    expect(loaded('keygen', '--help').match(/cli\/commands\/[a-z-]+\.ts/g)).toEqual(['cli/commands/keygen.ts']);
  });
});

/** The first word of an example that the program would refuse; nothing where it would take all of them. */
function unknownIn(example: string): string {
  const [line = ''] = example.replace('  casebridge ', '').split(/\s(?:&&|\||>)\s|\s{2,}/);
  // Settings may stand in front of the program's name.
  const words = line.replace(/^(?:[A-Z_]+=\S+ )+casebridge /, '').split(' ');
  let command = program;
  for (const word of words) {
    if (word.startsWith('--')) {
      const [flag] = word.split('=');
      if (!command.options.some((option) => option.long === flag)) return word;
      continue;
    }
    const sub = command.commands.find((one) => one.name() === word);
    if (sub === undefined && command.commands.length > 0) return word;
    command = sub ?? command;
  }
  return '';
}

describe('completion', () => {
  it('in bash completes commands, their commands and their options', async () => {
    const { stdout } = await cli().run('completion', 'bash');
    const folder = mkdtempSync(join(tmpdir(), 'casebridge-completion-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'script'), stdout);
    const complete = (...words: readonly string[]): readonly string[] => {
      const list = ['casebridge', ...words].map((word) => `'${word}'`).join(' ');
      const ask = `source "$1"; COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _casebridge; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const ran = spawnSync('bash', ['-euc', ask, 'bash', join(folder, 'script')], { encoding: 'utf8' });
      expect(ran.stderr).toBe('');
      return ran.stdout.trim().split('\n');
    };
    expect(complete('un')).toEqual(['undo']);
    expect(complete('links', '')).toEqual(expect.arrayContaining(['list', 'show', 'unlink', 'relink', '--help']));
    expect(complete('links', '--json', 'rel')).toEqual(['relink']);
    expect(complete('undo', '--run', 'x', '--y')).toEqual(['--yes']);
    expect(complete('db', 'restore', '--')).toEqual(expect.arrayContaining(['--json', '--demo', '--help']));
    expect(complete('nonsense', 'sta')).toEqual(['start', 'status']);
  });

  it('names every command in every shell, and knows no other shell', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, stdout } = await cli().run('completion', shell);
      expect(code).toBe(0);
      for (const { words } of all) expect(stdout).toContain(words.at(-1) ?? '');
    }
    expect(await cli().run('completion', 'csh')).toMatchObject({ code: 2, stdout: '' });
  });
});
