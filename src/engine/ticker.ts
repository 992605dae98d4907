import { ConnectorError } from '../connectors/errors.ts';
import { bothSides, type Side, sides } from '../core/side.ts';
import { StoreUnavailable } from '../store/store.ts';
import { enqueueDue } from './due.ts';
import type { Engine } from './engine.ts';
import { afterPoll, type Pace, shareLeft, startPace, stretched, stretchOf } from './pace.ts';
import { poll } from './poll.ts';
import { isRecordFault } from './settlement.ts';
import { createRetention, type RetentionOptions } from './retention.ts';
import { createSweep } from './sweep/sweep.ts';
import { pauseMs } from './worker.ts';

export interface TickerOptions {
  /** The finest gap between two ticks, in milliseconds. */
  readonly tickMs: number;
  readonly idleMaxMs: number;
  readonly unlimitedCreates: boolean;
  /** How long a sweep over the content of all links takes, in milliseconds; none where left out or 0. */
  readonly sweepMs?: number;
  /** How long what was carried is kept; for ever where left out. */
  readonly keep?: RetentionOptions;
  readonly signal: AbortSignal;
}

export interface Ticker {
  /**
   * Polls what is due and queues what waited; resolves when that is over. A side that is still being polled is left to it, and the rest
   * goes on. Never rejects.
   */
  tick(): Promise<void>;
  /** Resolves when nothing of a tick runs any more, or nothing on this side. */
  idle(side?: Side): Promise<void>;
  /** Makes these sides due at the next tick: a wake-up, "sync now". Also where they are being polled right now. */
  hurry(which?: Which): void;
  /** When each side was last walked to its end, in milliseconds since the epoch; null for never. */
  lastComplete(): Readonly<Record<Side, number | null>>;
  /** The gaps in force now. */
  paces(): readonly PaceOf[];
}

/** A side of a pair, or several; all where left out. */
export interface Which {
  readonly pair?: string;
  readonly side?: Side;
}

/** How often one side of one pair is polled now. */
export interface PaceOf {
  readonly pair: string;
  readonly side: Side;
  /** Milliseconds; null before its first poll, and after a hurry. */
  readonly gapMs: number | null;
  /** When it is due, in milliseconds since the epoch; null for at once. */
  readonly nextAt: number | null;
  /** When it was last walked to its end by this process, in milliseconds since the epoch; null for never. */
  readonly completeAt: number | null;
  /** How many times longer its gaps are while few of the side's calls are left. */
  readonly times: number;
}

