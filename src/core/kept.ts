import type { FieldValue } from './record.ts';
import type { FieldRule } from './rules.ts';
import { otherSide, type Side } from './side.ts';

/**
 * True if what `side` holds is what it kept of the other side's value, and no news to bring back. Servers that hold less than they
 * say keep the beginning of a text (ServiceNow KB0621602: what follows the first emoji is lost on old releases).
 */
export function keptOf(rule: FieldRule, side: Side, held: FieldValue, across: FieldValue): boolean {
  const to = otherSide(side);
  return rule.carry({ to, value: held, baseFrom: held, baseTo: across, target: across }).kind === 'keep';
}
