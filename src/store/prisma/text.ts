import type { Prisma } from './generated/client.ts';

/**
 * Postgres refuses NUL in text and jsonb, and half surrogate pairs in jsonb; vendors send both. They are kept as U+001A and four
 * hex digits, and U+001A itself likewise, so that any JavaScript string comes back as it went in.
 */
// oxlint-disable-next-line no-control-regex -- these are the characters in question
const unstorable = /[\u0000\u001a\p{Surrogate}]/gu;
// oxlint-disable-next-line no-control-regex -- the mark
const stored = /\u001a([0-9a-f]{4})/g;
const mark = '\u001a';

/** A string as Postgres can hold it. */
export function toStored(text: string): string {
  return text.replace(unstorable, (unit) => mark + unit.charCodeAt(0).toString(16).padStart(4, '0'));
}

/** The inverse of toStored. */
export function fromStored(text: string): string {
  return text.includes(mark)
    ? text.replace(stored, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [change(name), mapStrings(item, change)]));
}

/** JSON.stringify escapes exactly what may be unstorable, so the common case costs one look at the text. */
const suspicious = /\\u(?:0000|001a|d[89a-f])/;

/** One JSON parameter for a statement, with every string in it storable. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value);
  return suspicious.test(text) ? JSON.stringify(mapStrings(value, toStored)) : text;
}

/** A value read from a jsonb column, as it went in. Nearly none holds a mark, and rebuilding every base costs a tenth of our CPU. */
export function fromJson(value: unknown): unknown {
  return holdsMark(value) ? mapStrings(value, fromStored) : value;
}

/** False only if nothing in this JSON text, as Postgres writes it, holds a mark. */
export function mayHoldMark(json: string): boolean {
  return json.includes('\\u001a');
}

function holdsMark(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(mark);
  if (typeof value !== 'object' || value === null) return false;
  for (const name in value) {
    if (name.includes(mark) || holdsMark((value as Readonly<Record<string, unknown>>)[name])) return true;
  }
  return false;
}

/** A value for a Json field of the typed client, which refuses `null` at its top. */
export function storableJson(value: object): Prisma.InputJsonObject {
  return JSON.parse(toJson(value)) as Prisma.InputJsonObject;
}
