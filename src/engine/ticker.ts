import { ConnectorError } from '../connectors/errors.ts';
import { type Side, sides } from '../core/side.ts';
import { StoreUnavailable } from '../store/store.ts';
import { enqueueDue } from './due.ts';
import type { Engine } from './engine.ts';
import { afterPoll, type Pace, startPace } from './pace.ts';
import { poll } from './poll.ts';
import { pause } from './worker.ts';

export interface TickerOptions {
  /** The finest gap between two ticks, in milliseconds. */
  readonly tickMs: number;
  readonly idleMaxMs: number;
  readonly unlimitedCreates: boolean;
  readonly signal: AbortSignal;
}

export interface Ticker {
  /** Polls what is due and queues what waited. A tick while another runs does nothing. Never rejects. */
  tick(): Promise<void>;
  /** Resolves when no tick runs. */
  idle(): Promise<void>;
  /** Makes every side due at the next tick: a change, a wake-up, "sync now". */
  hurry(): void;
  /** When each side was last walked to its end, in milliseconds since the epoch; null for never. */
  lastComplete(): Readonly<Record<Side, number | null>>;
}

/** What a tick of the clock does. */
export function createTicker(engine: Engine, options: TickerOptions): Ticker {
  const paces = new Map<string, Pace>();
  const failures: Record<Side, number> = { servicenow: 0, salesforce: 0 };
  const complete: Record<Side, number | null> = { servicenow: null, salesforce: null };
  let running: Promise<void> | null = null;
  let lost = false;

  async function pollSide(side: Side): Promise<void> {
    for (const pair of engine.pairs) {
      const key = `${pair.name} ${side}`;
      const pace = paces.get(key) ?? startPace(engine.clock.now());
      if (options.signal.aborted || engine.clock.now() < pace.nextAt) continue;
      try {
        const result = await poll(engine, pair, side, options);
        failures[side] = 0;
        complete[side] = engine.clock.now();
        paces.set(key, afterPoll(pace, engine.clock.now(), result.queued, options.tickMs, options.idleMaxMs));
      } catch (error) {
        if (options.signal.aborted) return;
        if (error instanceof StoreUnavailable) throw error;
        engine.emit({
          type: 'poll.failed',
          pair: pair.name,
          side,
          error: error instanceof Error ? error : new Error(String(error)),
        });
        if (!(error instanceof ConnectorError)) return;
        await pause(engine, error, failures[side], options.signal);
        failures[side] += 1;
        return;
      }
    }
  }

  async function tick(): Promise<void> {
    try {
      await Promise.all(sides.map(pollSide));
      await enqueueDue(engine);
      if (lost) engine.emit({ type: 'store.back' });
      lost = false;
    } catch (error) {
      if (!lost) engine.emit({ type: 'store.lost', error: error instanceof Error ? error : new Error(String(error)) });
      lost = true;
    }
  }

  return {
    tick: () => {
      running ??= tick().finally(() => {
        running = null;
      });
      return running;
    },
    idle: () => running ?? Promise.resolve(),
    hurry: () => paces.clear(),
    lastComplete: () => complete,
  };
}
