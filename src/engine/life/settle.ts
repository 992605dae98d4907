import type { ConnectorError } from '../../connectors/errors.ts';
import { iso } from '../../core/clock.ts';
import type { LifeDone, Link } from '../../core/link.ts';
import type { FieldMove } from '../../core/plan.ts';
import { type FieldValue, valueIn } from '../../core/record.ts';
import { bothSides, type Side } from '../../core/side.ts';
import type { Engine } from '../engine.ts';
import { historyRows, isRecordFault, nothingToRecord, refused, setAside, type Settlement } from '../settlement.ts';
import type { LinkDecision } from '../work.ts';
import type { EndOutcome } from './act.ts';
import { isLife, type LifeOf } from './step.ts';

type Decision = Extract<LinkDecision, { readonly kind: 'life' }>;

/** What is to be recorded about a link whose record was deleted, merged, out of scope, or is back. */
export function settleLife(engine: Engine, decision: Decision, outcome: EndOutcome | undefined): Settlement {
  if (isLife(decision, 'back')) return settleBack(decision);
  if (isLife(decision, 'follow')) return settleFollow(decision);
  if (isLife(decision, 'stopped')) return setAside(engine, decision.work, decision.life.why);
  if (isLife(decision, 'end')) return settleEnd(engine, decision, outcome);
  // As it was noted. What is no longer there needs no notes about writes either.
  return { ...nothingToRecord(decision.work), clearPending: [decision.work.link.id] };
}

/** A record that no answer held: it waits with its reason, and how long it has been away is kept with the link. */
export function settleMissing(
  engine: Engine,
  decision: Extract<LinkDecision, { readonly kind: 'missing' }>,
): Settlement {
  const { work, side, how, life } = decision;
  const looks = life?.kind === 'missing' ? life.looks : 1;
  const aside = setAside(engine, work, looks > 1 ? `missing-on-${side}` : `${how}-on-${side}`);
  if (aside.update === null || life === undefined) return aside;
  return { ...aside, update: { ...aside.update, life } };
}

/** The next run merges: it compares both sides with what they last agreed on. */
function settleBack({ work, life }: LifeOf<'back'>): Settlement {
  const base = nothingToRecord(work);
  return {
    ...base,
    reattach: life.link,
    enqueue: [{ kind: 'link', linkId: work.link.id }],
    events: [...base.events, { type: 'link.back', link: life.link, was: life.was }],
  };
}

function settleFollow({ work, life }: LifeOf<'follow'>): Settlement {
  const { master } = life;
  const link: Link = {
    ...work.link,
    ids: { ...work.link.ids, [master.side]: master.id },
    numbers: { ...work.link.numbers, [master.side]: master.number },
    status: 'pending',
    life: null,
  };
  const base = nothingToRecord(work);
  return {
    ...base,
    move: { id: link.id, side: master.side, recordId: master.id },
    update: link,
    clearPending: [link.id],
    enqueue: [{ kind: 'link', linkId: link.id }],
    events: [...base.events, { type: 'link.followed', link, from: work.link.ids[master.side], side: master.side }],
  };
}

function settleEnd(engine: Engine, decision: LifeOf<'end'>, outcome: EndOutcome | undefined): Settlement {
  const { work, life } = decision;
  if (outcome?.kind === 'failed') return settleFailure(engine, decision, outcome.error, outcome);
  const done: LifeDone = outcome?.done ?? 'nothing';
  const at = iso(engine.clock.now());
  const link: Link = {
    ...work.link,
    status: 'detached',
    life: { ...life.life, done },
    holds: [],
    hops: [],
    bases: basesAfter(decision, outcome),
    lastSyncedAt: work.link.lastSyncedAt,
  };
  const moves = outcome === undefined ? [] : closingMoves(decision, outcome);
  const base = nothingToRecord(work);
  return {
    ...base,
    update: link,
    clearPending: [link.id],
    settledConflicts: work.conflicts.map((row) => ({ id: row.id, winner: null, at })),
    history: historyRows(engine, link.id, moves, () => null, at),
    children: outcome === undefined || outcome.row === null ? [] : [outcome.row],
    events: [...base.events, { type: 'link.ended', link }],
  };
}

/** A refusal waits with its reason; a side that is down keeps the job; what is in doubt is looked at again after a while. */
function settleFailure(
  engine: Engine,
  { work, life }: LifeOf<'end'>,
  error: ConnectorError,
  { row }: Extract<EndOutcome, { readonly kind: 'failed' }>,
): Settlement {
  const children = row === null ? [] : [row];
  const link: Link = { ...work.link, life: life.life };
  if (error.inDoubt || isRecordFault(error)) {
    const aside = refused(engine, work, error);
    return { ...aside, children, update: { ...link, status: 'quarantined' } };
  }
  return { ...nothingToRecord(work), children, release: null, events: [], deferredBy: error };
}

/** Where the ticket across was closed, its base is what was read back: only an edit by somebody else counts as one later. */
function basesAfter(
  { work }: LifeOf<'end'>,
  outcome: Extract<EndOutcome, { kind: 'done' }> | undefined,
): Link['bases'] {
  if (outcome?.done !== 'closed') return work.link.bases;
  const { survivor } = outcome;
  return bothSides((side) => {
    const base = work.link.bases[side];
    if (side !== survivor.side) return base;
    const fields: Record<string, FieldValue> = { ...base.fields };
    for (const name of (work.pair.life?.stateFields ?? { servicenow: [], salesforce: [] })[side])
      fields[name] = valueIn(survivor, name) ?? null;
    return { fields, version: survivor.version };
  });
}

/** What closing has changed, for the history. */
function closingMoves({ life }: LifeOf<'end'>, outcome: Extract<EndOutcome, { kind: 'done' }>): readonly FieldMove[] {
  return outcome.done === 'closed' ? movesBetween(life.survivor, outcome, life.life.side) : [];
}

function movesBetween(
  before: LifeOf<'end'>['life']['survivor'],
  { survivor }: Extract<EndOutcome, { kind: 'done' }>,
  from: Side,
): readonly FieldMove[] {
  if (before === null) return [];
  return Object.keys(survivor.fields).flatMap((field): readonly FieldMove[] => {
    const [old, value] = [valueIn(before, field) ?? null, valueIn(survivor, field) ?? null];
    return old === value ? [] : [{ field, from, to: survivor.side, before: old, value, because: 'one-sided' }];
  });
}
