import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { endedBySignal, run } from './child.mjs';
import { livesInNodeModules, removeUnusableNode } from './node.mjs';
import { inRoot } from './paths.mjs';
import { HouseProblem, say } from './say.mjs';

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/**
 * True if what lies in node_modules is not what package-lock.json asks for. npm writes node_modules/.package-lock.json last,
 * so a broken install has none. Contents are compared, not dates: a clone or a checkout gives every file a new date.
 */
export function installNeeded({ withDev }) {
  const installedFile = inRoot('node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return true;
  const wanted = readJson(inRoot('package-lock.json')).packages;
  const installed = readJson(installedFile).packages;
  return Object.entries(wanted).some(([path, entry]) => {
    if (!path.startsWith('node_modules/')) return false;
    const there = installed[path];
    if (there === undefined) return !(entry.optional || entry.devOptional || (entry.dev && !withDev));
    return there.version !== entry.version || there.integrity !== entry.integrity;
  });
}

/** Installs what package-lock.json says. Silent unless it fails. */
export async function install({ withDev }) {
  const first = !existsSync(inRoot('node_modules'));
  say(
    first
      ? 'installing packages (first run only, about half a minute) …'
      : 'package-lock.json has changed: installing packages …',
  );
  const started = Date.now();
  const { node, npm, forget } = npmToUse();
  try {
    const options = [
      '--include=optional',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--no-progress',
      '--loglevel=error',
    ];
    if (withDev) options.push('--include=dev');
    let answer = await npmRun(node, npm, ['ci', ...options]);
    // The lock file does not fit package.json: someone is editing dependencies and wants both brought in step.
    if (answer.code !== 0 && /\bEUSAGE\b/.test(answer.output))
      answer = await npmRun(node, npm, ['install', ...options]);
    if (answer.code !== 0)
      throw new HouseProblem(describeFailure(answer), endedBySignal(answer.code) ? answer.code : 4);
  } finally {
    forget();
  }
  removeUnusableNode();
  say(`packages installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

async function npmRun(node, npm, args) {
  let output = '';
  const code = await run(node, [npm, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    onOutput: (chunk) => {
      output += chunk;
    },
  });
  return { code, output };
}

/**
 * `npm ci` deletes node_modules and with it, maybe, the Node we run on: npm is then run by the machine's own, or by a copy.
 */
function npmToUse() {
  const outside = [process.execPath, process.env.npm_node_execpath, ...nodesOnPath()].filter(
    (path) => path && !livesInNodeModules(path) && existsSync(path),
  );
  const npm = findNpm(outside);
  if (npm === null) {
    throw new HouseProblem(
      'npm was not found beside Node or on the PATH; install it, or run "npm ci" in this folder yourself.',
    );
  }
  if (outside.length > 0) return { node: outside[0], npm, forget: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-node-'));
  const copy = join(folder, basename(process.execPath));
  copyFileSync(process.execPath, copy);
  return { node: copy, npm, forget: () => rmSync(folder, { recursive: true, force: true }) };
}

function nodesOnPath() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  return (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
}

function findNpm(nodes) {
  const started = process.env.npm_execpath;
  if (started && basename(started) === 'npm-cli.js' && existsSync(started)) return started;
  const tail = ['node_modules', 'npm', 'bin', 'npm-cli.js'];
  const folders = nodes.flatMap((node) => [dirname(node), join(dirname(node), '..', 'lib')]);
  const beside = folders.map((folder) => join(folder, ...tail)).find((path) => existsSync(path));
  if (beside) return beside;
  const asked = spawnSync('npm', ['root', '--global', '--loglevel=silent'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const path = join((asked.stdout ?? '').trim() || '.', 'npm', 'bin', 'npm-cli.js');
  return existsSync(path) ? path : null;
}

function describeFailure({ code, output }) {
  const lines = output
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('A complete log') && !line.startsWith('npm warn'));
  if (/\b(EACCES|EPERM|EROFS)\b/.test(output)) {
    return `packages cannot be written to ${inRoot('node_modules')}; make the folder yours or writable, then run the same command again.`;
  }
  if (/\b(ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ECONNRESET|ENETUNREACH|ENOTCACHED)\b/.test(output)) {
    return 'the package registry cannot be reached; check the network or proxy (npm config get registry), then run the same command again.';
  }
  if (/\bENOSPC\b/.test(output)) return 'the disk is full; Casebridge needs about 900 MB for its packages.';
  return `npm ended with code ${code}: ${lines.slice(0, 3).join(' · ') || 'it said nothing'}`;
}
