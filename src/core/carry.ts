import { conflictOf, type FieldCase, type FieldResult, hold, rebase, show, write } from './field-case.ts';
import { hopCount, maxHops } from './hops.ts';
import type { Hold } from './link.ts';
import type { FieldConflict, FieldMove, SettledValue } from './plan.ts';
import { type FieldValue, sameVersion } from './record.ts';
import type { Carried } from './rules.ts';
import { otherSide, type Side } from './side.ts';
import { waitForPerson } from './wait.ts';

type Writes = Readonly<Partial<Record<Side, FieldValue>>>;

/** Carries the value of `from` across. `conflict` is the row to note if that overwrites something. */
export function carryAcross(
  c: FieldCase,
  from: Side,
  because: FieldMove['because'],
  conflict: FieldConflict | null,
): FieldResult {
  const to = otherSide(from);
  const hops = hopCount(c.view.link.hops, { field: c.rule.name, from, to }, c.at);
  if (hops > maxHops || heldAs(c, 'bouncing') !== undefined) {
    return waitForPerson(c, () => ({ kind: 'bouncing', hops: maxHops }));
  }
  const carried = convert(c, from);
  if (carried.kind === 'hold') return hold(c, carried.reason);
  if (carried.kind === 'conflict' || dependsOnPast(c, from, carried)) {
    return waitForPerson(c, () => ({ kind: 'cut-text-edited', side: from }));
  }
  if (carried.kind === 'keep') return rebase(c);
  if (c.rule.same(to, carried.value, c.now[to])) return rebase(c);
  if (refusedBefore(c, to, carried.value)) return hold(c, { kind: 'refused', side: to, value: carried.value });
  return write(c, from, onSide(to, carried.value), because, conflict);
}

/** Carries out what a person has decided, whatever the rule would have said. */
export function carryOutDecision(c: FieldCase, decision: SettledValue): FieldResult {
  const carried =
    decision.kind === 'take'
      ? convertFresh(c, decision.side)
      : c.rule.carry({ to: 'salesforce', value: decision.value, baseFrom: undefined, target: c.now.salesforce });
  if (carried.kind === 'hold') return hold(c, carried.reason);
  const across = carried.kind === 'write' ? carried.value : undefined;
  const writes =
    decision.kind === 'take'
      ? across === undefined
        ? {}
        : onSide(otherSide(decision.side), across)
      : { servicenow: decision.value, ...(across === undefined ? {} : { salesforce: across }) };
  const needed = differing(c, writes);
  if (Object.keys(needed).length === 0) return rebase(c);
  const winner = decision.kind === 'take' ? decision.side : null;
  return write(c, winner ?? 'servicenow', needed, 'person', conflictOf(c, { winner, why: 'settled-by-person' }));
}

function convert(c: FieldCase, from: Side): Carried {
  const to = otherSide(from);
  return c.rule.carry({ to, value: c.now[from], baseFrom: c.base[from], target: c.now[to], baseTo: c.base[to] });
}

/** A person took this side knowing what the other holds: a cut text then goes over as it stands. */
function convertFresh(c: FieldCase, from: Side): Carried {
  const carried = convert(c, from);
  if (carried.kind !== 'conflict') return carried;
  return c.rule.carry({ to: otherSide(from), value: c.now[from], baseFrom: undefined, target: undefined });
}

/** True if the bases decide what the value means across, and the bases are uncertain: then nobody but a person can tell. */
function dependsOnPast(c: FieldCase, from: Side, carried: Carried): boolean {
  if (c.edited === null || c.edited.certain) return false;
  const to = otherSide(from);
  const fresh = c.rule.carry({ to, value: c.now[from], baseFrom: undefined, target: c.now[to] });
  if (fresh.kind !== 'write' || carried.kind !== 'write') return fresh.kind !== carried.kind;
  return !c.rule.same(to, fresh.value, carried.value);
}

/** Brings a cut text up to date with the text behind it. */
export function showMore(c: FieldCase, on: Side, value: FieldValue): FieldResult {
  if (refusedBefore(c, on, value)) return hold(c, { kind: 'refused', side: on, value });
  return show(c, on, value);
}

function onSide(side: Side, value: FieldValue): Writes {
  return side === 'servicenow' ? { servicenow: value } : { salesforce: value };
}

/** Only what a side does not hold already, and only on sides that this rule writes. */
function differing(c: FieldCase, writes: Writes): Writes {
  const keep = (side: Side): boolean => {
    const value = writes[side];
    if (value === undefined) return false;
    return (c.rule.writes === 'both' || c.rule.writes === side) && !c.rule.same(side, value, c.now[side]);
  };
  return {
    ...(keep('servicenow') ? { servicenow: writes.servicenow ?? null } : {}),
    ...(keep('salesforce') ? { salesforce: writes.salesforce ?? null } : {}),
  };
}

/** True while this very write was refused and neither record has changed since. */
function refusedBefore(c: FieldCase, to: Side, value: FieldValue): boolean {
  const reason = heldAs(c, 'refused')?.reason;
  if (reason?.kind !== 'refused' || reason.side !== to || !c.rule.same(to, reason.value, value)) return false;
  return sameVersion(c.view.now[to].version, c.view.link.bases[to].version);
}

function heldAs(c: FieldCase, kind: Hold['reason']['kind']): Hold | undefined {
  return c.view.link.holds.find((held) => held.field === c.rule.name && held.reason.kind === kind);
}
