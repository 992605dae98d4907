import type { FieldDescription } from '../connectors/ticket-system.ts';
import { type Directory, idKey, type RefSpec } from '../core/directory.ts';
import type { FieldValue } from '../core/record.ts';
import type { FieldRule } from '../core/rules.ts';
import { bothSides, otherSide, type Side } from '../core/side.ts';
import { carryChoice, choicesAgree } from './choices-rule.ts';
import { carryDate, dateForms, datesAgree, datesSame } from './date-rule.ts';
import type { FieldConfig } from './define-config.ts';
import type { MoreFields } from './field-kinds.ts';
import { carryByFunction, functionAgrees, type Guard, writesOfFunction } from './function-rule.ts';
import { carryHtml, htmlAgrees } from './html-rule.ts';
import { constantRule, templateRule } from './one-sided.ts';
import { broughtAlong, carryPerson, personsAgree, refreshPerson, type RefPlace } from './person-rule.ts';
import { booleans, carryPlain, numbers, type Plain, plainAgree, plainSame } from './plain-rule.ts';
import type { RefField } from './ref-spec.ts';
import { textOf } from './text-rule.ts';

/** What a rule needs to know beside its field. */
export interface RuleParts {
  /** Name, native fields, conflict rule, and equality as text. */
  readonly common: Pick<FieldRule, 'name' | 'fields' | 'conflict' | 'same'>;
  readonly pair: string;
  readonly directory: Directory;
  readonly guard: Guard;
  readonly refSpec: RefSpec | null;
  /** What the field holds on that side of the ticket at hand. */
  readonly valueOn: (side: Side) => FieldValue;
  readonly describe: (side: Side) => FieldDescription | null;
}

const noCompanions = (): Readonly<Record<string, never>> => ({});

/** The longest text that Salesforce or ServiceNow keeps anywhere. */
const longestText = 131_072;

/** The rule of one of the later kinds. */
export function buildMoreRule(field: MoreFields & FieldConfig, parts: RuleParts): FieldRule {
  const { common, describe } = parts;
  const base = { ...common, companions: noCompanions };
  switch (field.kind) {
    case 'choices':
      return {
        ...base,
        writes: field.writes ?? 'both',
        agree: (values) => choicesAgree(field, values),
        carry: (input) => carryChoice(field, input),
      };
    case 'number':
      return plainRule(base, field.writes, numbers(field));
    case 'boolean':
      return plainRule(base, field.writes, booleans(field));
    case 'date': {
      const forms = dateForms(
        field,
        bothSides((side) => describe(side)?.type ?? null),
      );
      return {
        ...base,
        writes: field.writes ?? 'both',
        same: (side, a, b) => datesSame(forms, side, a, b),
        agree: (values) => datesAgree(forms, values),
        carry: (input) => carryDate(forms, input),
      };
    }
    case 'html':
      return {
        ...base,
        writes: field.writes ?? 'both',
        agree: (values) => htmlAgrees(field, values),
        carry: (input) => carryHtml(field, input),
      };
    case 'function': {
      const at = { pair: parts.pair, field: common.name, guard: parts.guard };
      return {
        ...base,
        writes: writesOfFunction(field),
        agree: (values) => functionAgrees(field, at, values),
        carry: (input) => carryByFunction(field, at, input),
      };
    }
    case 'template':
      return oneSided(base, templateRule(field, field.limit ?? describe(field.to)?.length ?? longestText));
    case 'constant':
      return oneSided(base, constantRule(field));
    case 'person':
    case 'team':
      return personRule(field, parts);
  }
}

type Base = RuleParts['common'] & Pick<FieldRule, 'companions'>;

function plainRule<T>(base: Base, writes: FieldRule['writes'] | undefined, plain: Plain<T>): FieldRule {
  return {
    ...base,
    writes: writes ?? 'both',
    same: (side, a, b) => plainSame(plain, side, a, b),
    agree: (values) => plainAgree(plain, values),
    carry: (input) => carryPlain(plain, input),
  };
}

/** Nobody reads back what is only shown, so the side it comes from is always right. */
function oneSided(base: Base, rule: ReturnType<typeof templateRule>): FieldRule {
  const { fields, writes, agree, carry } = rule;
  return { ...base, conflict: writes === 'both' ? base.conflict : otherSide(writes), fields, writes, agree, carry };
}

function personRule(field: RefField, { common, directory, refSpec, valueOn }: RuleParts): FieldRule {
  if (refSpec === null) throw new Error(`${common.name} has no way to recognise people`);
  const place: RefPlace = { field, spec: refSpec, directory };
  return {
    ...common,
    writes: field.writes ?? 'both',
    same: (side, a, b) => idKey(side, textOf(a)) === idKey(side, textOf(b)),
    agree: (values) => personsAgree(place, values),
    carry: (input) => carryPerson(place, input),
    refresh: (values) => onlyWritten(field.writes, refreshPerson(place, values)),
    companions: (to, value) => broughtAlong(place, to, value, valueOn(otherSide(to))),
  };
}

/** A one-way field refreshes nothing on the side that it never writes. */
function onlyWritten<T extends { readonly on: Side }>(
  writes: FieldRule['writes'] | undefined,
  due: T | null,
): T | null {
  return due === null || writes === undefined || writes === 'both' || writes === due.on ? due : null;
}
