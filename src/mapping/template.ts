import type { FieldValue } from '../core/record.ts';
import { fitText } from './text-form.ts';
import { textOf } from './text-rule.ts';

type Filter =
  | { readonly kind: 'first'; readonly length: number }
  | { readonly kind: 'upper' }
  | { readonly kind: 'lower' }
  | { readonly kind: 'or'; readonly text: string };

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly field: string; readonly filters: readonly Filter[] };

/** A text with places for fields, taken apart. */
export type Template = readonly Part[];

export type ParsedTemplate =
  | { readonly ok: true; readonly template: Template }
  /** What is wrong, as a sentence without the place. */
  | { readonly ok: false; readonly problem: string };

const fieldName = /^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,4}$/;

/** Takes `{Field|first 200}` and the text between apart. `{{` and `}}` stand for braces. */
export function parseTemplate(text: string): ParsedTemplate {
  const parts: Part[] = [];
  let rest = text;
  while (rest !== '') {
    const at = rest.search(/[{}]/);
    if (at < 0) break;
    if (at > 0) parts.push({ kind: 'text', text: rest.slice(0, at) });
    rest = rest.slice(at);
    if (rest.startsWith('{{') || rest.startsWith('}}')) {
      parts.push({ kind: 'text', text: rest.slice(0, 1) });
      rest = rest.slice(2);
      continue;
    }
    const end = rest.indexOf('}');
    if (rest.startsWith('}') || end < 0)
      return {
        ok: false,
        problem: `has a brace without its other one; write \`${rest.slice(0, 1).repeat(2)}\` for a brace itself`,
      };
    const place = parsePlace(rest.slice(1, end));
    if (typeof place === 'string') return { ok: false, problem: place };
    parts.push(place);
    rest = rest.slice(end + 1);
  }
  if (rest !== '') parts.push({ kind: 'text', text: rest });
  return { ok: true, template: parts };
}

/** Every field that the template shows, without repeats. */
export function fieldsOfTemplate(template: Template): readonly string[] {
  return [...new Set(template.flatMap((part) => (part.kind === 'field' ? [part.field] : [])))];
}

/** Fills the places. A field that `valueOf` does not know is empty. */
export function renderTemplate(template: Template, valueOf: (field: string) => FieldValue | undefined): string {
  return template
    .map((part) =>
      part.kind === 'text' ? part.text : part.filters.reduce(filtered, textOf(valueOf(part.field) ?? null)),
    )
    .join('');
}

function parsePlace(inside: string): Part | string {
  const [name = '', ...said] = inside.split('|').map((piece) => piece.trim());
  if (!fieldName.test(name)) return `shows \`{${inside.slice(0, 60)}}\`, which names no field`;
  const filters: Filter[] = [];
  for (const piece of said) {
    const filter = parseFilter(piece);
    if (filter === null)
      return `knows no \`${piece.slice(0, 60)}\`; there are \`first 80\`, \`upper\`, \`lower\` and \`or …\``;
    filters.push(filter);
  }
  return { kind: 'field', field: name, filters };
}

function parseFilter(text: string): Filter | null {
  const [word = '', ...rest] = text.split(' ');
  const argument = rest.join(' ').trim();
  if ((word === 'upper' || word === 'lower') && argument === '') return { kind: word };
  if (word === 'or' && argument !== '') return { kind: 'or', text: argument };
  if (word === 'first' && /^[1-9]\d{0,5}$/.test(argument))
    return { kind: 'first', length: Math.max(2, Number(argument)) };
  return null;
}

function filtered(text: string, filter: Filter): string {
  switch (filter.kind) {
    case 'first':
      return fitText(text, filter.length);
    case 'upper':
      return text.toUpperCase();
    case 'lower':
      return text.toLowerCase();
    case 'or':
      return text === '' ? filter.text : text;
  }
}
