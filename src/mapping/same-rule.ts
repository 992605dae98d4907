import type { FieldDescription } from '../connectors/ticket-system.ts';
import type { FieldValue } from '../core/record.ts';
import type { Carried, CarryInput } from '../core/rules.ts';
import type { Side } from '../core/side.ts';
import { textOf } from './text-rule.ts';

/** Salesforce types whose JSON value is a number. */
const numberTypes = new Set(['int', 'double', 'currency', 'percent', 'long']);

/** One value on both sides: equal as text, or as numbers where one side holds a number. */
export function valuesAgree(values: Readonly<Record<Side, FieldValue>>): boolean {
  const { servicenow, salesforce } = values;
  if (textOf(servicenow) === textOf(salesforce)) return true;
  if (typeof salesforce !== 'number' && typeof servicenow !== 'number') return false;
  return textOf(servicenow) !== '' && textOf(salesforce) !== '' && Number(servicenow) === Number(salesforce);
}

/** Carries a value unchanged, in the JSON type that the target's field wants. ServiceNow values are always text. */
export function carrySame({ to, value, target }: CarryInput, description: FieldDescription | null): Carried {
  if (target !== undefined && valuesAgree({ servicenow: value, salesforce: target })) return { kind: 'keep' };
  return { kind: 'write', value: to === 'servicenow' ? asText(value) : asTyped(value, target, description) };
}

function asText(value: FieldValue): FieldValue {
  return textOf(value) === '' ? null : textOf(value);
}

function asTyped(value: FieldValue, target: FieldValue | undefined, description: FieldDescription | null): FieldValue {
  const text = textOf(value);
  if (typeof value !== 'string' || text === '') return asText(value) === null ? null : value;
  if (description?.type === 'boolean' || typeof target === 'boolean') return text === 'true';
  const wantsNumber = (description !== null && numberTypes.has(description.type)) || typeof target === 'number';
  return wantsNumber && Number.isFinite(Number(text)) ? Number(text) : text;
}
