/** How many calls at once a side bears, as far as it shows: at most what is set, fewer for a while after it was too many. */
export interface Width {
  readonly lanes: number;
  /** Since when nothing has spoken against more lanes. Milliseconds since the epoch. */
  readonly since: number;
}

/**
 * What a call says of that. refused: 429, or another answer with Retry-After. answered: how long it stood in line for a thread of
 * the server, where the server tells (`Server-Timing: sem_wait`, table-post-incident-rec), else 0. Milliseconds.
 */
export type WidthSign = { readonly kind: 'refused' } | { readonly kind: 'answered'; readonly waitedMs: number };

/** Why the number of lanes changed. calm: nothing has spoken against more for a while. */
export type WidthReason = 'refused' | 'waited' | 'calm';

/** Who waits this long stands behind many: the pool is full, and people's integrations stand in the same line. */
const longWaitMs = 1_000;

/** Who waits this long did not find a thread free. */
const someWaitMs = 100;

/** Calls that were under way together tell of one and the same crowd. */
const sameCrowdMs = 5_000;

const calmMs = 30_000;

/** Half as many where it was too many, one more after half a minute of calm: what several of us can do at once and stay fair. */
export function afterSign(
  width: Width,
  sign: WidthSign,
  { most, now }: { readonly most: number; readonly now: number },
): { readonly width: Width; readonly reason: WidthReason | null } {
  const half = { lanes: Math.max(1, Math.floor(width.lanes / 2)), since: now };
  const because = (reason: WidthReason) => (half.lanes < width.lanes ? reason : null);
  if (sign.kind === 'refused') return { width: half, reason: because('refused') };
  if (sign.waitedMs >= longWaitMs && now - width.since >= sameCrowdMs)
    return { width: half, reason: because('waited') };
  if (sign.waitedMs >= longWaitMs) return { width, reason: null };
  if (width.lanes >= most) return { width, reason: null };
  if (sign.waitedMs >= someWaitMs) return { width: { ...width, since: now }, reason: null };
  if (now - width.since < calmMs) return { width, reason: null };
  return { width: { lanes: width.lanes + 1, since: now }, reason: 'calm' };
}

/** Milliseconds that a call waited for a thread, by ServiceNow's `Server-Timing: sem_wait;dur=0, sesh_wait;dur=0`; 0 without one. */
export function semaphoreWaitMs(serverTiming: string | undefined): number {
  const told = /(?:^|,)\s*sem_wait\s*;\s*dur=(\d+(?:\.\d+)?)/.exec(serverTiming ?? '')?.[1];
  return told === undefined ? 0 : Number(told);
}
