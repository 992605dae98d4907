import type { Base, Hold, Hops, Life, Link, LinkStatus } from '../../core/link.ts';
import type { ConflictReason, DateRange, Decided, PendingWrite } from '../../core/plan.ts';
import type { FieldValue, Version } from '../../core/record.ts';
import type { ConflictRule } from '../../core/rules.ts';
import type { Side } from '../../core/side.ts';
import type { ConflictRow, ConflictStatus, Cursor, HistoryRow, Intent, Walk } from '../store.ts';
import { marked, type Reading } from './packed.ts';
import { fromJson, fromStored } from './text.ts';

/** Rows as raw statements return them. They were written by us, so their shapes are declared and not checked again. */
export interface LinkColumns {
  readonly id: string;
  readonly pair: string;
  readonly servicenow_id: string;
  readonly salesforce_id: string;
  readonly servicenow_number: string | null;
  readonly salesforce_number: string | null;
  readonly origin: Side;
  readonly status: LinkStatus;
  readonly servicenow_base: unknown;
  readonly salesforce_base: unknown;
  readonly holds: unknown;
  readonly hops: unknown;
  readonly life: unknown;
  readonly created_at: Time;
  readonly last_synced_at: Time;
}

/** A text where the row came packed. */
type Time = Date | string;

interface PairColumns {
  readonly servicenow_id: string;
  readonly salesforce_id: string;
  readonly servicenow_number: string | null;
  readonly salesforce_number: string | null;
}

export function optional(text: string | null): string | null {
  return text === null ? null : fromStored(text);
}

function idsOf({ text }: Reading, row: PairColumns): Record<Side, string> {
  return { servicenow: text(row.servicenow_id), salesforce: text(row.salesforce_id) };
}

function numbersOf({ text }: Reading, row: PairColumns): Record<Side, string | null> {
  return { servicenow: orNull(row.servicenow_number, text), salesforce: orNull(row.salesforce_number, text) };
}

/** `read` of what is there. */
export function orNull<T, R>(value: T | null, read: (value: T) => R): R | null {
  return value === null ? null : read(value);
}

export function linkOf(read: Reading): (row: LinkColumns) => Link {
  const { text, json, time } = read;
  return (row) => ({
    id: text(row.id),
    pair: text(row.pair),
    ids: idsOf(read, row),
    numbers: numbersOf(read, row),
    origin: row.origin,
    status: row.status,
    bases: { servicenow: json(row.servicenow_base) as Base, salesforce: json(row.salesforce_base) as Base },
    holds: json(row.holds) as readonly Hold[],
    hops: json(row.hops) as readonly Hops[],
    life: json(row.life) as Life | null,
    createdAt: time(row.created_at),
    lastSyncedAt: time(row.last_synced_at),
  });
}

export const toLink = linkOf(marked);

export function fromLink(link: Link): Record<string, unknown> {
  return {
    id: link.id,
    pair: link.pair,
    servicenow_id: link.ids.servicenow,
    salesforce_id: link.ids.salesforce,
    servicenow_number: link.numbers.servicenow,
    salesforce_number: link.numbers.salesforce,
    origin: link.origin,
    status: link.status,
    servicenow_base: link.bases.servicenow,
    salesforce_base: link.bases.salesforce,
    holds: link.holds,
    hops: link.hops,
    life: link.life,
    created_at: link.createdAt,
    last_synced_at: link.lastSyncedAt,
  };
}

export interface CursorColumns {
  readonly pair: string;
  readonly side: Side;
  readonly at_stamp: string;
  readonly at_id: string;
  readonly complete_at: string | null;
  readonly deep_at: string | null;
  readonly walk: unknown;
  readonly version: number;
}

export function toCursor(row: CursorColumns): Cursor {
  return {
    pair: fromStored(row.pair),
    side: row.side,
    at: { stamp: fromStored(row.at_stamp), id: fromStored(row.at_id) },
    completeAt: optional(row.complete_at),
    deepAt: optional(row.deep_at),
    walk: fromJson(row.walk) as Walk | null,
    version: row.version,
  };
}

