import type { FieldValue } from '../core/record.ts';
import type { Carried, CarryInput } from '../core/rules.ts';
import { otherSide, type Side } from '../core/side.ts';
import type { ClassField } from './define-config.ts';

type ClassEntry = ClassField['classes'][number];

/** Which class a side's value belongs to; undefined for a value in none. */
export function classOf(field: ClassField, side: Side, value: FieldValue): ClassEntry | undefined {
  return value === null ? undefined : field.classes.find((entry) => entry[side].includes(String(value)));
}

/** One class, two empty values, or a value that the mapping leaves untouched. */
export function classesAgree(field: ClassField, values: Readonly<Record<Side, FieldValue>>): boolean {
  if (isEmpty(values.servicenow) && isEmpty(values.salesforce)) return true;
  const servicenow = classOf(field, 'servicenow', values.servicenow);
  const salesforce = classOf(field, 'salesforce', values.salesforce);
  if (servicenow === undefined || salesforce === undefined) return field.others === 'ignore';
  return servicenow === salesforce;
}

/** Writes the first value of the class, unless the target is in that class already. */
export function carryClass(field: ClassField, { to, value, target }: CarryInput): Carried {
  const from = otherSide(to);
  const entry = classOf(field, from, value);
  if (entry === undefined) {
    if (field.others === 'ignore' || (target !== undefined && isEmpty(value) && isEmpty(target)))
      return { kind: 'keep' };
    return { kind: 'hold', reason: { kind: 'no-counterpart', side: from, value: isEmpty(value) ? '' : String(value) } };
  }
  const held = target === undefined ? undefined : classOf(field, to, target);
  if (held === entry) return { kind: 'keep' };
  if (held?.locked?.includes(String(target)) === true) {
    const followUp = field.reopen === 'followUp' ? ({ followUp: true } as const) : {};
    return { kind: 'hold', reason: { kind: 'class-locked', side: to, value: String(target), ...followUp } };
  }
  return { kind: 'write', value: entry[to][0] };
}

function isEmpty(value: FieldValue): boolean {
  return value === null || value === '';
}
