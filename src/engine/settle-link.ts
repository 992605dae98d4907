import type { ConnectorError } from '../connectors/errors.ts';
import { iso } from '../core/clock.ts';
import { sameHolds } from '../core/holds.ts';
import type { Link } from '../core/link.ts';
import type { LinkPlan, LinkView, PendingWrite } from '../core/plan.ts';
import { afterWrite } from '../core/read-back.ts';
import type { Fields } from '../core/record.ts';
import { type Side, sides } from '../core/side.ts';
import { underWay } from '../core/under-way.ts';
import type { ConflictRow, HistoryRow } from '../store/store.ts';
import type { Outcome } from './apply.ts';
import type { Engine } from './engine.ts';
import type { EngineEvent } from './events.ts';
import { conflictRow } from './note.ts';
import { conflictEvents, finishedConflicts, named, newHolds, statusOf } from './settle-holds.ts';
import { foundRows, historyRows, isRecordFault, nothingToRecord, refused, type Settlement } from './settlement.ts';
import type { LinkDecision, LinkWork } from './work.ts';

type Planned = Extract<LinkDecision, { kind: 'plan' }>;
type WritePlan = Extract<LinkPlan, { kind: 'write' }>;

/** What is to be recorded about a linked pair: its bases as read back, its history, its conflicts. */
export function settleLink(
  engine: Engine,
  decision: Planned,
  outcome: Outcome,
  noted: readonly ConflictRow[],
): Settlement {
  const { work, plan } = decision;
  switch (plan.kind) {
    case 'wait':
      return settleWait(work, plan);
    case 'agree':
      return settleAgreement(engine, decision, plan, noted);
    case 'write':
      return settleWrites(engine, decision, plan, outcome, noted);
  }
}

function settleWait(work: LinkWork, plan: Extract<LinkPlan, { kind: 'wait' }>): Settlement {
  const events: readonly EngineEvent[] =
    plan.reason.kind === 'in-doubt'
      ? [...new Set(work.pending.map((write) => write.side))].map((on) => ({
          type: 'write.in-doubt' as const,
          link: work.link,
          on,
          until: plan.reason.kind === 'in-doubt' ? plan.reason.until : '',
        }))
      : [];
  return { ...nothingToRecord(work), release: null, events };
}

function settleAgreement(
  engine: Engine,
  { work, view }: Planned,
  plan: Extract<LinkPlan, { kind: 'agree' }>,
  noted: readonly ConflictRow[],
): Settlement {
  const at = iso(engine.clock.now());
  const holds = named(plan.holds, noted);
  const status = statusOf(holds);
  const base = nothingToRecord(work);
  const changed =
    plan.moved || status !== work.link.status || !sameHolds(holds, work.link.holds) || work.pending.length > 0;
  const link: Link = {
    ...work.link,
    status,
    bases: plan.bases,
    holds,
    hops: plan.hops,
    numbers: numbersOf(view.now),
    lastSyncedAt: at,
  };
  return {
    ...base,
    update: changed ? link : null,
    clearPending: work.pending.length > 0 ? [work.link.id] : [],
    keepPending: underWay(view, work.pair.fields, { now: at, settleMs: engine.times.settle }),
    settledConflicts: finishedConflicts(work, holds, noted, at),
    history: undoneBy(work, foundRows(engine, view, work.pair.fields)),
    events: [
      ...base.events,
      ...newHolds(link, work.link.holds),
      ...conflictEvents(link, noted),
      { type: 'link.unchanged', link },
    ],
  };
}

