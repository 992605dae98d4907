import { ConnectorError } from '../connectors/errors.ts';
import type { Clock } from '../core/clock.ts';
import { hideSecrets } from './hide.ts';
import { reportError } from './report-error.ts';
import type { Session } from './session.ts';

/** Causes of a side that is there and too busy, as against one that is away, asleep or somewhere else: that needs a person. */
const busyCauses: ReadonlySet<string> = new Set([
  'timeout',
  'connection-lost',
  'dropped',
  'empty-answer',
  'lease-lost',
  'login-unavailable',
]);

/** How long a start waits for a busy side in all; whoever keeps services going starts us again after that. */
const patienceMs = 10 * 60_000;

/** How long to wait before the next attempt, in milliseconds; null where that is no use. `waitedMs`: what was waited before. */
export function waitBeforeStart(error: unknown, tries: number, waitedMs: number): number | null {
  if (!(error instanceof ConnectorError)) return null;
  const { cause = '', status = 0, retryAfterMs } = error.data;
  if (cause === 'daily-limit') return null;
  const busy = error.kind === 'RateLimited' || busyCauses.has(cause) || status === 429 || status === 503;
  if (!busy || (error.kind !== 'RateLimited' && error.kind !== 'Unavailable')) return null;
  const ms = retryAfterMs ?? Math.min(60_000, 5_000 * 2 ** tries);
  return waitedMs + ms > patienceMs ? null : ms;
}

/**
 * Opens and runs a service. As long as it has not begun, a side that is busy is waited for, so that a start under load does not end
 * with "cannot be reached"; `run` tells when it has begun. Errors that do not pass by themselves come through.
 */
export async function patiently<T>(
  { world, out }: Session,
  clock: Clock,
  run: (begun: () => void) => Promise<T>,
): Promise<T> {
  const { signal } = world.interrupt;
  let begun = false;
  let waitedMs = 0;
  for (let tries = 0; ; tries += 1) {
    try {
      return await run(() => (begun = true));
    } catch (error) {
      const ms = begun || signal.aborted ? null : waitBeforeStart(error, tries, waitedMs);
      if (ms === null) throw error;
      out.note(`${hideSecrets(world, reportError(error).text)} Trying again in ${Math.ceil(ms / 1000)} s.`);
      await clock.sleep(ms, signal);
      waitedMs += ms;
    }
  }
}
