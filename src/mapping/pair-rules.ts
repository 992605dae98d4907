import type { ObjectDescription } from '../connectors/ticket-system.ts';
import type { DerivedField } from '../core/derived.ts';
import { isId, type Ref, type RefSpec, type Ticket } from '../core/directory.ts';
import { type SourceRecord, valueIn } from '../core/record.ts';
import type { FieldRule, PairRules } from '../core/rules.ts';
import { bothSides, otherSide, type Side, sides } from '../core/side.ts';
import { type Building, buildRule, describeField, isForAll, ownerFields, ownerPlace, specOf } from './build-rule.ts';
import { fieldsIn } from './condition.ts';
import { buildCommentRules } from './comments-config.ts';
import type { PairConfig } from './define-config.ts';
import { derivedOf, ruleName, type Slot, slotsOf } from './field-names.ts';
import { buildFileRules } from './files-config.ts';
import type { Guard } from './function-rule.ts';
import { matchFields, matchRules } from './match-config.ts';
import { refsOfOwner } from './owner-rule.ts';
import { lifeRules, scopeFields, surelyInScope } from './life-config.ts';
import { recordTypeField, routing } from './routing.ts';
import { inScope, startsAt } from './scope.ts';
import { textOf } from './text-rule.ts';
import { compileTransitions, type Transitions } from './transition-rule.ts';

export interface RulesContext {
  /** When Casebridge was first started with this pair: the scope's start where the config names none. ISO 8601. */
  readonly startedAt: string;
  /** When its comments were first switched on; default `startedAt`. ISO 8601. */
  readonly commentsStartedAt?: string;
  /** When its files were first switched on; default `startedAt`. ISO 8601. */
  readonly filesStartedAt?: string;
  /** The live metadata where it has been read: optional fields that an object lacks are then left out. */
  readonly objects?: Readonly<Partial<Record<Side, ObjectDescription>>>;
  /** The other pairs of the mapping file: a record of theirs is not ours. */
  readonly others?: readonly PairConfig[];
  /** Ends functions of the mapping file that take too long; without one they run as they are. */
  readonly guard?: Guard;
}

const defaultMaxCreates = 200;

/** The rules of one pair, built once from its config. Expects a config without problems (config-schema, lint). */
export function buildPairRules(config: PairConfig, context: RulesContext): PairRules {
  const building: Building = {
    config,
    objects: context.objects ?? {},
    guard: context.guard ?? ((work) => work()),
    ticket: null,
    specs: new Map(),
  };
  const slots = slotsOf(config).filter((slot) => isThere(slot, building));
  const transitions = compileTransitions(config);
  const ruleFor = (slot: Slot, ticket: Ticket | null): FieldRule =>
    withTransitions(buildRule(slot, { ...building, ticket }), transitions, ticket);
  const fields = slots.map((slot) => ruleFor(slot, null));
  const pair: PairRules = {
    name: config.name,
    objects: { servicenow: config.servicenow.table, salesforce: config.salesforce.object },
    fields,
    tieBreak: config.tieBreak ?? 'servicenow',
    inScope: (record: SourceRecord) =>
      inScope(record, config, context.startedAt) && surelyInScope(config.scope, record),
    startsAt: startsAt(config, context.startedAt),
    ...(config.comments === undefined
      ? {}
      : { comments: buildCommentRules(config.comments, context.commentsStartedAt ?? context.startedAt) }),
    ...filesOf(config, context),
    maxCreatesPerPoll: config.maxCreatesPerPoll ?? defaultMaxCreates,
    looksAt: bothSides((side) => looksAt(config, transitions, side)),
    derived: derivedFields(slots),
    life: lifeRules(config, fields, context.startedAt),
    ...routing(config, building.objects, context.others ?? []),
    ...matching(config, building.objects),
  };
  const bindTo = (ticket: Ticket): PairRules => {
    const own = slots.map((slot, at) => {
      const known = isForAll(slot) && !transitions.showsFields ? fields[at] : undefined;
      return known ?? ruleFor(slot, ticket);
    });
    // A closing write takes nothing but companions from the rules.
    const life = transitions.showsFields ? { life: lifeRules(config, own, context.startedAt) } : {};
    return { ...pair, fields: own, ...life };
  };
  const naming = slots.filter(namesPeople);
  const bound =
    parentsOf(config).length > 0 ||
    naming.length > 0 ||
    transitions.showsFields ||
    config.fields.some(({ when }) => when !== undefined);
  return {
    ...pair,
    ...(naming.length === 0
      ? {}
      : {
          refs: (records: Ticket['records']) => naming.flatMap((slot) => refsOf(slot, building, records)),
          refSpecs: naming.flatMap((slot) => specsOf(slot, building)),
        }),
    ...(bound ? { bind: bindTo } : {}),
  };
}

