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
  /** Nothing has run for a second, nothing waits, the side bears all that is set, and the lease is not lost. */
  quiet(): boolean;
  /** Something waits for lanes, or is to be told. */
  wants(): boolean;
  /** Lets go of its lanes, where it is quiet: no call starts before others are granted. */
  rest(): void;
  /** The store told what it knows while there were none. */
  heard(grant: Grant): void;
  /** No lanes were to be had: what waits for some is refused. */
  failed(): void;
  /** Starts no call any more. */
  close(): void;
}

/** Two clocks, since each may stand still where the other runs on: the machine was asleep, or its time was set back. */
export interface Moment {
  readonly wall: number;
  readonly ticks: number;
}

interface Lease {
  readonly lanes: number;
  readonly use: number;
  readonly files: number;
  readonly until: Moment;
}

export function momentOf(clock: Clock): Moment {
  return { wall: clock.now(), ticks: clock.ticks?.() ?? clock.now() };
}

/** A lease counts from before it was asked for, and this much shorter than the store's: no call starts after the store's end. */
const marginMs = 1_000;

/** Between two batches of work there is less than that. */
const quietAfterMs = 1_000;

/** A lease that is over. */
const none: Lease = { lanes: 0, use: 0, files: 0, until: { wall: 0, ticks: 0 } };

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
  /** Null before the first one, and while there is nothing to do. */
  let lease: Lease | null = null;
  let busyAt = clock.now();
  /** What it could do with when it last had any. */
  let usual = 0;
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
    day: {
      ...day,
      add: (usage) => {
        day.add(usage);
        if (lease === null) onNews();
      },
      end: (ms) => (day.end(ms), onNews()),
    },
    lanes: {
      free,
      files: () => (lease === null || lost() ? 0 : lease.files),
      lost,
      ended: (running) => {
        busyAt = clock.now();
        offer(running);
      },
      fileWaits: () => {
        if (lease !== null && asked < gate.files() && gate.files() > lease.files) onNews();
      },
      waits: () => {
        if (lease === null) onNews();
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

  function hear(grant: Grant): void {
    if (untold === told) untold = 0;
    if (grant.pauseMs > 0) gate.hearPause(grant.pauseMs);
    day.granted(grant);
  }

  return {
    // How much goes at once is planned before there are lanes again.
    gate: { ...gate, lanes: () => (lease === null ? usual : free()) },
    day,
    claim: () => {
      told = untold;
      asked = gate.files();
      const pauseMs = Math.max(0, told - clock.now());
      // Who bears the fewest decides for all of us: the side is the same.
      const moving = gate.moving();
      return { most: gate.width(), keep: needed(gate.running()), files: asked, moving, pauseMs, ...day.claim() };
    },
    granted: (grant, at, ttlMs) => {
      hear(grant);
      // Whatever waited beyond the end of the lease is refused before there is a new one.
      if (lost()) gate.look();
      if (closed) return;
      const ms = ttlMs - marginMs;
      lease = {
        lanes: grant.lanes,
        use: grant.use,
        files: grant.files,
        until: { wall: at.wall + ms, ticks: at.ticks + ms },
      };
      usual = grant.use;
      gate.look();
      offer(gate.running());
    },
    quiet: () => !lost() && gate.quiet() && clock.now() - busyAt >= quietAfterMs,
    wants: () => gate.waiting() > 0 || day.untold() || untold > 0,
    rest: () => {
      lease = null;
    },
    heard: hear,
    failed: () => {
      lease ??= none;
      gate.look();
    },
    close: () => {
      closed = true;
      lease = none;
      gate.look();
    },
  };
}
