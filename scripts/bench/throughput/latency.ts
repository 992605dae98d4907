import type { Side } from '../../../src/core/side.ts';

/**
 * What a call takes at a desk. `flat`: every call the same. `realistic`: what the records in it take, one after another, as both
 * vendors work; assumed figures, since no live system is asked.
 */
export type Latency = { readonly kind: 'flat'; readonly ms: number } | { readonly kind: 'realistic' };

/** Assumed: a write of ServiceNow with its business rules, a hundred rows of one of its lists, a row of a Salesforce collection. */
export const assumed = { writeMs: 120, per100RowsMs: 5, collectionRowMs: 2 };

/** The Batch API cuts off after 30 s and names what it left over (Batch API documentation). */
export const batchQuotaMs = 30_000;

/** `20` or `realistic`; null for anything else. */
export function parseLatency(text: string): Latency | null {
  if (text === 'realistic') return { kind: 'realistic' };
  return /^\d{1,4}$/.test(text) ? { kind: 'flat', ms: Number(text) } : null;
}

export function nameOf(latency: Latency): string {
  return latency.kind === 'realistic' ? 'realistic' : `${latency.ms} ms`;
}

/** What a request carries, as far as its time goes. */
export interface Load {
  readonly writes: number;
  readonly collectionRows: number;
}

/** Milliseconds that a desk works before it has an answer; what its rows take is not in it. */
export function workMs(latency: Latency, side: Side, load: Load): number {
  if (latency.kind === 'flat') return latency.ms;
  return side === 'servicenow' ? load.writes * assumed.writeMs : load.collectionRows * assumed.collectionRowMs;
}

/** Milliseconds that the rows of an answer take. */
export function rowsMs(latency: Latency, side: Side, rows: number): number {
  return latency.kind === 'realistic' && side === 'servicenow' ? (rows / 100) * assumed.per100RowsMs : 0;
}
