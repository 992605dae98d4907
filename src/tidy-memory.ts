import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Lets go of the buffers that a socket has read and nobody holds any more. They lie outside of V8's heap, and V8 comes for them only
 * when 64 MB have gathered, whatever the process does: a large file would cost that much memory although no more than a few hundred
 * kilobytes of it are ever needed. A minor collection takes milliseconds.
 */
export function createTidy(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return () => {
    if (typeof collect === 'function') collect({ type: 'minor' });
  };
}

/**
 * For a service: the heap may grow by a quarter over what was alive before V8 collects it, instead of by whole multiples. A burst of
 * thousands of tickets otherwise leaves half a gigabyte of garbage standing; see docs/performance.md for what this costs.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=25');
}
