import type { FieldValue } from '../core/record.ts';
import type { Carried, CarryInput } from '../core/rules.ts';
import { otherSide, type Side, sides } from '../core/side.ts';
import { ellipsis, fitText, normalText, textLength } from './text-form.ts';

export type TextLimits = Readonly<Record<Side, number>>;

/** The normal form of any value as text; `''` for an empty one. */
export function textOf(value: FieldValue): string {
  return value === null ? '' : normalText(String(value));
}

/** True if both hold one text, or the shorter side holds exactly what it can show of it. */
export function textsAgree(values: Readonly<Record<Side, FieldValue>>, limits: TextLimits): boolean {
  if (values.servicenow === values.salesforce) return true;
  const servicenow = textOf(values.servicenow);
  const salesforce = textOf(values.salesforce);
  if (servicenow === salesforce) return true;
  return servicenow === fitText(salesforce, limits.servicenow) || salesforce === fitText(servicenow, limits.salesforce);
}

/**
 * Carries a text across, cut where it does not fit. An edit of a cut text that still ends in `…` replaces the part that was
 * shown and keeps the tail; any other edit of it is a conflict, since its editor has never seen the rest.
 */
export function carryText(input: CarryInput, limits: TextLimits): Carried {
  const { to, target } = input;
  const edited = textOf(input.value);
  const shown = target === undefined ? null : shownPart(input);
  if (shown === null || target === undefined) return writeText(fitText(edited, limits[to]), target);
  if (edited === shown.base) return { kind: 'keep' };
  const whole = textOf(target);
  if (!shown.marked || !edited.endsWith(ellipsis) || !whole.startsWith(shown.text)) return { kind: 'conflict' };
  const joined = normalText(edited.slice(0, -ellipsis.length) + whole.slice(shown.text.length));
  // Too long now: the end of the tail would be lost, which the editor has never seen.
  return textLength(joined) > limits[to] ? { kind: 'conflict' } : writeText(joined, target);
}

interface Shown {
  /** What the edited side held when the two last agreed. */
  readonly base: string;
  /** Without the mark. */
  readonly text: string;
  /** Cut by us, with `…`; else the server itself kept less than we sent. */
  readonly marked: boolean;
}

/** If the edited side held only a part of the target's text when the two last agreed: that part. */
function shownPart(input: CarryInput): Shown | null {
  if (input.baseFrom === undefined || input.baseTo === undefined) return null;
  const base = textOf(input.baseFrom);
  const whole = textOf(input.baseTo);
  if (base === whole) return null;
  const text = base.endsWith(ellipsis) ? base.slice(0, -ellipsis.length) : base;
  if (text !== base && whole.startsWith(text)) return { base, text, marked: true };
  return whole.startsWith(base) || isGarbledOf(base, whole) ? { base, text: base, marked: false } : null;
}

/** A database without four-byte characters stores `?` in their place (older ServiceNow string columns). */
function isGarbledOf(stored: string, original: string): boolean {
  if (/[\u{10000}-\u{10ffff}]/u.test(stored) || !/[\u{10000}-\u{10ffff}]/u.test(original)) return false;
  return placeholders(stored) === placeholders(original);
}

function placeholders(text: string): string {
  return text.replaceAll(/(?:[?\ufffd]|\u200d|\ufe0f|[\u{10000}-\u{10ffff}])+/gu, '?');
}

/** What a side should show of a text that is cut there, if it shows another part of it; see FieldRule.refresh. */
export function refreshCut(
  values: Readonly<Record<Side, FieldValue>>,
  limits: TextLimits,
): { readonly on: Side; readonly value: FieldValue } | null {
  for (const on of sides) {
    const short = textOf(values[on]);
    const whole = textOf(values[otherSide(on)]);
    if (!short.endsWith(ellipsis) || !whole.startsWith(short.slice(0, -ellipsis.length))) continue;
    const value = fitText(whole, limits[on]);
    if (value !== short) return { on, value: value === '' ? null : value };
  }
  return null;
}

function writeText(text: string, target: FieldValue | undefined): Carried {
  if (target !== undefined && textOf(target) === text) return { kind: 'keep' };
  return { kind: 'write', value: text === '' ? null : text };
}
