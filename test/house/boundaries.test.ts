import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const project = dirname(dirname(import.meta.dirname));
let folder: string;

interface Finding {
  readonly filename: string;
  readonly code: string;
}

/** Lints a folder of the given files under the project's own rules. */
async function lint(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const place = await mkdtemp(join(folder, 'src-'));
  await symlink(join(project, 'node_modules'), join(place, 'node_modules'));
  await symlink(join(project, 'tsconfig.json'), join(place, 'tsconfig.json'));
  await writeFile(
    join(place, 'oxlint.config.ts'),
    `export { default } from ${JSON.stringify(join(project, 'oxlint.config.ts'))};\n`,
  );
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(place, name)), { recursive: true });
    await writeFile(join(place, name), text);
  }
  const oxlint = join(project, 'node_modules/oxlint/bin/oxlint');
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, [oxlint, '--format=json', 'src'], { cwd: place }, (_error, stdout) => resolve(stdout));
  });
  const { diagnostics } = JSON.parse(output) as { diagnostics: readonly Finding[] };
  return diagnostics.map(({ filename, code }) => `${filename} ${code}`);
}

const imports = (path: string): string => `import { thing } from '${path}';\nexport const other = thing;\n`;
const refused = 'eslint(no-restricted-imports)';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'casebridge-lint-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the arrows between folders', () => {
  const wrong = {
    'src/operate/links.ts': '../admin/server.ts',
    'src/operate/runs.ts': '../cli/operator.ts',
    'src/admin/server.ts': '../store/prisma/store.ts',
    'src/engine/daemon.ts': '../operate/runs.ts',
    'src/core/plan.ts': '../engine/work.ts',
    'src/core/clock.ts': 'node:fs',
    'src/mapping/text.ts': '../connectors/errors.ts',
    'src/mapping/file.ts': 'node:fs',
    'src/engine/poll.ts': '../connectors/servicenow/client.ts',
    'src/engine/apply.ts': '../store/prisma/store.ts',
    'src/engine/names.ts': '../mapping/compile.ts',
    'src/connectors/salesforce/client.ts': '../../store/store.ts',
    'src/store/memory.ts': '../engine/work.ts',
    'src/store/links.ts': './prisma/generated/client.ts',
    'src/store/prisma/links.ts': '../../engine/work.ts',
    'src/observability/logger.ts': '../app.ts',
    'src/sandbox/desk.ts': '../connectors/errors.ts',
    'src/cli/commands/links.ts': '../../sandbox/sandbox.ts',
    'src/cli/commands/plan.ts': '@prisma/client',
    'src/app.ts': './sandbox/sandbox.ts',
  };

  const right = {
    'src/core/plan.ts': './link.ts',
    'src/mapping/text.ts': '../connectors/ticket-system.ts',
    'src/engine/poll.ts': '../connectors/errors.ts',
    'src/engine/apply.ts': '../store/queue.ts',
    'src/connectors/salesforce/client.ts': '../../core/record.ts',
    'src/store/prisma/links.ts': './generated/client.ts',
    'src/cli/commands/demo.ts': '../../sandbox/sandbox.ts',
    'src/cli/commands/links.ts': '../../app.ts',
    'src/app.ts': './connectors/servicenow/client.ts',
  };

  it('refuses an import that goes against them', async () => {
    const found = await lint(Object.fromEntries(Object.entries(wrong).map(([file, path]) => [file, imports(path)])));
    expect(found.filter((line) => line.endsWith(refused)).toSorted()).toEqual(
      Object.keys(wrong)
        .map((file) => `${file} ${refused}`)
        .toSorted(),
    );
  });

  it('lets through an import that goes with them', async () => {
    expect(await lint(Object.fromEntries(Object.entries(right).map(([file, path]) => [file, imports(path)])))).toEqual(
      [],
    );
  });
});

describe('the rules of the house', () => {
  it('reports each habit that would let a fault in', async () => {
    const found = await lint({
      'src/engine/floating.ts': 'async function go(): Promise<void> {}\nexport function start(): void {\n  go();\n}\n',
      'src/engine/any.ts': 'export const take = (value: any): string => String(value);\n',
      'src/engine/clock.ts': 'export const now = (): number => Date.now();\n',
      'src/engine/print.ts': "export const say = (): void => console.log('x');\n",
      'src/engine/env.ts': 'export const home = (): string | undefined => process.env.HOME;\n',
      'src/engine/swallow.ts': 'export function go(work: () => void): void {\n  try {\n    work();\n  } catch {}\n}\n',
      'src/engine/a.ts': "import { b } from './b.ts';\nexport const a = (): number => b();\n",
      'src/engine/b.ts': "import { a } from './a.ts';\nexport const b = (): number => a();\n",
    });
    expect(found).toEqual(
      expect.arrayContaining([
        'src/engine/floating.ts typescript(no-floating-promises)',
        'src/engine/any.ts typescript(no-explicit-any)',
        'src/engine/clock.ts eslint(no-restricted-properties)',
        'src/engine/print.ts eslint(no-console)',
        'src/engine/env.ts node(no-process-env)',
        'src/engine/swallow.ts eslint(no-empty)',
        'src/engine/a.ts import(no-cycle)',
      ]),
    );
  });

  it('allows console in cli and the environment in config', async () => {
    const found = await lint({
      'src/cli/output.ts': "export const say = (): void => console.log('x');\n",
      'src/config/load.ts': 'export const home = (): string | undefined => process.env.HOME;\n',
    });
    expect(found).toEqual([]);
  });
});
