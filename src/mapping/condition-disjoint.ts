import type { Condition } from './condition.ts';

type Question = Extract<Condition, { readonly field: string }>;

/** What a question about one field comes to, as far as it can be set against another: values that are meant, or all but some. */
type Meant = { readonly only: ReadonlySet<string> } | { readonly but: ReadonlySet<string> };

/** True only where surely no record meets both. What cannot be told apart counts as meeting. */
export function disjoint(a: Condition, b: Condition): boolean {
  if ('any' in a) return a.any.every((one) => disjoint(one, b));
  if ('any' in b) return b.any.every((one) => disjoint(a, one));
  if ('all' in a) return a.all.some((one) => disjoint(one, b));
  if ('all' in b) return b.all.some((one) => disjoint(a, one));
  const left = meantBy(a);
  const right = meantBy(b);
  if (left === null || right === null || left.field !== right.field) return false;
  return excludes(left.meant, right.meant);
}

function meantBy(condition: Condition): { readonly field: string; readonly meant: Meant } | null {
  if ('not' in condition) {
    const inner = meantBy(condition.not);
    return inner === null ? null : { field: inner.field, meant: opposite(inner.meant) };
  }
  if ('any' in condition || 'all' in condition) return null;
  const meant = ofQuestion(condition);
  return meant === null ? null : { field: condition.field, meant };
}

function ofQuestion(question: Question): Meant | null {
  if ('is' in question) return { only: new Set([String(question.is)]) };
  if ('isNot' in question) return { but: new Set([String(question.isNot)]) };
  if ('in' in question) return { only: new Set(question.in.map(String)) };
  if ('notIn' in question) return { but: new Set(question.notIn.map(String)) };
  if ('empty' in question) return question.empty ? { only: new Set(['']) } : { but: new Set(['']) };
  return null;
}

function opposite(meant: Meant): Meant {
  return 'only' in meant ? { but: meant.only } : { only: meant.but };
}

function excludes(a: Meant, b: Meant): boolean {
  if ('only' in a) return [...a.only].every((value) => ('only' in b ? !b.only.has(value) : b.but.has(value)));
  return 'only' in b && excludes(b, a);
}
