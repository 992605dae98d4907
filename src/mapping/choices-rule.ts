import type { FieldValue } from '../core/record.ts';
import type { Carried, CarryInput } from '../core/rules.ts';
import { otherSide, type Side } from '../core/side.ts';
import type { ChoicesField, Otherwise } from './field-kinds.ts';
import { textOf } from './text-rule.ts';

/** What a field does with a value without a counterpart, on the side that is written. */
export function otherwiseOn(
  field: { readonly otherwise?: Otherwise | Readonly<Partial<Record<Side, Otherwise>>> },
  to: Side,
): Otherwise {
  const said = field.otherwise ?? 'keep';
  return typeof said === 'string' ? said : (said[to] ?? 'keep');
}

/** True if one side's value gives the other's, in either direction: several values may share one counterpart. */
export function choicesAgree(field: ChoicesField, values: Readonly<Record<Side, FieldValue>>): boolean {
  const { servicenow, salesforce } = values;
  return (
    choiceFor(field, 'salesforce', servicenow) === textOf(salesforce) ||
    choiceFor(field, 'servicenow', salesforce) === textOf(servicenow)
  );
}

/** Writes the counterpart; holds a value that has none, unless the mapping says what to do with it. */
export function carryChoice(field: ChoicesField, { to, value, target }: CarryInput): Carried {
  const choice = choiceFor(field, to, value);
  if (choice === null)
    return { kind: 'hold', reason: { kind: 'no-counterpart', side: otherSide(to), value: textOf(value) } };
  if (target !== undefined && textOf(target) === choice) return { kind: 'keep' };
  return { kind: 'write', value: choice === '' ? null : choice };
}

/** `''` empties; null where there is none. */
function choiceFor(field: ChoicesField, to: Side, value: FieldValue): string | null {
  const text = textOf(value);
  if (text === '') return '';
  const from = otherSide(to);
  const line = field.map.find(([servicenow, salesforce]) => (from === 'servicenow' ? servicenow : salesforce) === text);
  if (line !== undefined) return to === 'servicenow' ? line[0] : line[1];
  const otherwise = otherwiseOn(field, to);
  if (otherwise === 'keep') return null;
  return otherwise === 'empty' ? '' : otherwise === 'same' ? text : otherwise;
}
