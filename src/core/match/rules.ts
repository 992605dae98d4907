import type { Side } from '../side.ts';

/** How two tickets that were there before Casebridge are recognised as one. A stamp of ours goes before all of it. */
export interface MatchRules {
  /** Native fields that people call records by: `number`, `CaseNumber`. */
  readonly numbers: Readonly<Record<Side, string>>;
  /** Native field of a side that holds the number of the record across. */
  readonly byNumber: Readonly<Partial<Record<Side, string>>>;
  /** In the order they are tried. */
  readonly rules: readonly MatchRule[];
  readonly near: NearRule | null;
}

/** Two records match if all terms hold. Links where that is unique on both sides. */
export interface MatchRule {
  readonly name: string;
  /** At least one; records are looked up by the first. */
  readonly on: readonly MatchTerm[];
}

export interface MatchTerm {
  readonly fields: Readonly<Record<Side, string>>;
  readonly ignoreCase: boolean;
}

/** Tickets that look alike are shown to a person, and never linked for that alone. */
export interface NearRule {
  /** Whether a record with an open proposal gets a new ticket across all the same. */
  readonly creates: 'wait' | 'go';
  readonly title: Readonly<Record<Side, string>>;
  /** E-mail of the caller. */
  readonly caller: Readonly<Record<Side, string>>;
  /** Longest time between the two creations, in milliseconds. */
  readonly withinMs: number;
  /** 0 to 1; see `likeness`. */
  readonly likeness: number;
}

/** What recognised two records, or made them look alike. */
export type MatchReason =
  | { readonly kind: 'stamp' }
  | { readonly kind: 'number' }
  | { readonly kind: 'rule'; readonly rule: string }
  /** `likeness` of the titles, 0 to 1, and the hours between the two creations. */
  | { readonly kind: 'near'; readonly likeness: number; readonly hours: number }
  /** A person accepted the proposal. */
  | { readonly kind: 'person' };

/** A match that a person decides about: of several by one rule, or of some likeness. */
export interface Candidate {
  readonly id: string;
  readonly number: string | null;
  readonly why: Extract<MatchReason, { readonly kind: 'rule' | 'near' }>;
  /** True where the two were proposed before: nobody has to be told again. */
  readonly known?: true;
}

/** Every native field of a side that matching looks at, without repeats. */
export function fieldsOfMatch(rules: MatchRules, side: Side): readonly string[] {
  const { byNumber, near } = rules;
  return [
    ...new Set([
      ...(byNumber[side] === undefined ? [] : [byNumber[side]]),
      ...rules.rules.flatMap((rule) => rule.on.map((term) => term.fields[side])),
      ...(near === null ? [] : [near.title[side], near.caller[side]]),
    ]),
  ];
}
