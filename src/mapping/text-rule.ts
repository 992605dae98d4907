import type { FieldValue } from '../core/record.ts';
import type { Carried, CarryInput } from '../core/rules.ts';
import { otherSide, type Side } from '../core/side.ts';
import { ellipsis, fitText, normalText, textLength } from './text-form.ts';

export type TextLimits = Readonly<Record<Side, number>>;

/** The normal form of any value as text; `''` for an empty one. */
export function textOf(value: FieldValue): string {
  return value === null ? '' : normalText(String(value));
}

/** True if one side holds the other's text, as far as it can: whole, cut with `…`, or without the characters it cannot store. */
export function textsAgree(values: Readonly<Record<Side, FieldValue>>, limits: TextLimits): boolean {
  const servicenow = textOf(values.servicenow);
  const salesforce = textOf(values.salesforce);
  if (servicenow === salesforce) return true;
  if (isCutOf(servicenow, salesforce, limits.servicenow) || isCutOf(salesforce, servicenow, limits.salesforce))
    return true;
  return isGarbledOf(servicenow, salesforce) || isGarbledOf(salesforce, servicenow);
}

/** `short` is what a side with this limit shows of `long`, which would not fit there. */
function isCutOf(short: string, long: string, limit: number): boolean {
  if (!short.endsWith(ellipsis) || textLength(long) <= limit) return false;
  return long.startsWith(short.slice(0, -ellipsis.length));
}

/** A database without four-byte characters stores `?` in their place (older ServiceNow string columns). */
function isGarbledOf(stored: string, original: string): boolean {
  if (/[\u{10000}-\u{10ffff}]/u.test(stored) || !/[\u{10000}-\u{10ffff}]/u.test(original)) return false;
  return placeholders(stored) === placeholders(original);
}

function placeholders(text: string): string {
  return text.replaceAll(/[?\ufffd\u200d\ufe0f\u{10000}-\u{10ffff}]+/gu, '?');
}

/** Carries a text across; see the mapping guide on cut texts. */
export function carryText(input: CarryInput, limits: TextLimits): Carried {
  const { to, target } = input;
  const edited = textOf(input.value);
  const shown = target === undefined ? null : shownPart(input, limits);
  if (shown === null || target === undefined) return writeText(fitText(edited, limits[to]), target);
  if (edited === shown.base) return { kind: 'keep' };
  const whole = textOf(target);
  if (!shown.marked || !edited.endsWith(ellipsis) || !whole.startsWith(shown.text)) return { kind: 'conflict' };
  const joined = normalText(edited.slice(0, -ellipsis.length) + whole.slice(shown.text.length));
  // Too long now: the end of the tail would be lost, which the editor has never seen.
  return textLength(joined) > limits[to] ? { kind: 'conflict' } : writeText(joined, target);
}

interface Shown {
  /** The cut text as the shorter side held it. */
  readonly base: string;
  /** Without the mark. */
  readonly text: string;
  /** Cut by us, with `…`; else the server kept the beginning only. */
  readonly marked: boolean;
}

/** If the edited side held only the beginning of the target's text when the two last agreed: that beginning. */
function shownPart(input: CarryInput, limits: TextLimits): Shown | null {
  if (input.baseFrom === undefined || input.baseTo === undefined) return null;
  const base = textOf(input.baseFrom);
  const whole = textOf(input.baseTo);
  if (base === whole || whole === '') return null;
  const from = otherSide(input.to);
  if (isCutOf(base, whole, limits[from])) return { base, text: base.slice(0, -ellipsis.length), marked: true };
  return whole.startsWith(base) ? { base, text: base, marked: false } : null;
}

function writeText(text: string, target: FieldValue | undefined): Carried {
  if (target !== undefined && textOf(target) === text) return { kind: 'keep' };
  return { kind: 'write', value: text === '' ? null : text };
}
