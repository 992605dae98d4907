/**
 * Puts each known bug into the sources, one at a time and in memory only, and shows what notices it: which promise of the
 * simulation, after how many seeds, or which tests.
 * Run: npm run mutants -- [--only M4] [--seeds 5000]
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Mutant } from '../test/mutants/mutant.ts';
import { zoo } from '../test/mutants/zoo.ts';

const { values } = parseArgs({ options: { only: { type: 'string' }, seeds: { type: 'string' } } });
const root = join(import.meta.dirname, '..');
const quiet = '--disable-warning=ExperimentalWarning';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function node(args: readonly string[], mutant: Mutant | null): Promise<Ran> {
  const env = { ...process.env, MUTANT: mutant?.id ?? '' };
  return new Promise((resolve) => {
    execFile(process.execPath, [quiet, ...args], { cwd: root, env, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr }),
    );
  });
}

interface Verdict {
  readonly killed: boolean;
  readonly by: string;
  readonly seeds: number | null;
}

interface Found {
  readonly seeds: number;
  readonly by: string;
}

async function liveThrough(
  mutant: Mutant | null,
  from: number,
  to: number,
  promise: string | undefined,
): Promise<Found | null> {
  const hook = mutant === null ? [] : ['--import', join(root, 'test/mutants/hook.ts')];
  const named = promise === undefined ? [] : [promise];
  const lives = ['test/mutants/lives.ts', String(from), String(to), ...named];
  const { stdout, stderr, code } = await node([...hook, ...lives], mutant);
  if (code !== 0) throw new Error(`${mutant?.id ?? 'the sources'} could not be hunted: ${stderr.slice(-600)}`);
  return JSON.parse(stdout) as Found | null;
}

/** A seed that breaks a promise without the bug, too, proves nothing: the hunt goes on behind it. */
async function huntLives(mutant: Mutant, most: number, promise: string | undefined): Promise<Verdict> {
  for (let from = 0; from < most;) {
    const found = await liveThrough(mutant, from, most, promise);
    if (found === null) break;
    const seed = Math.max(found.seeds - 1, 0);
    const healthy = await liveThrough(null, seed, found.seeds === 0 ? 0 : seed + 1, promise);
    if (healthy === null) return { killed: true, by: found.by, seeds: found.seeds };
    from = seed + 1;
  }
  return { killed: false, by: `alive after ${most} seeds`, seeds: null };
}

interface TestReport {
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly title: string }[];
  }[];
}

/** Titles of the tests that fail, and how many ran. */
async function failing(
  mutant: Mutant | null,
  files: readonly string[],
): Promise<{ all: number; failed: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'casebridge-mutant-'));
  const output = join(folder, 'report.json');
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--root', '.'];
  if (mutant !== null) vitest.push('--config', 'test/mutants/vitest.config.ts');
  const { stderr } = await node([...vitest, '--reporter=json', `--outputFile=${output}`, ...files], mutant);
  const report = await readFile(output, 'utf8').then(
    (text) => JSON.parse(text) as TestReport,
    () => null,
  );
  await rm(folder, { recursive: true, force: true });
  if (report === null || report.numTotalTests === 0)
    throw new Error(`${mutant?.id ?? 'the sources'}: the tests did not run: ${stderr.slice(-600)}`);
  const all = report.testResults.flatMap((file) => file.assertionResults);
  return { all: all.length, failed: all.filter(({ status }) => status === 'failed').map(({ title }) => title) };
}

const healthy = new Map<string, readonly string[]>();

/** A test that fails without the bug, too, proves nothing. */
async function huntTests(mutant: Mutant, files: readonly string[], by: string): Promise<Verdict> {
  const known = healthy.get(files.join()) ?? (await failing(null, files)).failed;
  healthy.set(files.join(), known);
  const { all, failed } = await failing(mutant, files);
  const [first, ...others] = failed.filter((title) => !known.includes(title));
  if (first === undefined) return { killed: false, by: `alive: ${all} tests say nothing of it`, seeds: null };
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return { killed: true, by: `${by}: "${first}"${more}`, seeds: null };
}

const chosen = zoo.filter(({ id }) => values.only === undefined || values.only.split(',').includes(id));
let killed = 0;
const seedsToKill: number[] = [];

async function huntOne(mutant: Mutant): Promise<void> {
  const { hunt } = mutant;
  const verdict =
    hunt.kind === 'lives'
      ? await huntLives(mutant, Number(values.seeds ?? hunt.most), hunt.promise)
      : await huntTests(mutant, hunt.files, hunt.by);
  if (verdict.killed) killed += 1;
  if (verdict.seeds !== null) seedsToKill.push(verdict.seeds);
  const after = verdict.seeds === null ? '' : ` after ${verdict.seeds} seeds`;
  console.log(
    `${mutant.id.padEnd(4)} ${verdict.killed ? 'killed' : 'ALIVE '} ${mutant.what}\n       by ${verdict.by}${after}`,
  );
}

/** Each hunt is a process of its own. */
const waiting = [...chosen];
const hunters = Array.from({ length: 2 }, async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await huntOne(next);
});
await Promise.all(hunters);
const median = seedsToKill.toSorted((a, b) => a - b)[Math.floor(seedsToKill.length / 2)];
console.log(
  `${killed} of ${chosen.length} killed${median === undefined ? '' : `; by lives: median ${median} seeds, most ${Math.max(...seedsToKill)}`}`,
);
process.exitCode = killed === chosen.length ? 0 : 1;
