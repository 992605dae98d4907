import type { Fields, FieldValue, Version } from './record.ts';
import { type Side, sides } from './side.ts';

/**
 * synced: both sides agree with their bases. pending: something is still to be written. conflict: a field waits for a person.
 * quarantined: set aside with a reason, tried again later. detached: unlinked by hand; never matched or created from again.
 */
export type LinkStatus = 'synced' | 'pending' | 'conflict' | 'quarantined' | 'detached';

/** What one side held, as read back, when the two last agreed. */
export interface Base {
  readonly fields: Fields;
  readonly version: Version;
}

/** A field that was left alone on purpose, and why. */
export interface Hold {
  readonly field: string;
  readonly reason: HoldReason;
}

export type HoldReason =
  | { readonly kind: 'no-counterpart'; readonly side: Side; readonly value: string }
  | { readonly kind: 'class-locked'; readonly side: Side; readonly value: string }
  | { readonly kind: 'cut-text-edited'; readonly side: Side }
  | { readonly kind: 'manual-conflict'; readonly conflictId: string }
  | { readonly kind: 'bouncing'; readonly hops: number }
  /** The answer left the field out: not readable for us now, which is not the same as empty. */
  | { readonly kind: 'unreadable'; readonly side: Side }
  /** The side accepted our write and kept its old value. Tried again with another value, or when that record has changed. */
  | { readonly kind: 'refused'; readonly side: Side; readonly value: FieldValue };

/** How often a field came straight back changed after we wrote it. */
export interface Hops {
  readonly field: string;
  readonly count: number;
  readonly since: string;
  /** The side we wrote last; a change coming from there within the window is the next hop. */
  readonly to?: Side;
}

/** The row that pairs a ServiceNow record with a Salesforce record. */
export interface Link {
  readonly id: string;
  readonly pair: string;
  readonly ids: Readonly<Record<Side, string>>;
  readonly numbers: Readonly<Record<Side, string | null>>;
  /** The side the ticket was born on. */
  readonly origin: Side;
  readonly status: LinkStatus;
  readonly bases: Readonly<Record<Side, Base>>;
  readonly holds: readonly Hold[];
  readonly hops: readonly Hops[];
  readonly createdAt: string;
  readonly lastSyncedAt: string;
}

/**
 * What the queue holds. The key is the link, or, while there is none, the record of origin, so that both sides of a pair
 * never run at once.
 */
export type WorkKey =
  | { readonly kind: 'link'; readonly linkId: string }
  | { readonly kind: 'new'; readonly pair: string; readonly side: Side; readonly id: string };

/** `link:<id>` or `new:<pair>:<side>:<id>`. */
export function formatKey(key: WorkKey): string {
  return key.kind === 'link' ? `link:${key.linkId}` : `new:${key.pair}:${key.side}:${key.id}`;
}

/** The inverse of formatKey; null for anything else. */
export function parseKey(text: string): WorkKey | null {
  const [kind, first, side, id, ...rest] = text.split(':');
  if (kind === 'link' && first !== undefined && side === undefined) return { kind: 'link', linkId: first };
  const known = sides.find((s) => s === side);
  if (kind !== 'new' || first === undefined || known === undefined || id === undefined || rest.length > 0) return null;
  return { kind: 'new', pair: first, side: known, id };
}
