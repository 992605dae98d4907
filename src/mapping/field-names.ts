import type { DerivedField } from '../core/derived.ts';
import { otherSide, type Side } from '../core/side.ts';
import type { FieldConfig, PairConfig } from './define-config.ts';
import type { PersonField, TeamField } from './field-kinds.ts';
import { constantRule, templateRule } from './one-sided.ts';
import { assignedField } from './owner-rule.ts';
import { ownerField } from './ref-spec.ts';

type Named<T> = T & FieldConfig;

/** What one rule is built from: a field of the mapping file, or the two that share the owner of a Case. */
export type Slot =
  | { readonly kind: 'field'; readonly field: FieldConfig }
  | { readonly kind: 'owner'; readonly person: Named<PersonField> | null; readonly team: Named<TeamField> | null };

/** Name of a field in plans and conflicts. */
export function ruleName(field: FieldConfig): string {
  if (field.name !== undefined) return field.name;
  return field.kind === 'template' || field.kind === 'constant' ? field.field : field.servicenow;
}

/** The same for what one rule is built from. */
export function slotName(slot: Slot): string {
  if (slot.kind === 'field') return ruleName(slot.field);
  const { person, team } = slot;
  if (person !== null && team !== null) return person.name ?? team.name ?? 'owner';
  const only = person ?? team;
  return only === null ? 'owner' : ruleName(only);
}

/** The desk's own field of a side; null on the side that a template or constant does not read by name. */
export function nativeField(field: FieldConfig, side: Side): string | null {
  if (field.kind === 'template' || field.kind === 'constant') return side === field.to ? field.field : null;
  return field[side];
}

/** The sides that a field writes. */
export function writesOf(field: FieldConfig): 'both' | Side {
  switch (field.kind) {
    case 'shown':
      return otherSide(field.from);
    case 'template':
    case 'constant':
      return field.to;
    case 'function':
      if (field.toServiceNow === undefined) return 'salesforce';
      return field.toSalesforce === undefined ? 'servicenow' : 'both';
    case 'text':
    case 'classes':
      return 'both';
    default:
      return field.writes ?? 'both';
  }
}

/** The rules to build. An assignee and a group that go to one owner become one rule, in the place of the first. */
export function slotsOf(config: PairConfig): readonly Slot[] {
  const owners = config.fields.filter((field) => isOwner(field));
  const person = owners.find((field) => field.kind === 'person') ?? null;
  const team = owners.find((field) => field.kind === 'team') ?? null;
  return config.fields.flatMap((field): readonly Slot[] => {
    if (!isOwner(field)) return [{ kind: 'field', field }];
    return field === owners[0] ? [{ kind: 'owner', person, team }] : [];
  });
}

function isOwner(field: FieldConfig): field is Named<PersonField> | Named<TeamField> {
  return (field.kind === 'person' || field.kind === 'team') && field.salesforce === ownerField;
}

/** The field that a rule looks at and no desk has, with the side on which it looks; null for most. */
export function derivedOf(slot: Slot): { readonly side: Side; readonly field: DerivedField } | null {
  if (slot.kind === 'owner') {
    if (slot.person === null || slot.team === null) return null;
    return { side: 'servicenow', field: assignedField(slot.person.servicenow, slot.team.servicenow) };
  }
  const { field } = slot;
  if (field.kind === 'template') return { side: otherSide(field.to), field: templateRule(field, 0).derived };
  return field.kind === 'constant' ? { side: otherSide(field.to), field: constantRule(field).derived } : null;
}
