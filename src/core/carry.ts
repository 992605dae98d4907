import { conflictOf, type FieldCase, type FieldResult, hold, rebase, withSide, write } from './field-case.ts';
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
  if (carried.kind === 'keep') return rebase(c);
  if (carried.kind === 'hold') return hold(carried.reason, c.rule.name);
  if (carried.kind === 'conflict') return waitForPerson(c, () => ({ kind: 'cut-text-edited', side: from }));
  if (c.rule.same(to, carried.value, c.now[to])) return rebase(c);
  if (refusedBefore(c, to, carried.value))
    return hold({ kind: 'refused', side: to, value: carried.value }, c.rule.name);
  return write(c, from, withEcho(c, from, carried.value), because, conflict);
}

/** Carries out what a person has decided, whatever the rule would have said. */
export function carryOutDecision(c: FieldCase, decision: SettledValue): FieldResult {
  const carried =
    decision.kind === 'take'
      ? convertFresh(c, decision.side)
      : c.rule.carry({ to: 'salesforce', value: decision.value, baseFrom: undefined, target: c.now.salesforce });
  if (carried.kind === 'hold') return hold(carried.reason, c.rule.name);
  const across = carried.kind === 'write' ? carried.value : undefined;
  const writes =
    decision.kind === 'take'
      ? across === undefined
        ? {}
        : withEcho(c, decision.side, across)
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

/**
 * The write across, and one back to `from` where the two would still differ: the tail that a cut text keeps may now fit on
 * the shorter side as well.
 */
function withEcho(c: FieldCase, from: Side, value: FieldValue): Writes {
  const to = otherSide(from);
  const across: Writes = to === 'servicenow' ? { servicenow: value } : { salesforce: value };
  if (c.rule.writes !== 'both' || c.rule.agree(withSide(c.now, to, value))) return across;
  const back = c.rule.carry({ to: from, value, baseFrom: undefined, target: c.now[from] });
  if (back.kind !== 'write' || c.rule.same(from, back.value, c.now[from])) return across;
  return from === 'servicenow' ? { ...across, servicenow: back.value } : { ...across, salesforce: back.value };
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
