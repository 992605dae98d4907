import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './paths.mjs';

const windows = process.platform === 'win32';
const forwarded = windows ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
/** A terminal's Ctrl-C reaches us twice under npm, once by the group and once passed on: these are one wish. */
const oneWishMs = 400;

/**
 * Runs a program to its end and resolves with its exit code. It stands in a process group of its own, so that a terminal's
 * Ctrl-C reaches it once, through us. A program ended by a signal counts as 128 plus the signal's number, as in a shell.
 */
export function run(command, args, { env = process.env, stdio = 'inherit', onOutput } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio, detached: !windows, windowsHide: true });
    const stopForwarding = forwardSignals(child);
    if (onOutput) for (const stream of [child.stdout, child.stderr]) stream?.on('data', onOutput);
    child.once('error', (error) => {
      stopForwarding();
      reject(error);
    });
    child.once('close', (code, signal) => {
      stopForwarding();
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** True for the exit code of a program that a signal has ended: npm has codes above 128 of its own. */
export function endedBySignal(code) {
  return Object.values(constants.signals).includes(code - 128);
}

function forwardSignals(child) {
  const last = new Map();
  const listeners = forwarded.map((signal) => {
    const listener = () => {
      const now = Date.now();
      if (now - (last.get(signal) ?? 0) < oneWishMs) return;
      last.set(signal, now);
      // On Windows the console has told the child already, and kill() would end it at once.
      if (!windows) child.kill(signal);
    };
    process.on(signal, listener);
    return [signal, listener];
  });
  const stopWatching = watchShellOfNpm(() => child.kill('SIGTERM'));
  return () => {
    stopWatching();
    for (const [signal, listener] of listeners) process.removeListener(signal, listener);
  };
}

/**
 * npm passes a SIGTERM to the shell it started, and that shell dies without telling us. Under npm, a parent that has changed
 * is therefore the wish to stop.
 */
function watchShellOfNpm(onGone) {
  if (process.env.npm_lifecycle_event === undefined || windows) return () => {};
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    onGone();
  }, 500);
  return () => clearInterval(timer);
}
