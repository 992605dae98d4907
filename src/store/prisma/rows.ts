import type { Base, Hold, Hops, Life, Link, LinkStatus } from '../../core/link.ts';
import type { ConflictReason, DateRange, Decided, PendingWrite } from '../../core/plan.ts';
import type { FieldValue, Version } from '../../core/record.ts';
import type { ConflictRule } from '../../core/rules.ts';
import type { Side } from '../../core/side.ts';
import type {
  ConflictRow,
  ConflictStatus,
  Cursor,
  HistoryRow,
  Intent,
  QuarantineReason,
  QuarantineRow,
  Walk,
} from '../store.ts';
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
  readonly created_at: Date;
  readonly last_synced_at: Date;
}

interface PairColumns {
  readonly servicenow_id: string;
  readonly salesforce_id: string;
  readonly servicenow_number: string | null;
  readonly salesforce_number: string | null;
}

export function optional(text: string | null): string | null {
  return text === null ? null : fromStored(text);
}

function idsOf(row: PairColumns): Record<Side, string> {
  return { servicenow: fromStored(row.servicenow_id), salesforce: fromStored(row.salesforce_id) };
}

function numbersOf(row: PairColumns): Record<Side, string | null> {
  return { servicenow: optional(row.servicenow_number), salesforce: optional(row.salesforce_number) };
}

export function toLink(row: LinkColumns): Link {
  return {
    id: fromStored(row.id),
    pair: fromStored(row.pair),
    ids: idsOf(row),
    numbers: numbersOf(row),
    origin: row.origin,
    status: row.status,
    bases: { servicenow: fromJson(row.servicenow_base) as Base, salesforce: fromJson(row.salesforce_base) as Base },
    holds: fromJson(row.holds) as readonly Hold[],
    hops: fromJson(row.hops) as readonly Hops[],
    life: fromJson(row.life) as Life | null,
    createdAt: row.created_at.toISOString(),
    lastSyncedAt: row.last_synced_at.toISOString(),
  };
}

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
  readonly sent_at: Date;
  readonly probes: number;
  readonly probed_at: Date | null;
}

export function toIntent(row: IntentColumns): Intent {
  return {
    id: fromStored(row.id),
    pair: fromStored(row.pair),
    origin: row.origin,
    originId: fromStored(row.origin_id),
    drawnId: fromStored(row.drawn_id),
    sentAt: row.sent_at.toISOString(),
    probes: row.probes,
    probedAt: row.probed_at?.toISOString() ?? null,
  };
}

export interface PendingColumns {
  readonly link_id: string;
  readonly side: Side;
  readonly field: string;
  readonly value: unknown;
  readonly value_before: unknown;
  readonly sent_at: Date;
}

export function toPending(row: PendingColumns): PendingWrite {
  return {
    linkId: fromStored(row.link_id),
    side: row.side,
    field: fromStored(row.field),
    value: fromJson(row.value) as FieldValue,
    before: fromJson(row.value_before) as FieldValue,
    sentAt: row.sent_at.toISOString(),
  };
}

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
  readonly at: Date;
  readonly settled_at: Date | null;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
}

export function toConflict(row: ConflictColumns): ConflictRow {
  return {
    id: fromStored(row.id),
    linkId: fromStored(row.link_id),
    pair: fromStored(row.pair),
    ids: idsOf(row),
    numbers: numbersOf(row),
    field: fromStored(row.field),
    rule: row.rule,
    base: fromJson(row.base) as Record<Side, FieldValue>,
    values: fromJson(row.values) as Record<Side, FieldValue>,
    versions: fromJson(row.versions) as Record<Side, Version>,
    writers: fromJson(row.writers) as Record<Side, string | null>,
    dates: fromJson(row.dates) as Record<Side, DateRange> | null,
    winner: row.winner,
    why: row.why,
    status: row.status,
    decision: fromJson(row.decision) as Decided | null,
    at: row.at.toISOString(),
    settledAt: row.settled_at?.toISOString() ?? null,
    ...(row.decided_by === null ? {} : { decidedBy: fromStored(row.decided_by) }),
    ...(row.decided_at === null ? {} : { decidedAt: row.decided_at.toISOString() }),
  };
}

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
  readonly at: Date;
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
    at: row.at.toISOString(),
  };
}

export interface QuarantineColumns {
  readonly key: string;
  readonly pair: string;
  readonly servicenow_id: string | null;
  readonly salesforce_id: string | null;
  readonly servicenow_number: string | null;
  readonly salesforce_number: string | null;
  readonly reason: unknown;
  readonly attempts: number;
  readonly first_at: Date;
  readonly next_at: Date;
}

export function toQuarantine(row: QuarantineColumns): QuarantineRow {
  return {
    key: fromStored(row.key),
    pair: fromStored(row.pair),
    ids: { servicenow: optional(row.servicenow_id), salesforce: optional(row.salesforce_id) },
    numbers: { servicenow: optional(row.servicenow_number), salesforce: optional(row.salesforce_number) },
    reason: fromJson(row.reason) as QuarantineReason,
    attempts: row.attempts,
    firstAt: row.first_at.toISOString(),
    nextAt: row.next_at.toISOString(),
  };
}
