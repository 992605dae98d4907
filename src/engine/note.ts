import type { ChildRow } from '../core/children.ts';
import { iso } from '../core/clock.ts';
import type { FieldConflict, PendingWrite } from '../core/plan.ts';
import type { Fields, FieldValue } from '../core/record.ts';
import { type Side, sides } from '../core/side.ts';
import type { ConflictRow, Intent } from '../store/store.ts';
import { rowsToNote } from './children/plan.ts';
import { lockClaims, refuseLinked } from './claims.ts';
import type { Engine } from './engine.ts';
import type { Decision, LinkDecision, LinkWork, NewDecision } from './work.ts';

/** What was committed before anything was sent. */
export interface Noted {
  /** New conflicts by key of work, with the ids they have in the store. */
  readonly conflicts: ReadonlyMap<string, readonly ConflictRow[]>;
  /** Intents of the creates about to be sent, by key of work. */
  readonly intents: ReadonlyMap<string, Intent>;
  /** The writes about to be sent, those of creates under their intent's id. */
  readonly pending: readonly PendingWrite[];
  /** Comments and files about to be sent. */
  readonly children: readonly ChildRow[];
  /** Keys of the work that is about to send something. */
  readonly keys: ReadonlySet<string>;
}

/**
 * One transaction before the first write: the losing values of conflicts, the writes about to be sent and the creates about to be
 * sent. Whatever happens to the calls, the next run knows what may have happened.
 */
export async function note(engine: Engine, decisions: readonly Decision[]): Promise<Noted> {
  const sentAt = iso(engine.clock.now());
  const rows = decisions.flatMap((decision) => conflictRows(engine, decision, sentAt));
  const intents = decisions.flatMap((decision) => intentOf(engine, decision, sentAt));
  const pending = [
    ...decisions.flatMap((decision) => pendingWrites(engine, decision, sentAt)),
    ...intents.flatMap(({ intent, on, fields, earlier }) =>
      writesOf(engine, intent.id, on, fields, (field) => earlier[field] ?? null, sentAt),
    ),
  ];
  const waiting = decisions.flatMap((decision) => (decision.kind === 'in-doubt' ? [decision.intent] : []));
  const children = decisions.flatMap((decision) => (isLinkPlan(decision) ? rowsToNote(decision.children) : []));
  if (rows.length + pending.length + intents.length + waiting.length + children.length === 0)
    return { conflicts: new Map(), intents: new Map(), pending: [], children: [], keys: new Set() };
  const sending = decisions.filter(writes);
  const ids = await engine.store.transaction(async (tx) => {
    await lockClaims(
      tx,
      intents.map(({ intent }) => intent.pair),
      'create',
    );
    // A worker that stood still for long has lost its keys: whoever has them decides, on what he reads.
    const noting = new Set(rows.map(({ key }) => key));
    const held = decisions.filter((decision) => writes(decision) || noting.has(decision.work.key));
    await tx.holdJobs(held.map((decision) => decision.work.job));
    const noted = rows.length === 0 ? [] : await tx.noteConflicts(rows.map(({ row }) => row));
    if (intents.length > 0) await tx.clearPending(intents.map(({ intent }) => intent.id));
    if (pending.length > 0) await tx.savePending(pending);
    if (children.length > 0) await tx.saveChildren(children);
    if (intents.length + waiting.length > 0) await tx.saveIntents([...intents.map(({ intent }) => intent), ...waiting]);
    await refuseLinked(
      tx,
      intents.map(({ intent }) => intent),
    );
    return noted;
  });
  const conflicts = new Map<string, ConflictRow[]>();
  rows.forEach(({ key, row }, index) => {
    const noted = { ...row, id: ids[index] ?? row.id };
    conflicts.set(key, [...(conflicts.get(key) ?? []), noted]);
  });
  return {
    conflicts,
    intents: new Map(intents.map(({ key, intent }) => [key, intent])),
    pending,
    children,
    keys: new Set(sending.map(({ work }) => work.key)),
  };
}

