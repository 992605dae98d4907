import { type FieldCase, type FieldResult, rebase, write } from './field-case.ts';
import type { PutBack } from './plan.ts';
import type { FieldValue } from './record.ts';
import { otherSide, type Side, sides } from './side.ts';

/**
 * Carries out an undo of one field, unless somebody was there first: null then, and the field is merged like any other. Both sides
 * may come to differ, which is what the run's first value asks for; the bases say so, so that nothing is carried over it.
 */
export function putBack(c: FieldCase, { on }: PutBack): FieldResult | null {
  const wanted = (side: Side): FieldValue | undefined => on[side]?.value;
  // Landed by an earlier try whose end was not recorded, or put back by hand.
  const isBack = (side: Side): boolean => {
    const value = wanted(side);
    return value !== undefined && c.rule.same(side, c.now[side], value);
  };
  const untouched = (side: Side): boolean => {
    const goal = on[side];
    const agreed = c.rule.same(side, c.now[side], c.base[side]);
    return agreed && (goal === undefined || c.rule.same(side, c.now[side], goal.expect));
  };
  if (!sides.every((side) => isBack(side) || untouched(side))) return null;
  const writes: { [S in Side]?: FieldValue } = {};
  for (const side of sides) {
    const value = wanted(side);
    if (value !== undefined && !isBack(side) && mayWrite(c, side)) writes[side] = value;
  }
  const [first] = sides.filter((side) => side in writes);
  // No conflict is noted: what is replaced is what we wrote ourselves, and the history has it.
  return first === undefined ? rebase(c) : write(c, otherSide(first), writes, 'person', null);
}

function mayWrite({ rule }: FieldCase, side: Side): boolean {
  return rule.writes === 'both' || rule.writes === side;
}
