import type { HeartbeatSettings } from '../config/settings-watch.ts';
import type { Ask } from './alerts/webhook.ts';

export interface HeartbeatOptions {
  readonly settings: HeartbeatSettings;
  readonly healthy: () => Promise<boolean>;
  readonly ask: Ask;
  /** What became of a beat; null: none was due, since not all is well. */
  readonly onBeat: (outcome: 'sent' | 'failed' | 'withheld', error: Error | null) => void;
}

/**
 * A dead man's switch: asks an address while all is well, and is silent otherwise. Whoever listens there notices what nobody in here
 * could tell: that the process is gone, or the machine. Never rejects.
 */
export function createHeartbeat(options: HeartbeatOptions): (signal: AbortSignal) => Promise<void> {
  const { settings, ask, onBeat } = options;
  return async (signal) => {
    // Who cannot tell how things stand is not well.
    const healthy = await options.healthy().catch(() => false);
    if (!healthy) return onBeat('withheld', null);
    try {
      const { status } = await ask({ url: settings.url, method: settings.method, headers: {}, signal });
      const taken = status >= 200 && status < 300;
      return onBeat(taken ? 'sent' : 'failed', taken ? null : new Error(`answered ${status}`));
    } catch (error) {
      return onBeat('failed', error instanceof Error ? error : new Error(String(error)));
    }
  };
}
