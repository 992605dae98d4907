import type { Allowance } from '../connectors/ticket-system.ts';

/**
 * When a side is polled again. A side quiet for a minute doubles its gap, up to a limit; a change resets it. Pure: times in
 * milliseconds.
 */
export interface Pace {
  readonly gapMs: number;
  readonly nextAt: number;
  readonly lastChangeAt: number;
}

const quietAfterMs = 60_000;

export function startPace(now: number): Pace {
  return { gapMs: 0, nextAt: now, lastChangeAt: now };
}

/** After a poll that found `changes` keys; `tickMs` is the finest gap. */
export function afterPoll(pace: Pace, now: number, changes: number, tickMs: number, idleMaxMs: number): Pace {
  if (changes > 0) return { gapMs: tickMs, nextAt: now, lastChangeAt: now };
  const gapMs =
    now - pace.lastChangeAt < quietAfterMs
      ? tickMs
      : Math.min(Math.max(pace.gapMs, tickMs) * 2, Math.max(idleMaxMs, tickMs));
  // Ticks come on the clock's grid, so anything due within this tick counts as due.
  return { gapMs, nextAt: now + gapMs - tickMs / 2, lastChangeAt: pace.lastChangeAt };
}

/** Below this part of our daily calls, what is left is kept for live changes: runs that look at everything wait. */
export const reserve = 0.25;

/** The end of the org's own day belongs to people and other integrations. */
const leftToOthers = 0.05;

/** Part of our share of the day's calls that is left, 0 to 1; 1 for a side that tells of no such limit. */
export function shareLeft(allowance: Allowance | null): number {
  if (allowance === null) return 1;
  const { used, limit, share, ours } = allowance;
  const left = Math.min(limit * share - ours, limit * (1 - leftToOthers) - used);
  return Math.min(1, Math.max(0, left / (limit * share)));
}

/** How many times longer the gaps are where few calls are left. */
export function stretchOf(left: number): number {
  if (left < 0.1) return 6;
  return left < reserve ? 2 : 1;
}

/** A pace with its gap so many times longer; changes are no reason to come sooner then. */
export function stretched(pace: Pace, now: number, tickMs: number, times: number): Pace {
  if (times === 1) return pace;
  const gapMs = Math.max(pace.gapMs, tickMs) * times;
  return { ...pace, gapMs, nextAt: now + gapMs - tickMs / 2 };
}
