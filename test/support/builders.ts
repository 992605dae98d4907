import type { ChildRow } from '../../src/core/children.ts';
import type { Base, Link } from '../../src/core/link.ts';
import type { PendingWrite } from '../../src/core/plan.ts';
import type { Fields, SourceRecord, Version } from '../../src/core/record.ts';
import type { Side } from '../../src/core/side.ts';
import type { ConflictRow, Cursor, HistoryRow, Intent, QuarantineRow, RunRow } from '../../src/store/store.ts';

/** The time that built things carry unless told otherwise. */
export const builtAt = '2026-03-02T08:00:00.000Z';

export const anIncidentId = 'a'.repeat(32);
export const aCaseId = '500000000000001AAA';

export function version(stamp: string = builtAt, count: number | null = null): Version {
  return { stamp, count };
}

export function incident(fields: Fields = {}, parts: Partial<SourceRecord> = {}): SourceRecord {
  return {
    side: 'servicenow',
    object: 'incident',
    id: anIncidentId,
    number: 'INC0010042',
    version: version(builtAt, 3),
    createdAt: builtAt,
    updatedBy: 'abel.tuter',
    partnerId: null,
    stampTaken: false,
    fields: { short_description: 'Printer on fire', description: null, state: '1', urgency: '2', ...fields },
    ...parts,
  };
}

export function caseRecord(fields: Fields = {}, parts: Partial<SourceRecord> = {}): SourceRecord {
  return {
    side: 'salesforce',
    object: 'Case',
    id: aCaseId,
    number: '00001007',
    version: version(builtAt),
    createdAt: builtAt,
    updatedBy: '005000000000001AAA',
    partnerId: null,
    stampTaken: false,
    fields: { Subject: 'Printer on fire', Description: null, Status: 'New', Priority: 'Medium', ...fields },
    ...parts,
  };
}

/** The base that a record makes once both sides agree. */
export function baseOf(record: SourceRecord): Base {
  return { fields: record.fields, version: record.version };
}

export function link(parts: Partial<Link> = {}): Link {
  return {
    id: 'link-1',
    pair: 'incident-case',
    ids: { servicenow: anIncidentId, salesforce: aCaseId },
    numbers: { servicenow: 'INC0010042', salesforce: '00001007' },
    origin: 'servicenow',
    status: 'synced',
    bases: { servicenow: baseOf(incident()), salesforce: baseOf(caseRecord()) },
    holds: [],
    hops: [],
    life: null,
    createdAt: builtAt,
    lastSyncedAt: builtAt,
    ...parts,
  };
}

export function cursor(side: Side, parts: Partial<Cursor> = {}): Cursor {
  return {
    pair: 'incident-case',
    side,
    at: { stamp: builtAt, id: '' },
    completeAt: null,
    deepAt: null,
    walk: null,
    version: 1,
    ...parts,
  };
}

export function intent(parts: Partial<Intent> = {}): Intent {
  return {
    id: 'intent-1',
    pair: 'incident-case',
    origin: 'salesforce',
    originId: aCaseId,
    drawnId: 'b'.repeat(32),
    sentAt: builtAt,
    probes: 0,
    probedAt: null,
    ...parts,
  };
}

export function pendingWrite(parts: Partial<PendingWrite> = {}): PendingWrite {
  return {
    linkId: 'link-1',
    side: 'salesforce',
    field: 'Subject',
    value: 'Printer out',
    before: 'Printer on fire',
    sentAt: builtAt,
    ...parts,
  };
}

export function childRow(parts: Partial<ChildRow> = {}): ChildRow {
  return {
    id: 'child-1',
    linkId: 'link-1',
    kind: 'comment',
    side: 'servicenow',
    sourceId: 'c'.repeat(32),
    counterpartId: null,
    channel: 'public',
    hash: 'e'.repeat(64),
    state: 'planned',
    detail: {},
    createdAt: builtAt,
    updatedAt: builtAt,
    ...parts,
  };
}

export function conflictRow(parts: Partial<ConflictRow> = {}): ConflictRow {
  return {
    id: 'conflict-1',
    linkId: 'link-1',
    pair: 'incident-case',
    ids: { servicenow: anIncidentId, salesforce: aCaseId },
    numbers: { servicenow: 'INC0010042', salesforce: '00001007' },
    field: 'short_description',
    rule: 'latest',
    base: { servicenow: 'Printer on fire', salesforce: 'Printer on fire' },
    values: { servicenow: 'Printer burns', salesforce: 'Printer smokes' },
    versions: { servicenow: version(builtAt, 4), salesforce: version(builtAt) },
    writers: { servicenow: 'abel.tuter', salesforce: null },
    winner: null,
    why: 'waits-for-person',
    dates: null,
    status: 'open',
    decision: null,
    at: builtAt,
    settledAt: null,
    ...parts,
  };
}

export function historyRow(parts: Partial<HistoryRow> = {}): HistoryRow {
  return {
    linkId: 'link-1',
    runId: 'run-1',
    field: 'short_description',
    from: 'servicenow',
    to: 'salesforce',
    before: 'Printer on fire',
    value: 'Printer out',
    because: 'one-sided',
    by: 'abel.tuter',
    at: builtAt,
    ...parts,
  };
}

export function quarantineRow(parts: Partial<QuarantineRow> = {}): QuarantineRow {
  return {
    key: 'link:link-1',
    pair: 'incident-case',
    ids: { servicenow: anIncidentId, salesforce: null },
    numbers: { servicenow: 'INC0010042', salesforce: null },
    reason: {
      kind: 'connector',
      error: 'Rejected',
      data: { side: 'salesforce', executed: 'no', status: 400, code: 'REQUIRED_FIELD_MISSING', fields: ['Subject'] },
    },
    attempts: 1,
    firstAt: builtAt,
    nextAt: builtAt,
    ...parts,
  };
}

export function runRow(parts: Partial<RunRow> = {}): RunRow {
  return {
    id: 'run-1',
    kind: 'sync',
    pair: null,
    startedAt: builtAt,
    endedAt: null,
    state: 'running',
    position: {},
    counts: {},
    ...parts,
  };
}