function matching(config: PairConfig, objects: Building['objects']): Pick<PairRules, 'match' | 'parents'> {
  const match = matchRules(config.match, objects, {
    servicenow: config.servicenow.table,
    salesforce: config.salesforce.object,
  });
  const parents = parentsOf(config);
  return { ...(match === undefined ? {} : { match }), ...(parents.length === 0 ? {} : { parents }) };
}

function parentsOf(config: PairConfig): readonly Readonly<Record<Side, string>>[] {
  return config.fields.flatMap((field) => (field.kind === 'parent' ? [field] : []));
}

function isThere(slot: Slot, { objects }: Building): boolean {
  if (slot.kind === 'owner' || slot.field.kind !== 'shown' || slot.field.optional !== true) return true;
  const to = otherSide(slot.field.from);
  return objects[to] === undefined || describeField(slot.field, to, objects) !== null;
}

function withTransitions(rule: FieldRule, transitions: Transitions, ticket: Ticket | null): FieldRule {
  return {
    ...rule,
    companions: (to, value, target) => ({
      ...rule.companions(to, value, target),
      ...transitions.companions(to, rule.fields[to], value, ticket?.records ?? null),
    }),
  };
}

/** Fields that rules look at beside the mapped ones: what a transition fills, shows or a condition asks. */
function looksAt(config: PairConfig, transitions: Transitions, side: Side): readonly string[] {
  const resolving = side === 'servicenow' && config.resolve !== undefined ? ['close_code', 'close_notes'] : [];
  const asked = config.fields.flatMap(({ when }) => (when?.[side] === undefined ? [] : fieldsIn(when[side])));
  const brought = config.fields.flatMap((field) =>
    field.kind === 'person' ? Object.keys(field.brings?.[side] ?? {}) : [],
  );
  return [
    ...new Set([
      ...(side === 'salesforce' && config.salesforce.recordType !== undefined ? [recordTypeField] : []),
      ...matchFields(config.match, side),
      ...resolving,
      ...transitions.looksAt[side],
      ...asked,
      ...brought,
      ...scopeFields(config.scope, side),
    ]),
  ];
}

function derivedFields(slots: readonly Slot[]): Readonly<Record<Side, readonly DerivedField[]>> {
  const all = slots.flatMap((slot) => derivedOf(slot) ?? []);
  return bothSides((side) => all.filter((one) => one.side === side).map(({ field }) => field));
}

function namesPeople(slot: Slot): boolean {
  return slot.kind === 'owner' || slot.field.kind === 'person' || slot.field.kind === 'team';
}

function specsOf(slot: Slot, building: Building): readonly RefSpec[] {
  if (slot.kind === 'owner') {
    const { person, team } = ownerPlace(slot, building);
    return [person, team].flatMap((place) => (place === null ? [] : [place.spec]));
  }
  const { field } = slot;
  return field.kind === 'person' || field.kind === 'team' ? [specOf(field, ruleName(field), building)] : [];
}

/** Everybody whom these records name in this rule's fields. */
function refsOf(slot: Slot, building: Building, records: Ticket['records']): readonly Ref[] {
  const valueOf = (side: Side, name: string) => {
    const record = records[side];
    return record === undefined ? null : (valueIn(record, name) ?? null);
  };
  if (slot.kind === 'owner') {
    const fields = ownerFields(slot);
    const values = bothSides((side) => valueOf(side, fields[side]));
    return refsOfOwner(ownerPlace(slot, building), values).map(({ place, side, id }) => ({
      spec: place.spec,
      side,
      id,
    }));
  }
  const { field } = slot;
  if (field.kind !== 'person' && field.kind !== 'team') return [];
  const spec = specOf(field, ruleName(field), building);
  return sides.flatMap((side) => {
    const id = textOf(valueOf(side, field[side]));
    return isId(side, id) ? [{ spec, side, id }] : [];
  });
}

function filesOf(config: PairConfig, context: RulesContext): Pick<PairRules, 'files'> {
  if (config.files === undefined) return {};
  const startsAt = context.filesStartedAt ?? context.startedAt;
  return { files: buildFileRules(config.files, config.servicenow.table, startsAt) };
}
