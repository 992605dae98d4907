import { constants } from 'node:os';

/** A wish to stop, from the terminal or from whoever started us. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** What asked us to stop; null while nothing has. */
  by(): NodeJS.Signals | null;
}

/** Under npm a terminal's Ctrl-C reaches us twice, by the group and passed on: within this time it is one wish. */
const oneWishMs = 400;

/**
 * The first wish aborts `signal`, so that work can end in order; a second one ends the process at once. `npm`: npm passes a SIGTERM
 * to the shell it started us with, which dies without telling us, so that a changed parent is a wish, too.
 */
export function onInterrupt(options: { readonly npm: boolean }): Interrupt {
  const controller = new AbortController();
  let first: { readonly signal: NodeJS.Signals; readonly at: number } | null = null;
  const wish = (signal: NodeJS.Signals): void => {
    if (first !== null && performance.now() - first.at < oneWishMs) return;
    if (first !== null) process.exit(128 + constants.signals[signal]);
    first = { signal, at: performance.now() };
    controller.abort(new Error(`interrupted by ${signal}`));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, wish);
  if (options.npm && process.platform !== 'win32') watchParent(() => wish('SIGTERM'));
  return { signal: controller.signal, by: () => first?.signal ?? null };
}

function watchParent(onGone: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, 500);
  timer.unref();
}
