import type { Link } from '../core/link.ts';
import type { FieldValue } from '../core/record.ts';
import type { Side } from '../core/side.ts';

/** What people call the desks. */
export const sideNames: Readonly<Record<Side, string>> = { servicenow: 'ServiceNow', salesforce: 'Salesforce' };

/** The labels of the default mapping's fields, as each desk's form shows them. */
const labels: Readonly<Record<string, Readonly<Record<Side, string>>>> = {
  short_description: { servicenow: 'Short description', salesforce: 'Subject' },
  description: { servicenow: 'Description', salesforce: 'Description' },
  state: { servicenow: 'State', salesforce: 'Status' },
  urgency: { servicenow: 'Urgency', salesforce: 'Priority' },
  contact_type: { servicenow: 'Channel', salesforce: 'Case Origin' },
  number: { servicenow: 'Number', salesforce: 'ServiceNow Number' },
};

/** What the stock choices of an incident are called; an instance may have others, which are shown as they are. */
const choices: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  state: { 1: 'New', 2: 'In Progress', 3: 'On Hold', 6: 'Resolved', 7: 'Closed', 8: 'Canceled' },
  urgency: { 1: 'High', 2: 'Medium', 3: 'Low' },
};

const longest = 60;
const segmenter = new Intl.Segmenter();

/** A field's label on a side, by its rule's name. */
export function fieldLabel(field: string, side: Side): string {
  const known = Object.hasOwn(labels, field) ? labels[field]?.[side] : undefined;
  if (known !== undefined) return known;
  const words = field.replace(/__c$/, '').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A value in one short line: choices by their names, texts shortened, control characters made harmless. */
export function showValue(field: string, side: Side, value: FieldValue): string {
  if (value === null || value === '') return '(empty)';
  const text = oneLine(String(value));
  const known = side === 'servicenow' && Object.hasOwn(choices, field) ? choices[field] : undefined;
  return known !== undefined && Object.hasOwn(known, text) ? (known[text] ?? text) : text;
}

/** Control characters and marks that change the direction or the look of a text, but for the joiner inside emoji. */
const unseen = /(?!\u200d)[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Texts as they go into a terminal or a log line: no line ends, no escape sequences, no change of direction, not too long. */
export function oneLine(text: string, limit = longest): string {
  // A character of several code points is seldom longer than this; without a bound a long description costs a second.
  const cut = text.slice(0, limit * 40);
  const plain = cut.replaceAll(/\s+/g, ' ').replaceAll(unseen, '').trim();
  const whole = cut.length === text.length;
  // A text has no more characters than it has units, so that a short one needs no counting.
  if (whole && plain.length <= limit) return plain;
  if (ascii.test(plain.slice(0, limit + 1))) return `${plain.slice(0, limit - 1)}…`;
  const characters = firstCharacters(plain, limit + 1);
  return whole && characters.length <= limit ? plain : `${characters.slice(0, limit - 1).join('')}…`;
}

/** Each unit is a character of its own. */
const ascii = /^[\x20-\x7e]*$/;

/** The first `count` characters as people count them. Telling them apart is slow, so no more is looked at. */
function firstCharacters(text: string, count: number): readonly string[] {
  const characters: string[] = [];
  for (const { segment } of segmenter.segment(text)) {
    characters.push(segment);
    if (characters.length === count) break;
  }
  return characters;
}

/** A text of any number of lines, with what a terminal would obey written out: `\u001b`. */
export function visible(text: string): string {
  return text.replaceAll(unseen, (character) => (character === '\n' ? character : escaped(character)));
}

/** JSON of one line in which nothing is left that a terminal would obey; it reads back as the same value. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(unseen, escaped);
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}

/** Numbers are texts of the desks like any other: somebody may have written one. */
function bothNames({ ids, numbers }: Pick<Link, 'ids' | 'numbers'>): readonly string[] {
  return [numbers.servicenow ?? ids.servicenow, numbers.salesforce ?? ids.salesforce].map((name) => oneLine(name));
}

/** `INC0010042 ↔ 00001007`, or ids where a number is not known. */
export function pairName(link: Pick<Link, 'ids' | 'numbers'>): string {
  return bothNames(link).join(' ↔ ');
}

/** `1 record`, `3 records`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
