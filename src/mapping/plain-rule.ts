import type { FieldValue } from '../core/record.ts';
import type { Carried, CarryInput } from '../core/rules.ts';
import { otherSide, type Side } from '../core/side.ts';
import type { BooleanField, NumberField } from './field-kinds.ts';
import { textOf } from './text-rule.ts';

/** What a side's value means; undefined for one that means nothing here. */
type Meaning<T> = T | null | undefined;

/** How a kind of value is read and written on each side. */
export interface Plain<T> {
  read(side: Side, value: FieldValue): Meaning<T>;
  write(side: Side, meaning: T | null): FieldValue;
}

/** True if both mean the same. */
export function plainAgree<T>(plain: Plain<T>, values: Readonly<Record<Side, FieldValue>>): boolean {
  const servicenow = plain.read('servicenow', values.servicenow);
  return servicenow !== undefined && servicenow === plain.read('salesforce', values.salesforce);
}

/** Carries the meaning; a value that has none is held. */
export function carryPlain<T>(plain: Plain<T>, { to, value, target }: CarryInput): Carried {
  const from = otherSide(to);
  const meaning = plain.read(from, value);
  if (meaning === undefined)
    return { kind: 'hold', reason: { kind: 'no-counterpart', side: from, value: textOf(value) } };
  if (target !== undefined && plain.read(to, target) === meaning) return { kind: 'keep' };
  return { kind: 'write', value: plain.write(to, meaning) };
}

/** True if two values of one side mean the same, or are the same text. */
export function plainSame<T>(plain: Plain<T>, side: Side, a: FieldValue, b: FieldValue): boolean {
  if (textOf(a) === textOf(b)) return true;
  const meaning = plain.read(side, a);
  return meaning !== undefined && meaning === plain.read(side, b);
}

/** ServiceNow holds text, Salesforce a JSON number. */
export function numbers(field: NumberField): Plain<number> {
  const factor = field.decimals === undefined ? null : 10 ** field.decimals;
  return {
    read: (_side, value) => {
      const text = textOf(value);
      if (text === '') return null;
      const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
      if (!Number.isFinite(number)) return undefined;
      // `-0` is no number of anybody's.
      return (factor === null ? number : Math.round(number * factor) / factor) + 0;
    },
    write: (side, number) => (number === null ? null : side === 'servicenow' ? plainDigits(number) : number),
  };
}

/** Never `1e+21`, which an integer column would not take. */
function plainDigits(number: number): string {
  const text = String(number);
  return text.includes('e') ? number.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 }) : text;
}

/** Empty means no: a Salesforce checkbox is never empty. */
export function booleans(field: BooleanField): Plain<boolean> {
  return {
    read: (side, value) => {
      const text = textOf(value);
      const words = field.words?.[side];
      if (text === '') return words === undefined ? false : null;
      if (words !== undefined) return text === words[0] ? true : text === words[1] ? false : undefined;
      if (text === 'true' || text === '1') return true;
      return text === 'false' || text === '0' ? false : undefined;
    },
    write: (side, yes) => {
      const words = field.words?.[side];
      if (words !== undefined) return yes === null ? null : yes ? words[0] : words[1];
      return side === 'servicenow' ? String(yes === true) : yes === true;
    },
  };
}
