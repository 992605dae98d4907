/** Whether so many tickets may end at once, or a person must say so first. */
export type LifeBrake =
  { readonly kind: 'go' } | { readonly kind: 'stop'; readonly found: number; readonly limit: number };

export interface LifeBrakeInput {
  /** Links of the pair that ended within the last ten minutes. */
  readonly recent: number;
  /** Links that the batch at hand would end, without those a person has said yes to. */
  readonly adding: number;
  /** Links of the pair that have not ended. */
  readonly living: number;
  readonly max: number;
}

/** How far back an end counts, in milliseconds. */
export const lifeWindowMs = 10 * 60_000;

/** Of a handful of links any share is soon reached. */
const shareFrom = 10;

/**
 * Many deletions at once are far more often an access rule, a wrong filter or a cleared table than the truth: more than the limit,
 * or more than half of all links, and nothing is done at all. Decided for the whole batch before its first step.
 */
export function brakeOnEnds({ recent, adding, living, max }: LifeBrakeInput): LifeBrake {
  const found = recent + adding;
  const links = living + recent;
  const limit = links >= shareFrom ? Math.min(max, Math.floor(links / 2)) : max;
  return adding === 0 || found <= limit ? { kind: 'go' } : { kind: 'stop', found, limit };
}
