import { conflictOf, type FieldCase, type FieldResult, hold } from './field-case.ts';
import type { HoldReason } from './link.ts';
import { sides } from './side.ts';

/**
 * Leaves the field to a person. The conflict is noted once; again only if a value has changed since. `reason` gets the id of
 * the open conflict, or `''` where it is new and the store has not named it yet.
 */
export function waitForPerson(c: FieldCase, reason: (conflictId: string) => HoldReason): FieldResult {
  const open = c.view.open[c.rule.name];
  const known = open !== undefined && !valuesMoved(c);
  const conflict = known ? null : conflictOf(c, { winner: null, why: 'waits-for-person', rule: 'manual' });
  return hold(c, reason(known ? open : ''), conflict);
}

function valuesMoved(c: FieldCase): boolean {
  const noted = c.view.openValues?.[c.rule.name];
  return noted !== undefined && sides.some((side) => !c.rule.same(side, noted[side], c.now[side]));
}
