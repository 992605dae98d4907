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

/** A field's label on a side, by its rule's name. */
export function fieldLabel(field: string, side: Side): string {
  const known = labels[field]?.[side];
  if (known !== undefined) return known;
  const words = field.replace(/__c$/, '').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A value in one short line: choices by their names, texts shortened, control characters made harmless. */
export function showValue(field: string, side: Side, value: FieldValue): string {
  if (value === null || value === '') return '(empty)';
  const text = oneLine(String(value));
  return (side === 'servicenow' ? choices[field]?.[text] : undefined) ?? text;
}

/** Texts as they go into a terminal or a log line: no line ends, no escape sequences, no change of direction, not too long. */
export function oneLine(text: string, limit = longest): string {
  const plain = text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(?!\u200d)[\p{Cc}\p{Cf}]/gu, '')
    .trim();
  const characters = Array.from(new Intl.Segmenter().segment(plain), ({ segment }) => segment);
  return characters.length <= limit ? plain : `${characters.slice(0, limit - 1).join('')}…`;
}

/** `INC0010042 ↔ 00001007`, or ids where a number is not known. */
export function pairName(link: Pick<Link, 'ids' | 'numbers'>): string {
  return `${link.numbers.servicenow ?? link.ids.servicenow} ↔ ${link.numbers.salesforce ?? link.ids.salesforce}`;
}

/** `1 record`, `3 records`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
