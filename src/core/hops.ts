import type { Hops } from './link.ts';
import type { Side } from './side.ts';

/** Hops allowed within the window; the next one holds the field. */
export const maxHops = 3;
export const hopWindowMs = 10 * 60_000;

/** A write of one field: the part of a FieldMove that matters here. */
export interface Hop {
  readonly field: string;
  readonly from: Side;
  readonly to: Side;
}

/** How many times the field will have come straight back if `hop` is carried out at `now`. */
export function hopCount(hops: readonly Hops[], hop: Hop, now: string): number {
  const entry = live(hops, now).find((known) => known.field === hop.field);
  if (entry === undefined) return 0;
  return entry.to === hop.from ? entry.count + 1 : entry.count;
}

/** The bookkeeping after these writes. Entries older than the window are forgotten. */
export function noteHops(hops: readonly Hops[], written: readonly Hop[], now: string): readonly Hops[] {
  const kept = live(hops, now).filter((entry) => !written.some((hop) => hop.field === entry.field));
  return [...kept, ...written.map((hop) => noted(hops, hop, now))];
}

function noted(hops: readonly Hops[], hop: Hop, now: string): Hops {
  const count = hopCount(hops, hop, now);
  const entry = live(hops, now).find((known) => known.field === hop.field);
  return { field: hop.field, count, since: count > 0 && entry !== undefined ? entry.since : now, to: hop.to };
}

function live(hops: readonly Hops[], now: string): readonly Hops[] {
  return hops.filter((entry) => Date.parse(now) - Date.parse(entry.since) < hopWindowMs);
}
