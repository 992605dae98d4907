import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { endedBySignal, run } from './child.mjs';
import { rightNode } from './node.mjs';
import { inRoot } from './paths.mjs';
import { HouseProblem } from './say.mjs';

const folder = inRoot('src', 'admin', 'dashboard');
const page = join(folder, 'dist', 'index.html');
const stamp = join(folder, 'dist', '.made-from');
const parts = ['vite', 'preact', 'uplot', 'diff'];

/** What the built page depends on: its sources, and what it is built with and from. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const name of parts)
    hash.update(`${name} ${JSON.parse(readFileSync(inRoot('node_modules', name, 'package.json'), 'utf8')).version}\n`);
  for (const path of sources(folder)) hash.update(`${relative(folder, path)}\n`).update(readFileSync(path));
  return hash.digest('hex');
}

function sources(under) {
  return readdirSync(under, { withFileTypes: true })
    .filter((entry) => entry.name !== 'dist')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(under, entry.name);
      return entry.isDirectory() ? sources(path) : [path];
    });
}

export function dashboardNeeded() {
  if (!existsSync(join(folder, 'index.html'))) return false;
  return !existsSync(page) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprint();
}

/** Builds the dashboard, offline and silently; takes about half a second. */
export async function buildDashboard() {
  const made = fingerprint();
  let said = '';
  const code = await run(
    rightNode(),
    [
      inRoot('node_modules', 'vite', 'bin', 'vite.js'),
      'build',
      '--config',
      join(folder, 'vite.config.ts'),
      '--configLoader',
      'native',
      '--logLevel',
      'error',
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      onOutput: (chunk) => {
        said += chunk;
      },
    },
  );
  if (code !== 0)
    throw new HouseProblem(`the dashboard could not be built:\n${said.trim()}`, endedBySignal(code) ? code : 1);
  writeFileSync(stamp, made);
}