function settleWrites(
  engine: Engine,
  { work, view }: Planned,
  plan: WritePlan,
  outcome: Outcome,
  noted: readonly ConflictRow[],
): Settlement {
  const at = iso(engine.clock.now());
  const failures = sides.flatMap((side) => {
    const result = outcome[side];
    return result?.kind === 'failed' ? [{ side, error: result.error }] : [];
  });
  const after = afterWrite({ view, rules: work.pair, plan, results: outcome });
  const holds = named(after.holds, noted);
  const doubtful = failures.filter(({ error }) => error.inDoubt);
  const definite = failures.filter(({ error }) => !error.inDoubt);
  const link: Link = {
    ...work.link,
    status: failures.length > 0 ? 'pending' : statusOf(holds),
    bases: after.bases,
    holds,
    hops: after.hops,
    numbers: numbersOf(view.now),
    lastSyncedAt: failures.length > 0 ? work.link.lastSyncedAt : at,
  };
  const moved = after.moves.length > 0;
  const base = nothingToRecord(work);
  const gaps = after.conflicts.map((conflict) => conflictRow(engine, work, conflict, at));
  const written: Settlement = {
    ...base,
    update: link,
    clearPending: [work.link.id],
    keepPending: stillPending(
      underWay(view, work.pair.fields, { now: at, settleMs: engine.times.settle }),
      doubtful.flatMap(({ side }) => pendingOn(engine, plan, side, work, view.now[side].fields, at)),
    ),
    conflicts: gaps,
    settledConflicts: failures.length > 0 ? [] : finishedConflicts(work, holds, noted, at),
    history: undoneBy(work, [
      ...foundRows(engine, view, work.pair.fields),
      ...historyRows(engine, work.link.id, after.moves, (side) => view.now[side].updatedBy, at),
    ]),
    enqueue: after.lookAgain ? [{ kind: 'link', linkId: work.link.id }] : [],
    events: [
      ...(failures.length > 0 ? [] : base.events),
      ...conflictEvents(link, noted),
      ...conflictEvents(link, gaps),
      ...newHolds(link, work.link.holds),
      ...(moved ? [{ type: 'link.updated' as const, link, moves: after.moves }] : []),
      ...doubtful.map(({ side }) => ({
        type: 'write.in-doubt' as const,
        link,
        on: side,
        until: iso(engine.clock.now() + engine.times.settle),
      })),
    ],
    release: failures.length > 0 ? null : base.release,
  };
  return withFailure(
    engine,
    work,
    written,
    definite.map(({ error }) => error),
  );
}

/** A refusal sets the record aside; a side that is down keeps the job, so that it is tried again. */
function withFailure(
  engine: Engine,
  work: LinkWork,
  written: Settlement,
  errors: readonly ConnectorError[],
): Settlement {
  const fault = errors.find(isRecordFault);
  if (fault !== undefined) {
    const aside = refused(engine, work, fault);
    return {
      ...written,
      update: written.update === null ? null : { ...written.update, status: 'quarantined' },
      quarantine: aside.quarantine,
      release: null,
      events: [...written.events, ...aside.events],
    };
  }
  return { ...written, deferredBy: errors[0] ?? null };
}

/** Earlier writes that may still arrive beside those sent now; of one field the later one is kept. */
function stillPending(earlier: readonly PendingWrite[], sent: readonly PendingWrite[]): readonly PendingWrite[] {
  const again = (write: PendingWrite): boolean =>
    sent.some((other) => other.side === write.side && other.field === write.field);
  return [...earlier.filter((write) => !again(write)), ...sent];
}

function pendingOn(
  engine: Engine,
  plan: WritePlan,
  side: Side,
  work: LinkWork,
  held: Fields,
  sentAt: string,
): readonly PendingWrite[] {
  return plan.writes
    .filter((write) => write.on === side)
    .flatMap((write) =>
      Object.entries(write.fields).map(([field, value]) => ({
        linkId: work.link.id,
        side,
        field,
        value,
        before: held[field] ?? null,
        sentAt,
        runId: engine.runId,
      })),
    );
}

function numbersOf(now: LinkView['now']): Link['numbers'] {
  return { servicenow: now.servicenow.number, salesforce: now.salesforce.number };
}

/** What an undo put back is on record under its own run, whoever carried it out. */
function undoneBy(work: LinkWork, rows: readonly HistoryRow[]): readonly HistoryRow[] {
  return rows.map((row) => {
    const decided = work.conflicts.find((one) => one.field === row.field && one.decision?.kind === 'put-back');
    if ((row.because !== 'person' && row.because !== 'found-landed') || decided?.decision?.kind !== 'put-back')
      return row;
    return { ...row, runId: decided.decision.runId, by: decided.decidedBy ?? null };
  });
}
