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
