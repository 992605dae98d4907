import type { Clock } from '../core/clock.ts';
import type { Claim, Grant } from '../core/limits.ts';
import type { Side } from '../core/side.ts';
import { createGate, type OpenGate, type WidthChange } from './gate.ts';
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
  readonly onWidth: (change: WidthChange) => void;
}): LeasedGate {
  const { side, most, clock, onNews } = options;
  const day = createDay(clock);
  let lease: { readonly lanes: number; readonly use: number; readonly files: number; readonly until: Moment } | null =
    null;
  let untold = 0;
  let told = 0;
  /** Files that lanes were asked for. */
  let asked = 0;
  let closed = false;

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
    lanes: {
      free,
      files: () => (lease === null || lost() ? 0 : lease.files),
      lost,
      ended: offer,
      fileWaits: () => {
        if (lease !== null && asked < gate.files() && gate.files() > lease.files) onNews();
      },
    },
    onWidth: (change) => {
      options.onWidth(change);
      onNews();
    },
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
      asked = gate.files();
      const pauseMs = Math.max(0, told - clock.now());
      // Who bears the fewest decides for all of us: the side is the same.
      return { most: gate.width(), keep: needed(gate.running()), files: asked, pauseMs, ...day.claim() };
    },
    granted: (grant, at, ttlMs) => {
      if (untold === told) untold = 0;
      if (grant.pauseMs > 0) gate.hearPause(grant.pauseMs);
      day.granted(grant);
      // Whatever waited beyond the end of the lease is refused before there is a new one.
      gate.look();
      if (closed) return;
      const ms = ttlMs - marginMs;
      lease = {
        lanes: grant.lanes,
        use: grant.use,
        files: grant.files,
        until: { wall: at.wall + ms, ticks: at.ticks + ms },
      };
      gate.look();
      offer(gate.running());
    },
    close: () => {
      closed = true;
      lease = { lanes: 0, use: 0, files: 0, until: { wall: 0, ticks: 0 } };
      gate.look();
    },
  };
}
