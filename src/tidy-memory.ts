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
