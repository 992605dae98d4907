import { z } from 'zod';
import { type Clock, type Ids, iso } from '../../core/clock.ts';
import type { Leases, LeaseState } from '../../store/leases.ts';
import { describeAlert } from '../describe-alert.ts';
import type { Channel } from './channel.ts';
import { type Condition, conditionsOf, lowestOf, type Sample, type Thresholds, withSample } from './conditions.ts';
import { decideAlerts, type Ledger } from './decide.ts';
import type { Facts } from './facts.ts';

export interface AlertWatchOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Where replicas agree on who watches; without it this process watches alone. */
  readonly leases: Leases;
  readonly look: () => Promise<Facts>;
  readonly thresholds: Thresholds;
  readonly channels: readonly Channel[];
  /** What became of a message. */
  readonly onSent: (channel: string, notices: number, error: Error | null) => void;
}

export interface AlertWatch {
  /** Looks once, and sends what is due. Rejects where the facts cannot be had: the heartbeat stops with them, too. */
  tick(signal: AbortSignal): Promise<void>;
  /** Leaves the watch to another replica. */
  release(): Promise<void>;
}

export const watchEveryMs = 30_000;
const duty = 'alerts';
const longestWaitMs = 15 * 60_000;

const raised = z.object({
  since: z.string(),
  times: z.number(),
  nextAt: z.string(),
  goneAt: z.string().nullable(),
  text: z.string(),
});
const ledgers = z.record(z.string(), z.record(z.string(), raised));

/**
 * Looks how things stand, and tells each channel what it does not know yet. One replica at a time does so; what was said is kept
 * in the database, so that neither a restart nor another replica says it again. A channel that fails is tried again, ever more
 * rarely, and holds up nobody else.
 */
export function createAlertWatch(options: AlertWatchOptions): AlertWatch {
  const { clock, ids, leases, channels } = options;
  const holder = ids.next();
  let samples: readonly Sample[] = [];
  const failures = new Map<string, { readonly count: number; readonly until: number }>();

  async function tell(
    channel: Channel,
    ledger: Ledger,
    found: readonly Condition[],
    signal: AbortSignal,
  ): Promise<Ledger> {
    const now = clock.now();
    const { notices, delivered, undelivered } = decideAlerts(ledger, found, now, describeAlert);
    if (notices.length === 0) return delivered;
    const failed = failures.get(channel.name);
    if (failed !== undefined && failed.until > now) return undelivered;
    try {
      await channel.send({ id: ids.next(), sentAt: iso(now), notices }, signal);
      failures.delete(channel.name);
      options.onSent(channel.name, notices.length, null);
      return delivered;
    } catch (error) {
      const count = (failed?.count ?? 0) + 1;
      failures.set(channel.name, { count, until: now + Math.min(longestWaitMs, watchEveryMs * 2 ** (count - 1)) });
      options.onSent(channel.name, notices.length, error instanceof Error ? error : new Error(String(error)));
      return undelivered;
    }
  }

  return {
    tick: async (signal) => {
      const now = clock.now();
      const state = await leases.take(duty, holder, { now: iso(now), until: iso(now + 3 * watchEveryMs) });
      if (state === null) {
        samples = [];
        return;
      }
      const facts = await options.look();
      samples = withSample(samples, { at: now, quarantined: facts.quarantined });
      const found = conditionsOf(facts, lowestOf(samples), options.thresholds);
      const known = ledgersIn(state);
      const told = await Promise.all(
        channels.map(async (channel) => [channel.name, await tell(channel, known[channel.name] ?? {}, found, signal)]),
      );
      const after = Object.fromEntries(told) as Record<string, Ledger>;
      if (JSON.stringify(after) !== JSON.stringify(known)) await leases.save(duty, holder, plain(after));
    },
    release: () => leases.release(duty, holder),
  };
}

/** What another version has left and this one cannot read is as good as nothing: alerts are then told once more. */
function ledgersIn(state: LeaseState): Readonly<Record<string, Ledger>> {
  const read = ledgers.safeParse(state);
  return read.success ? read.data : {};
}

function plain(told: Readonly<Record<string, Ledger>>): LeaseState {
  return Object.fromEntries(
    Object.entries(told).map(([channel, ledger]) => [
      channel,
      Object.fromEntries(Object.entries(ledger).map(([key, entry]) => [key, { ...entry }])),
    ]),
  );
}
