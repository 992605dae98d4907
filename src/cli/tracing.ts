import type { Settings } from '../config/settings.ts';
import type { Log } from '../observability/logger.ts';
import type { Tracing } from '../observability/tracing/open.ts';
import { oneLine } from '../observability/words.ts';
import { versionOf } from './version.ts';

/** Traces as the settings ask for them; null, and nothing is loaded, where they do not. */
export async function tracingOf({ watch }: Settings, log: Log): Promise<Tracing | null> {
  if (watch.tracing === null) return null;
  const { openTracing } = await import('../observability/tracing/open.ts');
  return openTracing({
    settings: watch.tracing,
    version: versionOf(),
    now: () => Date.now(),
    onError: (error) =>
      log('warn', 'tracing.failed', { text: `The collector took no traces: ${oneLine(error.message, 200)}` }),
  });
}
