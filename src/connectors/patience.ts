import type { Side } from '../core/side.ts';
import { ConnectorError } from './errors.ts';

/** What a call says to a pause of so many milliseconds: the error that it fails with instead of waiting, or null. */
export type Patience = (pauseMs: number) => ConnectorError | null;

/**
 * Behind a longer pause a call fails at once instead of hanging, also when it stood in line before the side asked for it. A write must
 * not wait long: what it was decided on is old by then, and the edit that it would overwrite is one that nobody has seen.
 */
const longestPauseMs = { read: 60_000, write: 5_000 };

export function patienceOf(side: Side, effect: 'read' | 'write', request: string): Patience {
  return (pauseMs) => {
    if (pauseMs <= longestPauseMs[effect]) return null;
    const data = { side, executed: 'no', request, retryAfterMs: pauseMs, cause: 'asked-to-wait' } as const;
    return new ConnectorError('RateLimited', data);
  };
}
