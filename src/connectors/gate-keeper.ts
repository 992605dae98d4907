import type { Clock } from '../core/clock.ts';
import type { Renewal, SharedLimits } from '../core/limits.ts';
import { bothSides, type Side, sides } from '../core/side.ts';
import type { Gate, WidthChange } from './gate.ts';
import { createLeasedGate, momentOf } from './gate-lanes.ts';

/** Gates to both sides whose limits hold for all replicas on one store together. */
export interface LaneKeeper {
  readonly gates: Readonly<Record<Side, Gate>>;
  /** Gives back what is not in use. Calls that wait are refused, and none starts any more. */
  stop(): Promise<void>;
}

export interface LaneKeeperOptions {
  readonly limits: SharedLimits;
  /** Names this process; no other may ever have the same name. */
  readonly holder: string;
  /** Calls at once on each side, over all replicas. */
  readonly most: Readonly<Record<Side, number>>;
  readonly clock: Clock;
  /** The store did not answer; it is asked again. */
  readonly onError: (error: Error) => void;
  /** A side was found to bear fewer calls at once than is set, or more again. */
  readonly onWidth?: (side: Side, change: WidthChange) => void;
}

/**
 * The lease is short, so that a killed replica's lanes are free when its keys are, and renewed four times before it ends. Beyond it
 * nothing starts: what a call brings could not be recorded without the store anyway.
 */
const ttlMs = 10_000;
const renewEveryMs = 2_000;

/** Who has nothing to do holds no lanes and renews none; what the others have used of the day is heard so often. */
const restMs = 60_000;

/** Leases lanes for this process and keeps them. Resolves after the first lease, rejects with StoreUnavailable without one. */
export async function keepLanes(options: LaneKeeperOptions): Promise<LaneKeeper> {
  const { limits, clock, holder } = options;
  let news = false;
  let resting = false;
  let nap = new AbortController();
  const soon = (): void => {
    news = true;
    nap.abort();
  };
  const leased = bothSides((side) =>
    createLeasedGate({
      side,
      most: options.most[side],
      clock,
      onNews: soon,
      onWidth: (change) => options.onWidth?.(side, change),
    }),
  );
  let stopped = false;

  async function renew(mode: Renewal['mode']): Promise<void> {
    news = false;
    const asked = momentOf(clock);
    const claims = bothSides((side) => leased[side].claim());
    const grants = await limits.renew({ holder, claims, ttlMs, mode });
    for (const side of sides) {
      if (mode === 'stay') leased[side].granted(grants[side], asked, ttlMs);
      else leased[side].heard(grants[side]);
    }
  }

  /** Both sides are renewed together, so they also rest together. */
  async function renewOrRest(): Promise<void> {
    const rests = sides.every((side) => (resting ? !leased[side].wants() : leased[side].quiet()));
    // From here on no call starts, whatever the store answers and when.
    if (rests) for (const side of sides) leased[side].rest();
    try {
      await renew(rests ? 'leave' : 'stay');
      resting = rests;
    } catch (error) {
      resting = false;
      for (const side of sides) leased[side].failed();
      failed(error);
    }
  }

  async function sleep(): Promise<void> {
    if (news) return;
    nap = new AbortController();
    const { signal } = nap;
    await clock.sleep(resting ? restMs : renewEveryMs, signal).catch((reason: unknown) => {
      if (!signal.aborted) throw reason;
    });
  }

  async function keepOn(): Promise<void> {
    while (!stopped) {
      await sleep();
      if (!stopped) await renewOrRest();
    }
  }

  const failed = (error: unknown): void => options.onError(error instanceof Error ? error : new Error(String(error)));

  await renew('stay');
  const deaf = limits.listen((heard) => {
    if (heard === 'pause' || !resting) soon();
  });
  const kept = keepOn();
  return {
    gates: bothSides((side) => leased[side].gate),
    stop: async () => {
      stopped = true;
      deaf();
      for (const side of sides) leased[side].close();
      nap.abort();
      await kept;
      await renew('leave').catch(failed);
    },
  };
}
