import { type SourceRecord, valueIn } from '../record.ts';
import { otherSide, type Side } from '../side.ts';
import { likeness } from './likeness.ts';
import type { MatchRules } from './rules.ts';

/** Rows to be looked up: those that hold one of the values in the field. */
export interface MatchAsk {
  readonly side: Side;
  readonly field: string;
  readonly values: readonly string[];
}

/** A row as looked up. */
export interface MatchRow {
  readonly side: Side;
  readonly id: string;
  readonly fields: SourceRecord['fields'];
}

/**
 * What has to be looked up to match these records of one side: across for candidates, on their own side for rivals that would claim
 * the same candidate. One ask a field.
 */
export function matchAsks(rules: MatchRules, origins: readonly SourceRecord[]): readonly MatchAsk[] {
  const side = origins[0]?.side;
  if (side === undefined) return [];
  const to = otherSide(side);
  const asks = new Map<string, { side: Side; field: string; values: Set<string> }>();
  const ask = (on: Side, field: string, values: readonly string[]): void => {
    const known = asks.get(`${on} ${field}`) ?? { side: on, field, values: new Set<string>() };
    for (const value of values) known.values.add(value);
    asks.set(`${on} ${field}`, known);
  };
  const heldIn = (field: string): readonly string[] => origins.map((origin) => textIn(origin, field));
  const theirs = rules.byNumber[to];
  const ours = rules.byNumber[side];
  if (theirs !== undefined)
    ask(
      to,
      theirs,
      origins.map((origin) => origin.number ?? ''),
    );
  if (ours !== undefined) {
    ask(to, rules.numbers[to], heldIn(ours));
    ask(side, ours, heldIn(ours));
  }
  for (const { on } of rules.rules) {
    const first = on[0];
    if (first === undefined) continue;
    ask(to, first.fields[to], heldIn(first.fields[side]));
    ask(side, first.fields[side], heldIn(first.fields[side]));
  }
  if (rules.near !== null) ask(to, rules.near.caller[to], heldIn(rules.near.caller[side]));
  return [...asks.values()]
    .map((one) => ({ ...one, values: [...one.values].filter((value) => value !== '') }))
    .filter((one) => one.values.length > 0);
}

/** Of the rows across, those that are worth reading in full: a caller's other tickets only where a title is alike. */
export function worthReading(
  rules: MatchRules,
  origins: readonly SourceRecord[],
  found: readonly { readonly ask: MatchAsk; readonly row: MatchRow }[],
): readonly MatchRow[] {
  const { near } = rules;
  const rows = found.filter(({ ask, row }) => {
    if (near === null || ask.field !== near.caller[row.side] || isKeyField(rules, row.side, ask.field)) return true;
    const title = row.fields[near.title[row.side]] ?? '';
    return origins.some((origin) => likeness(textIn(origin, near.title[origin.side]), String(title)) >= near.likeness);
  });
  return [...new Map(rows.map(({ row }) => [row.id, row])).values()];
}

function isKeyField(rules: MatchRules, side: Side, field: string): boolean {
  return rules.rules.some(({ on }) => on[0]?.fields[side] === field) || rules.byNumber[side] === field;
}

/** A native field as text, without blanks around it; `''` for nothing. */
export function textIn(record: SourceRecord, field: string): string {
  return asText(valueIn(record, field) ?? null);
}

export function asText(value: SourceRecord['fields'][string] | undefined): string {
  return value === undefined || value === null ? '' : String(value).trim();
}
