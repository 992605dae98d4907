/** The default poll: every ten seconds by the clock on the wall, which the bench can tell as well as the daemon. */
export const pollGapMs = 10_000;

/** Each poll lists again what was saved within this before the poll before it. */
const overlapMs = 15_000;

/** The first tick at or after `at`, in milliseconds since the epoch. */
export function nextTick(at: number): number {
  return Math.ceil(at / pollGapMs) * pollGapMs;
}

/** A moment before the first tick whose poll lists nothing again that was saved before `endedAt`. */
export function untilQuiet(endedAt: number): number {
  return nextTick(endedAt + overlapMs + pollGapMs) - 3000;
}

/** True where a floor can run for a while beside a daemon without a tick of the daemon's falling into it. */
export function roomUntilTick(at: number, ms: number): boolean {
  return nextTick(at) - at >= ms && at - (nextTick(at) - pollGapMs) >= 2000;
}
