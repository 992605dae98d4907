import { type FieldValue, type SourceRecord, valueIn } from '../core/record.ts';

type Scalar = string | number | boolean;

/**
 * A question about the fields of one record, by their API names. Values are compared as text, as the desk's API gives them: `'3'`
 * and `3` are the same. A dot-walk (`assignment_group.name`) is a field like any other where the desk reads it.
 */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly field: string; readonly is: Scalar }
  | { readonly field: string; readonly isNot: Scalar }
  | { readonly field: string; readonly in: readonly Scalar[] }
  | { readonly field: string; readonly notIn: readonly Scalar[] }
  | { readonly field: string; readonly empty: boolean }
  /** `*` stands for any text, `?` for one character; letter case does not count. */
  | { readonly field: string; readonly matches: string }
  /** Numbers as numbers, everything else (dates) in the order of their text. */
  | { readonly field: string; readonly atLeast: string | number }
  | { readonly field: string; readonly atMost: string | number };

/** `unknown`: the answer does not hang on what was read, since a field was left out of it. */
export type Verdict = 'yes' | 'no' | 'unknown';

/** Judges a record. A field that the answer left out makes its question unknown, and the whole only where that matters. */
export function judge(condition: Condition, record: SourceRecord): Verdict {
  if ('all' in condition) return allOf(condition.all.map((one) => judge(one, record)));
  if ('any' in condition) return opposite(allOf(condition.any.map((one) => opposite(judge(one, record)))));
  if ('not' in condition) return opposite(judge(condition.not, record));
  const value = valueIn(record, condition.field);
  if (value === undefined) return 'unknown';
  return asked(condition, value) ? 'yes' : 'no';
}

/** True only where the record surely meets the condition. */
export function holds(condition: Condition, record: SourceRecord): boolean {
  return judge(condition, record) === 'yes';
}

/** Every field that the condition looks at, without repeats. */
export function fieldsIn(condition: Condition): readonly string[] {
  if ('all' in condition) return [...new Set(condition.all.flatMap(fieldsIn))];
  if ('any' in condition) return [...new Set(condition.any.flatMap(fieldsIn))];
  return 'not' in condition ? fieldsIn(condition.not) : [condition.field];
}

type Question = Exclude<Condition, { readonly all: unknown } | { readonly any: unknown } | { readonly not: unknown }>;

function asked(question: Question, value: FieldValue): boolean {
  const held = textOf(value);
  if ('is' in question) return held === textOf(question.is);
  if ('isNot' in question) return held !== textOf(question.isNot);
  if ('in' in question) return question.in.some((one) => textOf(one) === held);
  if ('notIn' in question) return !question.notIn.some((one) => textOf(one) === held);
  if ('empty' in question) return (held === '') === question.empty;
  if ('matches' in question) return matchesPattern(held.toLowerCase(), question.matches.toLowerCase());
  // Nothing is neither early nor late.
  if (held === '') return false;
  return 'atLeast' in question
    ? compared(held, textOf(question.atLeast)) >= 0
    : compared(held, textOf(question.atMost)) <= 0;
}

function textOf(value: FieldValue): string {
  return value === null ? '' : String(value);
}

function compared(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Goes back to the last `*` only, so that no pattern takes longer than text times pattern. */
function matchesPattern(text: string, pattern: string): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (pattern[place] === '*') {
      star = place;
      place += 1;
      resume = at;
    } else if (place < pattern.length && (pattern[place] === '?' || pattern[place] === text[at])) {
      place += 1;
      at += 1;
    } else if (star >= 0) {
      place = star + 1;
      resume += 1;
      at = resume;
    } else return false;
  }
  while (pattern[place] === '*') place += 1;
  return place === pattern.length;
}

function allOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('no')) return 'no';
  return verdicts.includes('unknown') ? 'unknown' : 'yes';
}

function opposite(verdict: Verdict): Verdict {
  return verdict === 'yes' ? 'no' : verdict === 'no' ? 'yes' : 'unknown';
}
