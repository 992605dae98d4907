#!/usr/bin/env node
/**
 * The door that every npm script goes through. Plain JavaScript that runs on Node 20: it installs what package-lock.json
 * asks for, writes the Prisma client, builds the dashboard, and starts the right Node on the right program. A folder fresh
 * from `git clone` needs nothing but this.
 */
import { check, format, test } from './house/checks.mjs';
import { run } from './house/child.mjs';
import { buildDashboard, dashboardNeeded } from './house/dashboard.mjs';
import { generate, generateNeeded } from './house/generate.mjs';
import { install, installNeeded } from './house/install.mjs';
import { withLock } from './house/lock.mjs';
import { refuseUnsupportedPlatform, rightNode } from './house/node.mjs';
import { inRoot, root } from './house/paths.mjs';
import { HouseProblem, say } from './house/say.mjs';

/** Programs of their own under scripts/. */
const programs = ['simulate', 'mutants', 'chaos', 'screenshots'];
const development = {
  test,
  check,
  format,
  bench,
  ...Object.fromEntries(programs.map((name) => [name, (args) => program(name, args)])),
};

async function main([command, ...rest]) {
  process.chdir(root);
  const develop = Object.hasOwn(development, command ?? '') ? development[command] : null;
  await makeReady({ withDev: develop !== null });
  if (develop !== null) return develop(rest);
  return startCasebridge(command === undefined ? [] : [command, ...rest]);
}

async function makeReady(what) {
  refuseUnsupportedPlatform();
  const ready = () => !installNeeded(what) && !generateNeeded() && !dashboardNeeded();
  if (ready()) return;
  await withLock(inRoot('.install.lock'), waiting, async () => {
    if (installNeeded(what)) await install(what);
    if (generateNeeded()) await generate();
    if (dashboardNeeded()) await buildDashboard();
  });
}

function waiting() {
  say('another process is installing here; waiting for it …');
}

function startCasebridge(args) {
  const node = rightNode();
  const all = ['--disable-warning=ExperimentalWarning', inRoot('src', 'cli', 'main.ts'), ...args];
  keepMallocSmall();
  // What was compiled once is read from here: a third of the time of a short command, and 30 MB of the service.
  process.env.NODE_COMPILE_CACHE ||= inRoot('node_modules', '.cache', 'casebridge');
  // Becoming the program leaves no second process behind, and signals and exit codes are its own.
  if (typeof process.execve === 'function' && process.platform !== 'win32')
    process.execve(node, [node, ...all], process.env);
  return run(node, all);
}

/**
 * glibc keeps what threads have given back, each in a place of its own, and answers of a megabyte where small things soon stand around
 * them. One place, and large buffers by themselves: 30 to 45 MB less. Other systems take no notice of it. See mallopt(3).
 */
function keepMallocSmall() {
  process.env.MALLOC_ARENA_MAX ||= '1';
  process.env.MALLOC_TRIM_THRESHOLD_ ||= '131072';
}

/** Measurements live under scripts/bench, one file each: `bench calls`. Without a name it is the table; some options name their own. */
function bench(args) {
  const named = args.length > 0 && !args[0].startsWith('--');
  const [name, rest] = named ? [args[0], args.slice(1)] : [benchOf(args), args];
  if (!/^[a-z-]+$/.test(name)) throw new HouseProblem(`no such measurement: ${name}; see scripts/bench`, 2);
  return run(rightNode(), ['--disable-warning=ExperimentalWarning', inRoot('scripts', 'bench', `${name}.ts`), ...rest]);
}

/** `bench -- --links 1000000`, `bench -- --replicas 1,2,4`. */
function benchOf(args) {
  if (args.some((arg) => arg.startsWith('--links'))) return 'million';
  return args.some((arg) => arg.startsWith('--replicas')) ? 'replicas' : 'table';
}

/** `simulate --seeds 10000`, `chaos --kills 200`. */
function program(name, args) {
  return run(rightNode(), ['--disable-warning=ExperimentalWarning', inRoot('scripts', `${name}.ts`), ...args]);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof HouseProblem)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}
