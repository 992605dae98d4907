import { carryAcross, carryOutDecision, showMore } from './carry.ts';
import { askDates, conflictOf, type FieldCase, type FieldResult, rebase } from './field-case.ts';
import { decideLatest } from './latest.ts';
import { editedSince } from './pending.ts';
import { putBack } from './undo-field.ts';
import { waitForPerson } from './wait.ts';
import { bothSides, otherSide, type Side } from './side.ts';

/** Merges one field: what both sides hold now, against what each held when they last agreed. */
export function mergeField(c: FieldCase): FieldResult {
  const decided = c.view.settled[c.rule.name]?.value;
  const undone = decided?.kind === 'put-back' ? putBack(c, decided) : null;
  if (undone !== null) return undone;
  if (c.rule.agree(c.now)) return rebase(c);
  if (decided !== undefined && decided.kind !== 'put-back') return carryOutDecision(c, decided);
  const edited = editedSince(c.view, c.rule, plainlyChanged(c));
  const { changed, overtaken } = edited;
  const known: FieldCase = { ...c, edited };
  if (!changed.servicenow && !changed.salesforce) return mergeUnedited(known);
  if (c.rule.writes !== 'both') return mergeOneWay(known, c.rule.writes, changed);
  if (changed.servicenow && changed.salesforce) return settleConflict(known);
  const from: Side = changed.servicenow ? 'servicenow' : 'salesforce';
  const conflict = overtaken === null ? null : conflictOf(c, { winner: overtaken, why: 'overtaken' });
  return carryAcross(known, from, conflict === null ? 'one-sided' : 'conflict', conflict);
}

/** Nobody edited the field, and still the sides differ: in what one of them cannot hold, or in how much a cut text shows. */
function mergeUnedited(c: FieldCase): FieldResult {
  const due = c.rule.refresh?.(c.now) ?? null;
  return due === null ? rebase(c) : showMore(c, due.on, due.value);
}

function plainlyChanged(c: FieldCase): Readonly<Record<Side, boolean>> {
  return bothSides((side) => !c.rule.same(side, c.base[side], c.now[side]));
}

/** Only `to` is ever written. What somebody typed there is put on record before it is replaced, and is never read back. */
function mergeOneWay(c: FieldCase, to: Side, changed: Readonly<Record<Side, boolean>>): FieldResult {
  const from = otherSide(to);
  const replaced = changed[to] && c.now[to] !== null;
  const conflict = replaced ? conflictOf(c, { winner: from, why: 'rule', rule: from }) : null;
  return carryAcross(c, from, conflict === null ? 'one-sided' : 'conflict', conflict);
}

function settleConflict(c: FieldCase): FieldResult {
  const { rule } = c;
  if (rule.conflict === 'manual') {
    return waitForPerson(c, (conflictId) => ({ kind: 'manual-conflict', conflictId }));
  }
  if (rule.conflict !== 'latest') {
    return carryAcross(c, rule.conflict, 'conflict', conflictOf(c, { winner: rule.conflict, why: 'rule' }));
  }
  const dates = c.view.dates[rule.name];
  if (dates === undefined) return askDates(c);
  const { winner, why } = decideLatest(dates, c.tieBreak);
  return carryAcross(c, winner, 'conflict', conflictOf(c, { winner, why, dates }));
}
