import type { Clock } from '../core/clock.ts';
import type { Claim, Grant } from '../core/limits.ts';
import type { Side } from '../core/side.ts';
import { createGate, type OpenGate } from './gate.ts';
import { createDay, type SharedDay } from './gate-day.ts';

/** A gate whose lanes are leased, and what its keeper has to know of it. */
export interface LeasedGate {
  readonly gate: OpenGate;
  readonly day: SharedDay;
  claim(): Claim;
  /** The answer to what was claimed last. `asked`: when, by `timeOf`. */
  granted(grant: Grant, asked: Moment, ttlMs: number): void;
  /** Starts no call any more. */
  close(): void;
}

/** Two clocks, since each may stand still where the other runs on: the machine was asleep, or its time was set back. */
export interface Moment {
  readonly wall: number;
  readonly ticks: number;
}

export function momentOf(clock: Clock): Moment {
  return { wall: clock.now(), ticks: clock.ticks?.() ?? clock.now() };
}

/** A lease counts from before it was asked for, and this much shorter than the store's: no call starts after the store's end. */
const marginMs = 1_000;

export function createLeasedGate(options: {
  readonly side: Side;
  readonly most: number;
  readonly clock: Clock;
  /** Something was said that the others should hear, or lanes are there to be given back. */
  readonly onNews: () => void;
}): LeasedGate {
  const { side, most, clock, onNews } = options;
  const day = createDay(clock);
  let lease: { readonly lanes: number; readonly use: number; readonly until: Moment } | null = null;
  let untold = 0;
  let told = 0;

  const lost = (): boolean => {
    if (lease === null) return false;
    const now = momentOf(clock);
    return now.wall >= lease.until.wall || now.ticks >= lease.until.ticks;
  };
  const free = (): number => (lease === null || lost() ? 0 : lease.use);
  const needed = (running: number): number => Math.max(free(), running);
  const offer = (running: number): void => {
    if (lease !== null && needed(running) < lease.lanes) onNews();
  };

  const gate = createGate({
    concurrency: most,
    clock,
    side,
    day: { ...day, end: (ms) => (day.end(ms), onNews()) },
    lanes: { free, lost, ended: offer },
    onPause: (until) => {
      untold = until;
      onNews();
    },
  });

  return {
    gate,
    day,
    claim: () => {
      told = untold;
      const pauseMs = Math.max(0, told - clock.now());
      return { most, keep: needed(gate.running()), pauseMs, ...day.claim() };
    },
    granted: (grant, asked, ttlMs) => {
      if (untold === told) untold = 0;
      if (grant.pauseMs > 0) gate.hearPause(grant.pauseMs);
      day.granted(grant);
      // Whatever waited beyond the end of the lease is refused before there is a new one.
      gate.look();
      const ms = ttlMs - marginMs;
      lease = { lanes: grant.lanes, use: grant.use, until: { wall: asked.wall + ms, ticks: asked.ticks + ms } };
      gate.look();
      offer(gate.running());
    },
    close: () => {
      lease = { lanes: 0, use: 0, until: { wall: 0, ticks: 0 } };
      gate.look();
    },
  };
}
