import type { FieldDescription, ObjectDescription } from '../connectors/ticket-system.ts';
import { type Directory, idKey, type RefSpec, type Ticket } from '../core/directory.ts';
import { type FieldValue, type Fields, valueIn } from '../core/record.ts';
import type { ConflictRule, FieldRule } from '../core/rules.ts';
import { otherSide, type Side } from '../core/side.ts';
import { carryClass, classesAgree, classOf } from './class-rule.ts';
import type { ClassField, FieldConfig, PairConfig, SameField, ShownField, TextField } from './define-config.ts';
import { derivedOf, nativeField, ruleName, type Slot, slotName } from './field-names.ts';
import type { Guard } from './function-rule.ts';
import { buildMoreRule } from './more-rules.ts';
import { parentRule } from './parent-rule.ts';
import { carryOwner, type OwnerPlace, ownersAgree, refreshOwner, sameAssigned } from './owner-rule.ts';
import type { RefPlace } from './person-rule.ts';
import { ownerField, refSpec, type RefField } from './ref-spec.ts';
import { carrySame, valuesAgree } from './same-rule.ts';
import { carryText, refreshCut, textOf, textsAgree } from './text-rule.ts';
import { withCondition } from './when-rule.ts';

/** What every rule of a pair is built with. */
export interface Building {
  readonly config: PairConfig;
  readonly objects: Readonly<Partial<Record<Side, ObjectDescription>>>;
  readonly guard: Guard;
  /** The ticket at hand; null for rules that are bound to none. */
  readonly ticket: Ticket | null;
  /** How the people of each field are recognised, by field: the same for every ticket. */
  readonly specs: Map<RefField, RefSpec>;
}

/** Nobody was looked up: says nothing about anybody. */
const closedDirectory: Directory = {
  counterpart: (_spec, side) => ({ kind: 'unreadable', side }),
  named: (_spec, side) => ({ kind: 'unreadable', side }),
};

export function buildRule(slot: Slot, building: Building): FieldRule {
  return slot.kind === 'owner' ? ownerRule(slot, building) : fieldRule(slot.field, building);
}

/** How the people of a field are recognised, where it names any. */
export function specOf(field: RefField, name: string, { config, specs }: Building): RefSpec {
  const known = specs.get(field);
  if (known !== undefined) return known;
  const spec = refSpec(field, config.name, name, config.salesforce.object);
  specs.set(field, spec);
  return spec;
}

/** True for a rule that is the same for every ticket. */
export function isForAll(slot: Slot): boolean {
  if (slot.kind === 'owner' || slot.field.when !== undefined) return false;
  return ['text', 'classes', 'shown', 'same'].includes(slot.field.kind);
}

/** The two places where a Case's owner comes from. */
export function ownerPlace(slot: Extract<Slot, { kind: 'owner' }>, building: Building): OwnerPlace {
  const place = (field: RefField | null): RefPlace | null =>
    field === null
      ? null
      : {
          field,
          spec: specOf(field, slotName(slot), building),
          directory: building.ticket?.directory ?? closedDirectory,
        };
  return { person: place(slot.person), team: place(slot.team) };
}

/** The fields in which the owner of a Case stands. */
export function ownerFields(slot: Extract<Slot, { kind: 'owner' }>): Readonly<Record<Side, string>> {
  const only = slot.person ?? slot.team;
  return { servicenow: derivedOf(slot)?.field.name ?? only?.servicenow ?? '', salesforce: ownerField };
}

function ownerRule(slot: Extract<Slot, { kind: 'owner' }>, building: Building): FieldRule {
  const place = ownerPlace(slot, building);
  const only = slot.person ?? slot.team;
  const rule: FieldRule = {
    name: slotName(slot),
    fields: ownerFields(slot),
    conflict: slot.person?.conflict ?? slot.team?.conflict ?? building.config.conflict ?? 'latest',
    writes: only?.writes ?? 'both',
    same: (side, a, b) =>
      side === 'servicenow' ? sameAssigned(place, a, b) : idKey(side, textOf(a)) === idKey(side, textOf(b)),
    agree: (values) => ownersAgree(place, values),
    carry: (input) => carryOwner(place, input),
    refresh: (values) => (only?.writes === 'servicenow' ? null : refreshOwner(place, values)),
    companions: () => ({}),
  };
  const when = slot.person?.when ?? slot.team?.when;
  return when === undefined ? rule : withCondition(rule, when, building.ticket?.records ?? null);
}