function writes(decision: Decision): boolean {
  if (isLinkPlan(decision) && rowsToNote(decision.children).length > 0) return true;
  return decision.kind === 'plan' && (decision.plan.kind === 'write' || decision.plan.kind === 'create');
}

function conflictRows(engine: Engine, decision: Decision, at: string): readonly { key: string; row: ConflictRow }[] {
  if (!isLinkPlan(decision) || decision.plan.kind === 'wait') return [];
  const { work } = decision;
  return decision.plan.conflicts
    .filter((conflict) => !isOnRecord(work, conflict))
    .map((conflict) => ({ key: work.key, row: conflictRow(engine, work, conflict, at) }));
}

/** A person's decision is carried out on the row it was made on, unless a value has changed since. */
function isOnRecord(work: LinkWork, conflict: FieldConflict): boolean {
  return work.conflicts.some(
    (row) =>
      row.status === 'decided' &&
      row.field === conflict.field &&
      sides.every((side) => row.values[side] === conflict.values[side]),
  );
}

/** A conflict as the store keeps it: open while a person has to choose, else settled by the write that follows. */
export function conflictRow(engine: Engine, work: LinkWork, conflict: FieldConflict, at: string): ConflictRow {
  return {
    ...conflict,
    id: engine.ids.next(),
    linkId: work.link.id,
    pair: work.link.pair,
    ids: work.link.ids,
    numbers: work.link.numbers,
    status: conflict.winner === null ? 'open' : 'settled',
    decision: null,
    at,
    settledAt: conflict.winner === null ? null : at,
  };
}

function pendingWrites(engine: Engine, decision: Decision, sentAt: string): readonly PendingWrite[] {
  if (!isLinkPlan(decision) || decision.plan.kind !== 'write') return [];
  const { view, work } = decision;
  return decision.plan.writes.flatMap((write) =>
    writesOf(engine, work.link.id, write.on, write.fields, (field) => view.now[write.on].fields[field] ?? null, sentAt),
  );
}

/** One pending write a field. The fields of a create stand under its intent's id until there is a link. */
function writesOf(
  engine: Engine,
  linkId: string,
  side: Side,
  fields: Fields,
  before: (field: string) => FieldValue,
  sentAt: string,
): readonly PendingWrite[] {
  return Object.entries(fields).map(([field, value]) => ({
    linkId,
    side,
    field,
    value,
    before: before(field),
    sentAt,
    runId: engine.runId,
  }));
}

interface Announced {
  readonly key: string;
  readonly intent: Intent;
  readonly on: Side;
  readonly fields: Fields;
  /** What an earlier sending of the same create carried: it may be the one that arrived. */
  readonly earlier: Fields;
}

function intentOf(engine: Engine, decision: Decision, sentAt: string): readonly Announced[] {
  if (decision.kind !== 'plan' || isLinkPlan(decision) || decision.plan.kind !== 'create') return [];
  const { work, plan } = decision;
  const intent: Intent = {
    id: work.intent?.id ?? engine.ids.next(),
    pair: work.pair.name,
    origin: work.origin.side,
    originId: work.origin.id,
    // The same id again on a repeat: ServiceNow then refuses a second record instead of making it.
    drawnId: work.intent?.drawnId ?? engine.ids.sysId(),
    sentAt,
    probes: 0,
    probedAt: null,
  };
  const earlier = Object.fromEntries(work.sent.map((write) => [write.field, write.value]));
  const emptied = Object.fromEntries(Object.keys(earlier).map((field) => [field, null]));
  return [{ key: work.key, intent, on: plan.on, fields: { ...emptied, ...plan.fields }, earlier }];
}

export function isLinkPlan(decision: Decision): decision is Extract<LinkDecision, { kind: 'plan' }> {
  return decision.kind === 'plan' && decision.work.kind === 'link';
}

export function isNewPlan(decision: Decision): decision is Extract<NewDecision, { kind: 'plan' }> {
  return decision.kind === 'plan' && decision.work.kind === 'new';
}