export interface IntentColumns {
  readonly id: string;
  readonly pair: string;
  readonly origin: Side;
  readonly origin_id: string;
  readonly drawn_id: string;
  readonly sent_at: Time;
  readonly probes: number;
  readonly probed_at: Time | null;
}

export function intentOf(read: Reading): (row: IntentColumns) => Intent {
  const { text, time } = read;
  return (row) => ({
    id: text(row.id),
    pair: text(row.pair),
    origin: row.origin,
    originId: text(row.origin_id),
    drawnId: text(row.drawn_id),
    sentAt: time(row.sent_at),
    probes: row.probes,
    probedAt: orNull(row.probed_at, time),
  });
}

export const toIntent = intentOf(marked);

export interface PendingColumns {
  readonly link_id: string;
  readonly side: Side;
  readonly field: string;
  readonly value: unknown;
  readonly value_before: unknown;
  readonly sent_at: Time;
  readonly run_id: string | null;
}

export function pendingOf(read: Reading): (row: PendingColumns) => PendingWrite {
  const { text, json, time } = read;
  return (row) => ({
    linkId: text(row.link_id),
    side: row.side,
    field: text(row.field),
    value: json(row.value) as FieldValue,
    before: json(row.value_before) as FieldValue,
    sentAt: time(row.sent_at),
    ...(row.run_id === null ? {} : { runId: text(row.run_id) }),
  });
}

export const toPending = pendingOf(marked);

export interface ConflictColumns extends PairColumns {
  readonly id: string;
  readonly link_id: string;
  readonly pair: string;
  readonly field: string;
  readonly rule: ConflictRule;
  readonly base: unknown;
  readonly values: unknown;
  readonly versions: unknown;
  readonly writers: unknown;
  readonly dates: unknown;
  readonly winner: Side | null;
  readonly why: ConflictReason;
  readonly status: ConflictStatus;
  readonly decision: unknown;
  readonly at: Time;
  readonly settled_at: Time | null;
  readonly decided_by: string | null;
  readonly decided_at: Time | null;
}

export function conflictOf(read: Reading): (row: ConflictColumns) => ConflictRow {
  const { text, json, time } = read;
  return (row) => ({
    id: text(row.id),
    linkId: text(row.link_id),
    pair: text(row.pair),
    ids: idsOf(read, row),
    numbers: numbersOf(read, row),
    field: text(row.field),
    rule: row.rule,
    base: json(row.base) as Record<Side, FieldValue>,
    values: json(row.values) as Record<Side, FieldValue>,
    versions: json(row.versions) as Record<Side, Version>,
    writers: json(row.writers) as Record<Side, string | null>,
    dates: json(row.dates) as Record<Side, DateRange> | null,
    winner: row.winner,
    why: row.why,
    status: row.status,
    decision: json(row.decision) as Decided | null,
    at: time(row.at),
    settledAt: orNull(row.settled_at, time),
    ...(row.decided_by === null ? {} : { decidedBy: text(row.decided_by) }),
    ...(row.decided_at === null ? {} : { decidedAt: time(row.decided_at) }),
  });
}

export const toConflict = conflictOf(marked);

export interface HistoryColumns {
  readonly link_id: string;
  readonly run_id: string;
  readonly field: string;
  readonly from_side: Side;
  readonly to_side: Side;
  readonly value_before: unknown;
  readonly value: unknown;
  readonly because: HistoryRow['because'];
  readonly by: string | null;
  readonly at: Time;
}

export function toHistory(row: HistoryColumns): HistoryRow {
  return {
    linkId: fromStored(row.link_id),
    runId: fromStored(row.run_id),
    field: fromStored(row.field),
    from: row.from_side,
    to: row.to_side,
    before: fromJson(row.value_before) as FieldValue,
    value: fromJson(row.value) as FieldValue,
    because: row.because,
    by: optional(row.by),
    at: marked.time(row.at),
  };
}
