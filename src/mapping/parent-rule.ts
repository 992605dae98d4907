import { z } from 'zod';
import type { Family } from '../core/family.ts';
import type { SourceRecord } from '../core/record.ts';
import type { Carried, CarryInput, FieldRule } from '../core/rules.ts';
import { otherSide, type Side } from '../core/side.ts';
import { everyKind } from './kind-schema.ts';
import { textOf } from './text-rule.ts';

/** The ticket that this one belongs to. What is carried is the id that the linked parent has across. */
export interface ParentField {
  readonly kind: 'parent';
  readonly servicenow: string;
  readonly salesforce: string;
  /** Written on this side only; `both` by default. */
  readonly writes?: 'both' | Side;
}

const fieldName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'is no field name: letters, digits and _ only');

/** The shape of such a field in a mapping file. */
export const parentSchema = z.strictObject({
  kind: z.literal('parent'),
  servicenow: fieldName,
  salesforce: fieldName,
  ...everyKind,
  writes: z.enum(['both', 'servicenow', 'salesforce']).exactOptional(),
});

type Common = Pick<FieldRule, 'name' | 'fields' | 'conflict' | 'same'>;

/** `family` is null for rules that are bound to no ticket: then no parent can be told, and none is carried. */
export function parentRule(
  field: ParentField,
  common: Common,
  family: Family | null,
  records: Readonly<Partial<Record<Side, SourceRecord>>>,
): FieldRule {
  return {
    ...common,
    writes: field.writes ?? 'both',
    same: (_side, a, b) => textOf(a).toLowerCase() === textOf(b).toLowerCase(),
    agree: (values) => {
      const servicenow = textOf(values.servicenow);
      const salesforce = textOf(values.salesforce);
      if (servicenow === '' || salesforce === '') return servicenow === salesforce;
      return family?.across('servicenow', servicenow)?.toLowerCase() === salesforce.toLowerCase();
    },
    carry: (input) => carryParent(input, family, records),
    companions: () => ({}),
  };
}

/** A child goes ahead of its parent: the field is held until that one is linked, too. */
function carryParent(
  { to, value, target }: CarryInput,
  family: Family | null,
  records: Readonly<Partial<Record<Side, SourceRecord>>>,
): Carried {
  const from = otherSide(to);
  const parent = textOf(value);
  if (parent === '')
    return target === undefined || textOf(target) === '' ? { kind: 'keep' } : { kind: 'write', value: null };
  const across = family?.across(from, parent) ?? null;
  const child = records[from]?.id;
  if (child !== undefined && family?.circle(from, child, parent) === true)
    return { kind: 'hold', reason: { kind: 'parent-circle', side: from, value: parent } };
  if (across === null) return { kind: 'hold', reason: { kind: 'parent-not-linked', side: from, value: parent } };
  const there = records[to]?.id;
  if (there !== undefined && family?.circle(to, there, across) === true)
    return { kind: 'hold', reason: { kind: 'parent-circle', side: from, value: parent } };
  if (target !== undefined && textOf(target).toLowerCase() === across.toLowerCase()) return { kind: 'keep' };
  return { kind: 'write', value: across };
}
