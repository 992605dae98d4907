import type { Hold } from './link.ts';

/** True if both lists hold the same fields for the same reasons, in one order. */
export function sameHolds(a: readonly Hold[], b: readonly Hold[]): boolean {
  return a.length === b.length && a.every((hold, index) => sameHold(hold, b[index]));
}

/** Compared part by part: a database may hand the parts back in another order. */
export function sameHold(a: Hold, b: Hold | undefined): boolean {
  if (b === undefined || a.field !== b.field) return false;
  const parts = Object.entries(a.reason);
  const others = new Map<string, unknown>(Object.entries(b.reason));
  return parts.length === others.size && parts.every(([name, value]) => others.get(name) === value);
}