/** What a tick of the clock does. A side that is down is left alone for its time; nothing else waits for it. */
export function createTicker(engine: Engine, options: TickerOptions): Ticker {
  const paces = new Map<string, Pace>();
  const polledAt = new Map<string, number>();
  const completeAt = new Map<string, number>();
  const hurried = new Set<string>();
  const failures: Record<Side, number> = { servicenow: 0, salesforce: 0 };
  const restsUntil: Record<Side, number | null> = { servicenow: null, salesforce: null };
  const stretches: Record<Side, number> = { servicenow: 1, salesforce: 1 };
  const underWay = new Map<Side | 'due' | 'sweep' | 'retention', Promise<void>>();
  const sweep = createSweep(engine, { roundMs: options.sweepMs ?? 0 });
  const retention = createRetention(engine, options.keep ?? { historyMs: 0, conflictsMs: 0 });
  let lost = false;

  async function pollSide(side: Side): Promise<void> {
    if (stillRests(side)) return;
    for (const pair of engine.pairs) {
      const key = `${pair.name} ${side}`;
      const pace = paces.get(key) ?? startPace(engine.clock.now());
      if (options.signal.aborted || engine.clock.now() < pace.nextAt) continue;
      let changes = 0;
      hurried.delete(key);
      try {
        const { queued, skipped } = await poll(engine, pair, side, options);
        changes = queued;
        failures[side] = 0;
        if (skipped === null) completeAt.set(key, engine.clock.now());
        polledAt.set(key, engine.clock.now());
      } catch (error) {
        if (options.signal.aborted) return;
        if (error instanceof StoreUnavailable) throw error;
        const cause = error instanceof Error ? error : new Error(String(error));
        engine.emit({ type: 'poll.failed', pair: pair.name, side, error: cause });
        // What is wrong with one pair is nothing to the next one; a side that is down is down for all.
        if (error instanceof ConnectorError && !isRecordFault(error)) return rest(side, error);
      }
      const now = engine.clock.now();
      const next = afterPoll(pace, now, changes, options.tickMs, options.idleMaxMs);
      paces.set(key, stretched(next, now, options.tickMs, stretch(side)));
      // The page may have been read before what the hurry was about.
      if (hurried.has(key)) paces.delete(key);
    }
  }

  /** How many times longer the gaps of a side are while few of its calls are left for today; said when it changes. */
  function stretch(side: Side): number {
    const left = shareLeft(engine.systems[side].allowance?.() ?? null);
    const times = stretchOf(left);
    if (times !== stretches[side]) engine.emit({ type: 'pace.changed', side, times, left });
    stretches[side] = times;
    return times;
  }

  function rest(side: Side, error: ConnectorError): void {
    const untilMs = engine.clock.now() + pauseMs(error, failures[side]);
    restsUntil[side] = untilMs;
    failures[side] += 1;
    engine.emit({ type: 'side.paused', side, error, untilMs });
  }

  function stillRests(side: Side): boolean {
    const until = restsUntil[side];
    if (until === null) return false;
    if (engine.clock.now() < until) return true;
    restsUntil[side] = null;
    engine.emit({ type: 'side.resumed', side });
    return false;
  }

  /** When the pair that was walked longest ago was walked. */
  function lastComplete(side: Side): number | null {
    const times = engine.pairs.map((pair) => polledAt.get(`${pair.name} ${side}`));
    return times.includes(undefined) ? null : Math.min(...times.flatMap((at) => at ?? []));
  }

  /** One at a time of each kind: a slow walk of one side keeps neither the other side nor what is due waiting. */
  function once(what: Side | 'due' | 'sweep' | 'retention', work: () => Promise<void>): Promise<void> {
    const running = underWay.get(what) ?? guarded(work).finally(() => underWay.delete(what));
    underWay.set(what, running);
    return running;
  }

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!lost) engine.emit({ type: 'store.lost', error: error instanceof Error ? error : new Error(String(error)) });
      lost = true;
    }
  }

  /** Asks the database and nobody else, so that it tells when that is back. */
  async function queueDue(): Promise<void> {
    await enqueueDue(engine);
    if (lost) engine.emit({ type: 'store.back' });
    lost = false;
  }

  async function sweepOn(): Promise<void> {
    if (options.signal.aborted || sides.some((side) => restsUntil[side] !== null)) return;
    await sweep.step();
  }

  async function idle(side?: Side): Promise<void> {
    await (side === undefined ? Promise.all(underWay.values()) : underWay.get(side));
  }

  return {
    tick: () => {
      for (const side of sides) void once(side, () => pollSide(side));
      void once('due', queueDue);
      void once('sweep', sweepOn);
      void once('retention', () => retention.step());
      return idle();
    },
    idle,
    hurry: (which = {}) => {
      for (const pair of engine.pairs) {
        for (const side of sides) {
          if ((which.pair ?? pair.name) !== pair.name || (which.side ?? side) !== side) continue;
          paces.delete(`${pair.name} ${side}`);
          hurried.add(`${pair.name} ${side}`);
        }
      }
    },
    lastComplete: () => bothSides(lastComplete),
    paces: () =>
      engine.pairs.flatMap((pair) =>
        sides.map((side): PaceOf => {
          const key = `${pair.name} ${side}`;
          const { gapMs, nextAt } = paces.get(key) ?? { gapMs: null, nextAt: null };
          return {
            pair: pair.name,
            side,
            gapMs,
            nextAt,
            completeAt: completeAt.get(key) ?? null,
            times: stretches[side],
          };
        }),
      ),
  };
}
