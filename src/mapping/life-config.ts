import { z } from 'zod';
import { defaultLife, type LifeRules } from '../core/life/rules.ts';
import { type Fields, type FieldValue, type SourceRecord, valueIn } from '../core/record.ts';
import type { FieldRule } from '../core/rules.ts';
import { bothSides, type Side } from '../core/side.ts';
import { classOf } from './class-rule.ts';
import { type Condition, fieldsIn, judge } from './condition.ts';
import { conditionSchema } from './condition-schema.ts';
import type { ClassField, FieldConfig } from './define-config.ts';

/** What happens to the other ticket where one of two is deleted, merged, or leaves the scope. */
export interface LifeConfig {
  /**
   * `detach` (default): the other one gets an internal notice and is left alone. `close`: it is closed. `delete`: it is deleted, if
   * nobody has touched it since both were last in step. `ignore`: left alone without a word.
   */
  readonly deleted?: LifeRules['deleted'];
  /** `follow` (default): the pair goes on with the record that is left, if that one has none; else as `detach`. */
  readonly merged?: LifeRules['merged'];
  /** `ignore` (default): followed wherever it goes. Nothing is ever deleted for this. */
  readonly outOfScope?: LifeRules['outOfScope'];
  /** `attach` (default): the pair is taken up again. */
  readonly backInScope?: LifeRules['backInScope'];
  /** More than so many of these within ten minutes, or half of all pairs, stop the pair until a person says yes; default 20. */
  readonly maxPerRun?: number;
}

/** Which tickets are ours, by what their fields hold; beside the start point. A ticket counts where it was born. */
export type ScopeConfig = Readonly<Partial<Record<Side, Condition>>>;

const acts = ['detach', 'close', 'delete', 'ignore'] as const;

/** The shape of `life` in a mapping file. */
export const lifeSchema = z.strictObject({
  deleted: z.enum(acts).exactOptional(),
  merged: z.enum(['follow', ...acts]).exactOptional(),
  outOfScope: z.enum(['ignore', 'detach', 'close']).exactOptional(),
  backInScope: z.enum(['attach', 'ignore']).exactOptional(),
  maxPerRun: z.int().min(1, 'must be at least 1').exactOptional(),
});

/** The shape of `scope` in a mapping file. */
export const scopeSchema = z.strictObject({
  servicenow: conditionSchema.exactOptional(),
  salesforce: conditionSchema.exactOptional(),
});

interface Parts {
  readonly life?: LifeConfig;
  readonly scope?: ScopeConfig;
  readonly fields: readonly FieldConfig[];
}

/**
 * The rules that core works by. `rules` are those of the pair's fields, for what a closing write needs beside the state. `startedAt`: when
 * the pair was first started.
 */
export function lifeRules(config: Parts, rules: readonly FieldRule[], startedAt: string): LifeRules {
  const states = config.fields.flatMap((field) =>
    field.kind === 'classes' && field.resolveClass !== undefined ? [field] : [],
  );
  return {
    ...defaultLife,
    ...config.life,
    followedFrom: startedAt,
    inScope: (record) => inScopeOf(config.scope, record),
    closing: (target) => closing(states, rules, target),
    stateFields: bothSides((side) => states.map((field) => field[side])),
  };
}

/** False only where the record surely does not meet its side's condition: a field that was not read says nothing. */
export function inScopeOf(scope: ScopeConfig | undefined, record: SourceRecord): boolean {
  const condition = scope?.[record.side];
  return condition === undefined || judge(condition, record) !== 'no';
}

/** True only where the record surely meets its side's condition: nothing is created from what was not read. */
export function surelyInScope(scope: ScopeConfig | undefined, record: SourceRecord): boolean {
  const condition = scope?.[record.side];
  return condition === undefined || judge(condition, record) === 'yes';
}

/** Fields that the scope looks at on a side. */
export function scopeFields(scope: ScopeConfig | undefined, side: Side): readonly string[] {
  const condition = scope?.[side];
  return condition === undefined ? [] : fieldsIn(condition);
}

function closing(
  states: readonly (ClassField & FieldConfig)[],
  rules: readonly FieldRule[],
  target: SourceRecord,
): Fields | null {
  if (states.length === 0) return null;
  const { side } = target;
  const fields: Record<string, FieldValue> = {};
  for (const field of states) {
    const closed = field.resolveClass === undefined ? undefined : field.classes[field.resolveClass];
    const held = valueIn(target, field[side]) ?? null;
    if (closed === undefined || classOf(field, side, held) === closed) continue;
    const value = closed[side][0];
    const rule = rules.find((one) => one.fields[side] === field[side]);
    const companions = Object.entries(rule?.companions(side, value, target) ?? {});
    for (const [name, extra] of companions) if ((valueIn(target, name) ?? '') === '') fields[name] = extra;
    fields[field[side]] = value;
  }
  return fields;
}
