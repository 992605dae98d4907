import type { FieldDescription, ObjectDescription } from '../connectors/ticket-system.ts';
import type { FieldValue, Fields, SourceRecord } from '../core/record.ts';
import type { ConflictRule, FieldRule, PairRules } from '../core/rules.ts';
import { otherSide, type Side } from '../core/side.ts';
import { carryClass, classesAgree, classOf } from './class-rule.ts';
import type { ClassField, FieldConfig, PairConfig, SameField, ShownField, TextField } from './define-config.ts';
import { carrySame, valuesAgree } from './same-rule.ts';
import { inScope, startsAt } from './scope.ts';
import { carryText, refreshCut, textOf, textsAgree } from './text-rule.ts';

export interface RulesContext {
  /** When Casebridge was first started with this pair: the scope's start where the config names none. ISO 8601. */
  readonly startedAt: string;
  /** The live metadata where it has been read: optional fields that an object lacks are then left out. */
  readonly objects?: Readonly<Partial<Record<Side, ObjectDescription>>>;
}

const defaultMaxCreates = 200;

/** The rules of one pair, built once from its config. Expects a config without problems (config-schema, lint). */
export function buildPairRules(config: PairConfig, context: RulesContext): PairRules {
  return {
    name: config.name,
    objects: { servicenow: config.servicenow.table, salesforce: config.salesforce.object },
    fields: config.fields.filter((field) => isThere(field, context)).map((field) => buildRule(field, config, context)),
    tieBreak: config.tieBreak ?? 'servicenow',
    inScope: (record: SourceRecord) => inScope(record, config, context.startedAt),
    startsAt: startsAt(config, context.startedAt),
    maxCreatesPerPoll: config.maxCreatesPerPoll ?? defaultMaxCreates,
    looksAt: { servicenow: config.resolve === undefined ? [] : ['close_code', 'close_notes'], salesforce: [] },
  };
}

/** Name of a field in plans and conflicts. */
export function ruleName(field: FieldConfig): string {
  return field.name ?? field.servicenow;
}

function isThere(field: FieldConfig, context: RulesContext): boolean {
  if (field.kind !== 'shown' || field.optional !== true) return true;
  const object = context.objects?.[otherSide(field.from)];
  return object === undefined || describe(field, otherSide(field.from), context) !== null;
}

function describe(field: FieldConfig, side: Side, context: RulesContext): FieldDescription | null {
  return context.objects?.[side]?.fields.find((known) => known.name === field[side]) ?? null;
}

function buildRule(field: FieldConfig, config: PairConfig, context: RulesContext): FieldRule {
  const conflict = field.conflict ?? config.conflict ?? 'latest';
  switch (field.kind) {
    case 'text':
      return textRule(field, conflict);
    case 'classes':
      return classRule(field, conflict, config.resolve);
    case 'shown':
      return sameRule(field, otherSide(field.from), field.from, describe(field, otherSide(field.from), context));
    case 'same':
      return sameRule(field, field.writes ?? 'both', conflict, describe(field, 'salesforce', context));
  }
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
    fields: { servicenow: field.servicenow, salesforce: field.salesforce },
    conflict,
    same: (_side, a, b) => textOf(a) === textOf(b),
  };
}
