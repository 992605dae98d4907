import type { Fields, FieldValue, Version } from './record.ts';
import { type Side, sides } from './side.ts';

/**
 * synced: both sides agree with their bases. pending: something is still to be written. conflict: a field waits for a person.
 * quarantined: set aside with a reason, tried again later. detached: unlinked; never matched or created from again. By a person, unless
 * `life` says what happened to the records.
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
  /** `label`: what people call the value, where that is known. */
  | { readonly kind: 'no-counterpart'; readonly side: Side; readonly value: string; readonly label?: string }
  /** `followUp`: the ticket on that side is told by an internal comment. */
  | { readonly kind: 'class-locked'; readonly side: Side; readonly value: string; readonly followUp?: true }
  | { readonly kind: 'cut-text-edited'; readonly side: Side }
  | { readonly kind: 'manual-conflict'; readonly conflictId: string }
  | { readonly kind: 'bouncing'; readonly hops: number }
  /** The answer left the field out: not readable for us now, which is not the same as empty. */
  | { readonly kind: 'unreadable'; readonly side: Side }
  /** The parent that `side` names has no counterpart; carried once it has one. */
  | { readonly kind: 'parent-not-linked'; readonly side: Side; readonly value: string }
  /** Carrying that parent would make a ticket its own ancestor. */
  | { readonly kind: 'parent-circle'; readonly side: Side; readonly value: string }
  /** The mapping's own condition on that side's record is not met. */
  | { readonly kind: 'condition'; readonly side: Side }
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

/** How a deletion became known: never by absence. `is-deleted`: a Salesforce row says so. `delete-log`: ServiceNow's sys_audit_delete. */
export type DeletionEvidence = 'is-deleted' | 'delete-log';

/** What was done about the record across. `planned`: noted, and perhaps not done yet. `nothing`: the rule asked for nothing. */
export type LifeDone = 'planned' | 'told' | 'closed' | 'deleted' | 'nothing';

/** What became of one of the two records. `side` is where that happened, `at` when it was noted (ISO 8601). */
export type Life =
  /** No answer held it, which may be an access rule. `looks`: how often, at least an hour apart. Nothing is done about it. */
  | { readonly kind: 'missing'; readonly side: Side; readonly since: string; readonly looks: number }
  | {
      readonly kind: 'deleted';
      readonly side: Side;
      readonly at: string;
      readonly by: DeletionEvidence;
      readonly done: LifeDone;
    }
  | {
      readonly kind: 'merged';
      readonly side: Side;
      readonly into: string;
      readonly at: string;
      readonly done: LifeDone;
    }
  | { readonly kind: 'out-of-scope'; readonly side: Side; readonly at: string; readonly done: LifeDone };

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
  /** Null while both records are there. */
  readonly life: Life | null;
  readonly createdAt: string;
  readonly lastSyncedAt: string;
}

/** What is left of a base once its ticket was forgotten: nothing. No mapping is without a field, so no other link has two of these. */
export const forgottenBase: Base = { fields: {}, version: { stamp: '1970-01-01T00:00:00.000Z', count: null } };

/** True for a link of which only the ids are left, so that its records are not taken for new ones. */
export function isForgotten({ status, bases }: Link): boolean {
  return status === 'detached' && sides.every((side) => Object.keys(bases[side].fields).length === 0);
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
