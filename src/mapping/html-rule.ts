import { compile } from 'html-to-text';
import type { FieldValue } from '../core/record.ts';
import type { Carried, CarryInput } from '../core/rules.ts';
import { otherSide, type Side } from '../core/side.ts';
import type { HtmlField } from './field-kinds.ts';
import { ellipsis, fitText, normalText } from './text-form.ts';
import { textOf } from './text-rule.ts';

const convert = compile({
  wordwrap: false,
  limits: { maxInputLength: 1_000_000, maxDepth: 100, maxChildNodes: 10_000 },
  selectors: [
    { selector: 'img', format: 'skip' },
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    { selector: 'table', format: 'dataTable', options: { uppercaseHeaderCells: false } },
  ],
});

/** Marked-up text as plain text. */
export function textOfHtml(html: string): string {
  return normalText(convert(html));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Plain text as markup that shows exactly that text: nothing in it is markup any more. */
export function htmlOfText(text: string): string {
  const escaped = text.replaceAll(/[&<>"']/g, (char) => entities[char] ?? char);
  return escaped.replaceAll(/^ | (?= )/gm, '&nbsp;').replaceAll('\n', '<br>');
}

/** What a side's value says, as text. */
function said(field: HtmlField, side: Side, value: FieldValue): string {
  return side === field.on ? textOfHtml(textOf(value)) : textOf(value);
}

/** Blanks and line breaks are markup on one side, so that they are no difference between the two. */
function loose(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** The text as `side` can show it: the whole of it, or its beginning and `…`. */
function fitted(field: HtmlField, side: Side, text: string): { readonly text: string; readonly value: string } {
  const limit = field.limits[side];
  if (side !== field.on) {
    const cut = fitText(text, limit);
    return { text: cut, value: cut };
  }
  // Markup takes room that the text does not: fewer characters until it fits.
  for (let length = Math.min(limit, text.length + ellipsis.length); ; length = Math.floor(length * 0.9)) {
    const cut = length <= 2 ? '' : fitText(text, length);
    const value = htmlOfText(cut);
    if (value.length <= limit || cut === '') return { text: cut, value };
  }
}

/** Both say the same, or the shorter one as much of it as it can hold. */
export function htmlAgrees(field: HtmlField, values: Readonly<Record<Side, FieldValue>>): boolean {
  const servicenow = said(field, 'servicenow', values.servicenow);
  const salesforce = said(field, 'salesforce', values.salesforce);
  if (loose(servicenow) === loose(salesforce)) return true;
  return (
    loose(servicenow) === loose(fitted(field, 'servicenow', salesforce).text) ||
    loose(salesforce) === loose(fitted(field, 'salesforce', servicenow).text)
  );
}

/** Converts; markup whose text does not change keeps its form. An edit of a cut text is a conflict: its editor has not seen the rest. */
export function carryHtml(field: HtmlField, { to, value, target, baseFrom, baseTo }: CarryInput): Carried {
  const from = otherSide(to);
  const edited = said(field, from, value);
  if (target !== undefined && baseFrom !== undefined && baseTo !== undefined) {
    const before = said(field, from, baseFrom);
    const whole = said(field, to, baseTo);
    if (
      loose(before) !== loose(whole) &&
      before.endsWith(ellipsis) &&
      loose(fitted(field, from, whole).text) === loose(before)
    )
      return loose(edited) === loose(before) ? { kind: 'keep' } : { kind: 'conflict' };
  }
  const fresh = fitted(field, to, edited);
  if (target !== undefined && loose(said(field, to, target)) === loose(fresh.text)) return { kind: 'keep' };
  return { kind: 'write', value: fresh.value === '' ? null : fresh.value };
}
