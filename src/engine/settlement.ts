import type { ConnectorError } from '../connectors/errors.ts';
import type { ChildRow } from '../core/children.ts';
import type { Link, WorkKey } from '../core/link.ts';
import type { MappingFault } from '../core/mapping-fault.ts';
import { landedWrites } from '../core/pending.ts';
import type { FieldMove, LinkView, PendingWrite } from '../core/plan.ts';
import type { SourceRecord } from '../core/record.ts';
import type { FieldRule } from '../core/rules.ts';
import { otherSide, type Side } from '../core/side.ts';
import type { ConflictRow, HistoryRow, Intent, ProposalRow, QuarantineRow } from '../store/store.ts';
import type { Engine } from './engine.ts';
import type { EngineEvent } from './events.ts';
import { quarantineRow } from './quarantine.ts';
import type { NewWork, Work } from './work.ts';

/** Everything one piece of work wants recorded. Pure data; `record` writes many of these in one transaction. */
export interface Settlement {
  readonly work: Work;
  readonly insert: Link | null;
  readonly update: Link | null;
  /** A link that life had detached and that is taken up again. */
  readonly reattach?: Link;
  /** Another record in place of one of a link. */
  readonly move?: { readonly id: string; readonly side: Side; readonly recordId: string };
  readonly clearPending: readonly string[];
  readonly keepPending: readonly PendingWrite[];
  readonly conflicts: readonly ConflictRow[];
  readonly settledConflicts: readonly { readonly id: string; readonly winner: Side | null; readonly at: string }[];
  readonly history: readonly HistoryRow[];
  /** Rows of the ledger of comments and files. */
  readonly children: readonly ChildRow[];
  /** Tickets that may be the same as this one. */
  readonly proposals: readonly ProposalRow[];
  readonly closeIntents: readonly string[];
  /** Creates that are in doubt as they were before they were sent once more. */
  readonly keepIntents?: readonly Intent[];
  readonly quarantine: QuarantineRow | null;
  /** Key to let out of quarantine. */
  readonly release: string | null;
  readonly enqueue: readonly WorkKey[];
  /** A side that could not serve it: the job stays ours and is tried again. */
  readonly deferredBy: ConnectorError | null;
  readonly events: readonly EngineEvent[];
}

export function nothingToRecord(work: Work): Settlement {
  return {
    work,
    insert: null,
    update: null,
    clearPending: [],
    keepPending: [],
    conflicts: [],
    settledConflicts: [],
    history: [],
    children: [],
    proposals: [],
    closeIntents: [],
    quarantine: null,
    release: work.quarantine === null ? null : work.key,
    enqueue: [],
    deferredBy: null,
    events: work.quarantine === null ? [] : [{ type: 'record.released', row: work.quarantine }],
  };
}

/** A person must look, or time must pass: the record waits alone, with its reason. */
export function setAside(
  engine: Engine,
  work: Work,
  why: string,
  origin: SourceRecord | null = null,
  others: readonly string[] = [],
): Settlement {
  const reason = { kind: 'plan', why, ...(others.length === 0 ? {} : { others }) } as const;
  return quarantined(work, quarantineRow(engine, work, reason, origin));
}

/** What is set aside and has been tried again with an answer that must be waited for: it stays so, and is due then (ISO 8601). */
export function putOff({ quarantine }: Work, nextAt: string): QuarantineRow | null {
  return quarantine === null ? null : { ...quarantine, nextAt };
}

/** A function of the mapping file failed on this record. */
export function faulty(engine: Engine, work: Work, fault: MappingFault, origin: SourceRecord | null): Settlement {
  const { field, why, said } = fault;
  return quarantined(work, quarantineRow(engine, work, { kind: 'mapping', field, why, said }, origin));
}

/** The side refused this record for a reason of the record's own. */
export function refused(
  engine: Engine,
  work: Work,
  error: ConnectorError,
  origin: SourceRecord | null = null,
): Settlement {
  return quarantined(
    work,
    quarantineRow(engine, work, { kind: 'connector', error: error.kind, data: error.data }, origin),
  );
}

function quarantined(work: Work, row: QuarantineRow): Settlement {
  return {
    ...nothingToRecord(work),
    update: work.kind === 'link' ? { ...work.link, status: 'quarantined' } : null,
    quarantine: row,
    release: null,
    events: [{ type: 'record.quarantined', row }],
  };
}

/** The record's own fault is quarantined; a side that is down, busy or locked out is waited for. */
export function isRecordFault(error: ConnectorError): boolean {
  return (
    error.kind === 'Rejected' ||
    error.kind === 'NotFound' ||
    error.kind === 'StaleVersion' ||
    error.data.cause === 'row-locked'
  );
}

/** Writes whose answers were lost and that stand there now: history of the run that sent them, at the time it did. */
export function foundRows(engine: Engine, view: LinkView, rules: readonly FieldRule[]): readonly HistoryRow[] {
  return landedWrites(view, rules).map(({ rule, write }) =>
    foundRow(engine, view.link.id, rule, write, 'found-landed'),
  );
}

/** The same of a create that was found again: what it carried. */
export function foundCreateRows(engine: Engine, linkId: string, work: NewWork): readonly HistoryRow[] {
  return work.pair.fields.flatMap((rule) =>
    work.sent
      .filter((write) => write.field === rule.fields[write.side] && write.value !== null)
      .map((write) => ({ ...foundRow(engine, linkId, rule, write, 'create'), before: null })),
  );
}

function foundRow(
  engine: Engine,
  linkId: string,
  rule: FieldRule,
  write: PendingWrite,
  because: FieldMove['because'],
): HistoryRow {
  const { side: to, before, value, sentAt: at } = write;
  const runId = write.runId ?? engine.runId;
  // Who edits there now need not be who did then.
  return { linkId, runId, field: rule.name, from: otherSide(to), to, before, value, because, by: null, at };
}

export function historyRows(
  engine: Engine,
  linkId: string,
  moves: readonly FieldMove[],
  by: (side: Side) => string | null,
  at: string,
): readonly HistoryRow[] {
  return moves.map((move) => ({ ...move, linkId, runId: engine.runId, by: by(move.from), at }));
}
