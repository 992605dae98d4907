import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const beatMs = 2_000;
/** A holder that has not been heard of for this long is dead. */
const staleMs = 20_000;

/**
 * Runs `work` while no other process does, so that two terminals may make their first run at once. The lock is a folder,
 * because making one is atomic everywhere; its holder keeps touching it.
 */
export async function withLock(path, onWait, work) {
  mkdirSync(dirname(path), { recursive: true });
  let waited = false;
  while (!take(path)) {
    if (removeStale(path)) continue;
    if (!waited) onWait();
    waited = true;
    await sleep(250);
  }
  const beat = setInterval(() => touch(path), beatMs);
  const letGo = () => rmSync(path, { recursive: true, force: true });
  process.once('exit', letGo);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    process.removeListener('exit', letGo);
    letGo();
  }
}

function take(path) {
  try {
    mkdirSync(path);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(path, 'pid'), `${process.pid}\n`);
  return true;
}

function touch(path) {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function removeStale(path) {
  try {
    const silent = Date.now() - statSync(path).mtimeMs;
    if (silent < staleMs && holderLives(path)) return false;
    // Renaming is atomic: of two that judge it dead, one wins and the other looks again.
    const aside = `${path}.${process.pid}`;
    renameSync(path, aside);
    rmSync(aside, { recursive: true, force: true });
    return true;
  } catch (error) {
    if (error.code === 'ENOENT') return true;
    throw error;
  }
}

function holderLives(path) {
  let pid;
  try {
    pid = Number(readFileSync(join(path, 'pid'), 'utf8'));
  } catch (error) {
    // Just made, its pid not written yet: its age decides.
    if (error.code === 'ENOENT') return true;
    throw error;
  }
  if (!(pid > 0)) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
