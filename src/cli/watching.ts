import type { Standing } from '../admin/standing.ts';
import type { Settings } from '../config/settings.ts';
import { bothSides } from '../core/side.ts';
import type { Engine } from '../engine/engine.ts';
import type { Channel } from '../observability/alerts/channel.ts';
import type { Facts } from '../observability/alerts/facts.ts';
import { createMail } from '../observability/alerts/mail.ts';
import { createAlertWatch, watchEveryMs } from '../observability/alerts/watch.ts';
import { createWebhook } from '../observability/alerts/webhook.ts';
import { every, type Running } from '../observability/every.ts';
import { createHeartbeat } from '../observability/heartbeat.ts';
import type { Log } from '../observability/logger.ts';
import type { WatchNote } from '../observability/metrics.ts';
import { oneLine } from '../observability/words.ts';
import { askAddress } from './ask-address.ts';
import { tokenEnds } from './token-ends.ts';

export interface WatchingOptions {
  readonly engine: Engine;
  readonly settings: Settings;
  readonly standing: () => Promise<Standing>;
  /** For the figures. */
  readonly note: (note: WatchNote) => void;
  readonly log: Log;
}

/** Sends alerts and heartbeats while a daemon runs, as far as they are set. What fails here is logged, and disturbs nobody. */
export function openWatching(options: WatchingOptions): Running {
  const running = [...alerts(options), ...heartbeat(options)];
  return {
    stop: async () => {
      await Promise.all(running.map((one) => one.stop()));
    },
  };
}

function alerts({ engine, settings, standing, note, log }: WatchingOptions): readonly Running[] {
  const { watch } = settings;
  const channels = channelsOf(watch.alerts, engine);
  const { leases } = engine.store;
  if (channels.length === 0 || leases === undefined) return [];
  const alertWatch = createAlertWatch({
    clock: engine.clock,
    ids: engine.ids,
    leases,
    look: async () => factsOf(await standing(), engine, settings),
    thresholds: watch.alerts,
    channels,
    onSent: (channel, notices, error) => {
      note({ kind: 'alert', channel, outcome: error === null ? 'sent' : 'failed' });
      if (error === null) return log('info', 'alert.sent', { channel, notices });
      return log('warn', 'alert.failed', { channel, notices, text: failed(`Alerts by ${channel}`, error) });
    },
  });
  const running = every(
    engine.clock,
    watchEveryMs,
    (signal) => alertWatch.tick(signal),
    (error) => log('warn', 'alerts.blind', { text: failed('Looking for what to alert about', error) }),
  );
  return [
    {
      stop: async () => {
        await running.stop();
        // The database may be gone; the watch then ends by its time.
        await alertWatch.release().catch(() => undefined);
      },
    },
  ];
}

function channelsOf({ webhook, mail }: Settings['watch']['alerts'], { clock }: Engine): readonly Channel[] {
  return [
    ...(webhook === null ? [] : [createWebhook({ ...webhook, ask: askAddress, now: () => clock.now() })]),
    ...(mail === null ? [] : [createMail(mail)]),
  ];
}

async function factsOf(standing: Standing, engine: Engine, settings: Settings): Promise<Facts> {
  const ends = await tokenEnds(engine.store.tokens, settings);
  return { ...standing, sides: bothSides((side) => ({ ...standing.sides[side], tokenEndsAt: ends[side] })) };
}

function heartbeat({ engine, settings, standing, note, log }: WatchingOptions): readonly Running[] {
  const { heartbeat: beat } = settings.watch;
  if (beat === null) return [];
  const work = createHeartbeat({
    settings: beat,
    healthy: async () => (await standing()).healthy,
    ask: askAddress,
    onBeat: (outcome, error) => {
      note({ kind: 'heartbeat', outcome });
      if (error !== null) log('warn', 'heartbeat.failed', { text: failed('The heartbeat', error) });
    },
  });
  return [every(engine.clock, beat.everySeconds * 1000, work, () => undefined)];
}

function failed(what: string, error: Error): string {
  return `${what} failed: ${oneLine(error.message, 200)}`;
}
