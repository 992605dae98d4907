import type { CommentRules } from './comments/rules.ts';
import type { FileRules } from './files/rules.ts';
import type { Fields, FieldValue, SourceRecord } from './record.ts';
import type { DerivedField } from './derived.ts';
import type { Ref, RefSpec, Ticket } from './directory.ts';
import type { HoldReason } from './link.ts';
import type { MatchRules } from './match/rules.ts';
import type { LifeRules } from './life/rules.ts';
import type { Side } from './side.ts';

/** Who wins when both sides changed one field to different values. */
export type ConflictRule = 'servicenow' | 'salesforce' | 'latest' | 'manual';

/** What carrying a value across came to. */
export type Carried =
  | { readonly kind: 'write'; readonly value: FieldValue }
  /** The target already holds what this value means (an edit within a class, a cut text). */
  | { readonly kind: 'keep' }
  /** Cannot be carried; that field only is left alone. */
  | { readonly kind: 'hold'; readonly reason: HoldReason }
  /** Writing would overwrite what the other side never saw (an edit of a cut text): treat as a conflict. */
  | { readonly kind: 'conflict' };

export interface CarryInput {
  readonly to: Side;
  /** The value on the other side now. */
  readonly value: FieldValue;
  /** The other side's base value; undefined before the first agreement. */
  readonly baseFrom: FieldValue | undefined;
  /** What the target holds now; undefined when it is about to be created. */
  readonly target: FieldValue | undefined;
  /** The target's base value: with `baseFrom` the pair the sides last agreed on. */
  readonly baseTo?: FieldValue | undefined;
}

/** One mapped field: two native field names and a pair of converters that are each other's inverse. Pure. */
export interface FieldRule {
  /** Name in plans, conflicts and history: by default the ServiceNow field. */
  readonly name: string;
  readonly fields: Readonly<Record<Side, string>>;
  /** `both`, or the only side that is ever written. */
  readonly writes: 'both' | Side;
  readonly conflict: ConflictRule;
  /** True if `a` and `b` are one value on `side` (line ends, trailing blanks, letter case of ids). */
  same(side: Side, a: FieldValue, b: FieldValue): boolean;
  /** True if the two sides hold the same thing as far as each can hold it. */
  agree(values: Readonly<Record<Side, FieldValue>>): boolean;
  /** What to write on `to`. */
  carry(input: CarryInput): Carried;
  /**
   * For two values that do not agree though neither was edited: what a side that shows a cut text should show now that the text
   * behind it has moved. Null for anything else.
   */
  refresh?(values: Readonly<Record<Side, FieldValue>>): { readonly on: Side; readonly value: FieldValue } | null;
  /** Further fields that must go out with this write (close_code with a resolve). `target` is null on a create. */
  companions(to: Side, value: FieldValue, target: SourceRecord | null): Fields;
}

/** One pair of objects and everything the core needs to decide about its tickets. */
export interface PairRules {
  readonly name: string;
  readonly objects: Readonly<Record<Side, string>>;
  readonly fields: readonly FieldRule[];
  readonly tieBreak: Side;
  /** False for a record of the same table or object that is another pair's, or nobody's. All are ours where left out. */
  owns?(record: SourceRecord): boolean;
  /** Other pairs that share a table or object with this one, by side: a record that is linked there is not ours. */
  readonly siblings?: Readonly<Record<Side, readonly string[]>>;
  /** Native fields that a record created across always gets (its record type). */
  readonly fixed?: Readonly<Record<Side, Fields>>;
  /** How tickets that were there before are recognised; only by our stamp where left out. */
  readonly match?: MatchRules;
  /** Native fields that name a ticket's parent. */
  readonly parents?: readonly Readonly<Record<Side, string>>[];
  /** True if a record that has no link yet is ours to create from. Judged on the row, never in a query. */
  inScope(record: SourceRecord): boolean;
  /** Where the first poll starts: nothing changed before this is looked at. ISO 8601; the epoch for everything. */
  readonly startsAt: string;
  /** Most creates one poll may cause without consent. */
  readonly maxCreatesPerPoll: number;
  /** What follows where a record is deleted, merged or out of scope; `defaultLife` where left out. */
  readonly life?: LifeRules;
  /** How comments travel; left out where they do not. */
  readonly comments?: CommentRules;
  /** How files travel; left out where they do not. */
  readonly files?: FileRules;
  /** Native fields the rules look at beside the mapped ones (close_code, close_notes). */
  readonly looksAt?: Readonly<Record<Side, readonly string[]>>;
  /** Fields of the rules that no desk has; see DerivedField. */
  readonly derived?: Readonly<Record<Side, readonly DerivedField[]>>;
  /** People and teams that these records name in mapped fields. Left out by a pair that maps none. */
  refs?(records: Ticket['records']): readonly Ref[];
  /** How those are recognised, all of them: they may name people themselves. */
  readonly refSpecs?: readonly RefSpec[];
  /** The same rules for one ticket, whose other fields and people they may look at. Left out where no rule does. */
  bind?(ticket: Ticket): PairRules;
}

/** The native fields of `side` that the pair reads, without repeats: mapped ones and those its rules look at. */
export function fieldsOf(rules: PairRules, side: Side, also: readonly string[] = []): readonly string[] {
  return [...new Set([...rules.fields.map((rule) => rule.fields[side]), ...(rules.looksAt?.[side] ?? []), ...also])];
}