function fieldRule(field: FieldConfig, building: Building): FieldRule {
  const rule = plainFieldRule(field, building);
  return field.when === undefined ? rule : withCondition(rule, field.when, building.ticket?.records ?? null);
}

function plainFieldRule(field: FieldConfig, building: Building): FieldRule {
  const { config, ticket } = building;
  const conflict = field.conflict ?? config.conflict ?? 'latest';
  const describe = (side: Side): FieldDescription | null => describeField(field, side, building.objects);
  switch (field.kind) {
    case 'text':
      return textRule(field, conflict);
    case 'classes':
      return classRule(field, conflict, config.resolve);
    case 'shown':
      return sameRule(field, otherSide(field.from), field.from, describe(otherSide(field.from)));
    case 'same':
      return sameRule(field, field.writes ?? 'both', conflict, describe('salesforce'));
    case 'parent':
      return parentRule(field, common(field, conflict), ticket?.family ?? null, ticket?.records ?? {});
    default:
      return buildMoreRule(field, {
        common: common(field, conflict),
        pair: config.name,
        directory: ticket?.directory ?? closedDirectory,
        guard: building.guard,
        refSpec: field.kind === 'person' || field.kind === 'team' ? specOf(field, ruleName(field), building) : null,
        valueOn: (side) => valueOnTicket(field, side, ticket),
        describe,
      });
  }
}

function valueOnTicket(field: FieldConfig, side: Side, ticket: Ticket | null): FieldValue {
  const record = ticket?.records[side];
  const name = nativeField(field, side);
  return record === undefined || name === null ? null : (valueIn(record, name) ?? null);
}

/** What the live metadata says about the field of a side; null where it says nothing. */
export function describeField(
  field: FieldConfig,
  side: Side,
  objects: Readonly<Partial<Record<Side, ObjectDescription>>>,
): FieldDescription | null {
  const name = nativeField(field, side);
  return objects[side]?.fields.find((known) => known.name === name) ?? null;
}

function textRule(field: TextField & FieldConfig, conflict: ConflictRule): FieldRule {
  return {
    ...common(field, conflict),
    writes: 'both',
    agree: (values) => textsAgree(values, field.limits),
    carry: (input) => carryText(input, field.limits),
    refresh: (values) => refreshCut(values, field.limits),
    companions: () => ({}),
  };
}

function classRule(field: ClassField & FieldConfig, conflict: ConflictRule, resolve: PairConfig['resolve']): FieldRule {
  return {
    ...common(field, conflict),
    writes: 'both',
    agree: (values) => classesAgree(field, values),
    carry: (input) => carryClass(field, input),
    companions: (to, value) => (to === 'servicenow' ? resolution(field, value, resolve) : {}),
  };
}

function sameRule(
  field: (ShownField | SameField) & FieldConfig,
  writes: FieldRule['writes'],
  conflict: ConflictRule,
  description: FieldDescription | null,
): FieldRule {
  return {
    ...common(field, conflict),
    writes,
    agree: valuesAgree,
    carry: (input) => carrySame(input, description),
    companions: () => ({}),
  };
}

/** ServiceNow takes no Resolved or Closed without both (its data policy answers 403). */
function resolution(field: ClassField, value: FieldValue, resolve: PairConfig['resolve']): Fields {
  const closing = field.resolveClass === undefined ? undefined : field.classes[field.resolveClass];
  if (resolve === undefined || closing === undefined || classOf(field, 'servicenow', value) !== closing) return {};
  return { close_code: resolve.closeCode, close_notes: resolve.closeNotes };
}

function common(field: FieldConfig, conflict: ConflictRule): Pick<FieldRule, 'name' | 'fields' | 'conflict' | 'same'> {
  return {
    name: ruleName(field),
    fields: { servicenow: nativeField(field, 'servicenow') ?? '', salesforce: nativeField(field, 'salesforce') ?? '' },
    conflict,
    same: (_side, a, b) => a === b || textOf(a) === textOf(b),
  };
}
