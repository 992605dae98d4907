import { type FieldCase, type FieldResult, unreadable } from './field-case.ts';
import { noteHops } from './hops.ts';
import type { Base, Hops } from './link.ts';
import { sameHolds } from './holds.ts';
import { mergeField } from './merge.ts';
import { inDoubtUntil } from './pending.ts';
import type { FieldConflict, LinkPlan, LinkView, SideWrite } from './plan.ts';
import { type Fields, type FieldValue, sameVersion, type SourceRecord, valueIn } from './record.ts';
import type { FieldRule, PairRules } from './rules.ts';
import { bothSides, type Side, sides } from './side.ts';

/** When the plan is made, and how long a write may take to settle on a server. */
export interface PlanTime {
  /** ISO 8601. */
  readonly now: string;
  readonly settleMs: number;
}

/**
 * Decides what to do about one link. Pure: the same view gives the same plan. Conflicts under `latest` whose dates are not in
 * the view come back as `undated`; their fields are left alone in the plan until it is made again with dates.
 */
export function planLink(
  view: LinkView,
  rules: PairRules,
  at: PlanTime,
): { plan: LinkPlan; undated: readonly FieldConflict[] } {
  const until = inDoubtUntil(view, rules.fields, at);
  if (until !== null) return { plan: { kind: 'wait', reason: { kind: 'in-doubt', until } }, undated: [] };
  const results = rules.fields.map((rule) => ({ rule, result: mergeOne(view, rules, rule, at) }));
  const undated = results.flatMap(({ result }) => (result.undated === null ? [] : [result.undated]));
  return { plan: toPlan(view, rules, results, at), undated };
}

interface Merged {
  readonly rule: FieldRule;
  readonly result: FieldResult;
}

function mergeOne(view: LinkView, rules: PairRules, rule: FieldRule, at: PlanTime): FieldResult {
  const servicenow = valueIn(view.now.servicenow, rule.fields.servicenow);
  const salesforce = valueIn(view.now.salesforce, rule.fields.salesforce);
  if (servicenow === undefined) return unreadable(rule.name, 'servicenow');
  if (salesforce === undefined) return unreadable(rule.name, 'salesforce');
  const base = bothSides((side) => view.link.bases[side].fields[rule.fields[side]] ?? null);
  const fieldCase: FieldCase = {
    view,
    rule,
    tieBreak: rules.tieBreak,
    now: { servicenow, salesforce },
    base,
    edited: null,
    at: at.now,
  };
  return mergeField(fieldCase);
}

function toPlan(view: LinkView, rules: PairRules, merged: readonly Merged[], at: PlanTime): LinkPlan {
  const bases = bothSides((side) => nextBase(view, side, merged));
  const holds = merged.flatMap(({ result }) => (result.hold === null ? [] : [result.hold]));
  const conflicts = merged.flatMap(({ result }) => (result.conflict === null ? [] : [result.conflict]));
  const writes = sides.flatMap((side) => sideWrite(view.now[side], rules, merged));
  const moves = merged.flatMap(({ result }) => result.moves);
  const hops = nextHops(view, merged, at);
  if (writes.length > 0) return { kind: 'write', writes, moves, conflicts, holds, hops, bases };
  const moved = basesMoved(view, bases) || !sameHolds(view.link.holds, holds) || hops !== view.link.hops;
  return { kind: 'agree', bases, moved, holds, conflicts, hops };
}

function nextBase(view: LinkView, side: Side, merged: readonly Merged[]): Base {
  const fields: Record<string, FieldValue> = {};
  for (const { rule, result } of merged) {
    const field = rule.fields[side];
    const value = result.bases === null ? view.link.bases[side].fields[field] : result.bases[side];
    if (value !== undefined) fields[field] = value;
  }
  return { fields, version: view.now[side].version };
}

function sideWrite(target: SourceRecord, rules: PairRules, merged: readonly Merged[]): readonly SideWrite[] {
  const on = target.side;
  const decided: Record<string, FieldValue> = {};
  const companions: Record<string, FieldValue> = {};
  const names: string[] = [];
  for (const { rule, result } of merged) {
    const value = result.writes[on];
    if (value === undefined) continue;
    decided[rule.fields[on]] = value;
    names.push(rule.name);
    Object.assign(companions, missing(rule.companions(on, value, target), target));
  }
  if (names.length === 0) return [];
  const mapped = new Set(rules.fields.map((rule) => rule.fields[on]));
  const extra = Object.fromEntries(Object.entries(companions).filter(([field]) => !mapped.has(field)));
  return [{ on, id: target.id, fields: { ...extra, ...decided }, decided: names }];
}

/** Companions fill what is empty; what an agent has entered there stays. What the answer left out need not be empty. */
function missing(companions: Fields, target: SourceRecord): Fields {
  return Object.fromEntries(
    Object.entries(companions).filter(([field]) => valueIn(target, field) === null || valueIn(target, field) === ''),
  );
}

/** A decision of a person starts the count of its field anew; every other write is a possible hop. */
function nextHops(view: LinkView, merged: readonly Merged[], at: PlanTime): readonly Hops[] {
  const hops = merged.flatMap(({ result }) => (result.hop === null ? [] : [result.hop]));
  const byPerson = merged.filter(({ result }) => result.moves.some((move) => move.because === 'person'));
  if (hops.length + byPerson.length === 0) return view.link.hops;
  const kept = view.link.hops.filter((entry) => !byPerson.some(({ rule }) => rule.name === entry.field));
  return noteHops(kept, hops, at.now);
}

function basesMoved(view: LinkView, bases: Readonly<Record<Side, Base>>): boolean {
  return sides.some((side) => {
    const old = view.link.bases[side];
    return !sameVersion(old.version, bases[side].version) || !sameFields(old.fields, bases[side].fields);
  });
}

function sameFields(a: Fields, b: Fields): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name]);
}
