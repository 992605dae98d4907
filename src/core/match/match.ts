import type { SourceRecord } from '../record.ts';
import { otherSide, type Side, sides } from '../side.ts';
import { asText, type MatchRow, textIn } from './asks.ts';
import { likeness } from './likeness.ts';
import type { Candidate, MatchReason, MatchRule, MatchRules, MatchTerm, NearRule } from './rules.ts';

export interface MatchInput {
  readonly rules: MatchRules;
  /** The record that has no link, and that no stamp concerns. */
  readonly origin: SourceRecord;
  /** Records across that may be its counterpart, as read: of this pair, free or linked. */
  readonly across: readonly SourceRecord[];
  /** Rows of the origin's own side that may claim the same. */
  readonly own: readonly MatchRow[];
  /** Ids across that are linked already → what people call the record they are linked with. */
  readonly linked: ReadonlyMap<string, string>;
  /** Fields, as `<side> <field>`, of which one value has more rows than an answer brings: what is alone in it need not be. */
  readonly cut?: ReadonlySet<string>;
  /** What a person has said about a pair of records, by the id across. */
  readonly decided: ReadonlyMap<string, 'accepted' | 'rejected'>;
}

export type Match =
  | { readonly kind: 'none'; readonly near: readonly Candidate[] }
  | { readonly kind: 'link'; readonly record: SourceRecord; readonly by: MatchReason }
  /** A person has to say which of them it is, if any. */
  | { readonly kind: 'propose'; readonly candidates: readonly Candidate[] }
  /** A number is claimed that is not free, or not there. `others`: what people call the records concerned. */
  | { readonly kind: 'disputed'; readonly why: MatchDispute; readonly others: readonly string[] };

export type MatchDispute =
  'number-names-nothing' | 'number-names-linked' | 'several-claim-number' | 'too-many-share-value';

/**
 * Looks for the record across that this one is already, in the order of certainty: a person's word, a number held in a field, the
 * user's rules, likeness. What is said twice, or of a record that is taken, is never linked.
 */
export function matchRecord(input: MatchInput): Match {
  const accepted = input.across.find((record) => input.decided.get(record.id) === 'accepted');
  if (accepted !== undefined) {
    return isTaken(input, accepted)
      ? { kind: 'disputed', why: 'number-names-linked', others: namesOf(input, accepted) }
      : { kind: 'link', record: accepted, by: { kind: 'person' } };
  }
  const numbered = byNumber(input);
  if (numbered !== null) return numbered;
  for (const rule of input.rules.rules) {
    const match = byRule(input, rule);
    if (match !== null) return match;
  }
  const near = input.rules.near === null ? [] : nearOnes(input, input.rules.near);
  if (near.length > 0 && input.rules.near?.creates === 'wait') return { kind: 'propose', candidates: near };
  return { kind: 'none', near };
}

function byNumber(input: MatchInput): Match | null {
  const { rules, origin, across, own } = input;
  const to = otherSide(origin.side);
  const theirField = rules.byNumber[to];
  const ourField = rules.byNumber[origin.side];
  const claimed = ourField === undefined ? '' : textIn(origin, ourField);
  const claiming = across.filter(
    (record) =>
      theirField !== undefined && origin.number !== null && sameText(textIn(record, theirField), origin.number),
  );
  const named = across.filter((record) => claimed !== '' && sameText(record.number ?? '', claimed));
  if (claimed !== '' && named.length === 0) return { kind: 'disputed', why: 'number-names-nothing', others: [claimed] };
  const [match, ...others] = [...new Map([...named, ...claiming].map((record) => [record.id, record])).values()];
  if (match === undefined) return null;
  const rivals = own.filter(
    (row) =>
      ourField !== undefined &&
      row.id !== origin.id &&
      claimed !== '' &&
      sameText(asText(row.fields[ourField]), claimed),
  );
  if (others.length > 0 || rivals.length > 0) {
    const names = [match, ...others].map(nameOf);
    const theirs = rivals.map((row) => asText(row.fields[rules.numbers[origin.side]]) || row.id);
    return { kind: 'disputed', why: 'several-claim-number', others: [...names, ...theirs] };
  }
  if (isTaken(input, match)) return { kind: 'disputed', why: 'number-names-linked', others: namesOf(input, match) };
  return { kind: 'link', record: match, by: { kind: 'number' } };
}

/** Null where the rule finds nobody. */
function byRule(input: MatchInput, rule: MatchRule): Match | null {
  const { origin, across, own } = input;
  if (rule.on.some((term) => textIn(origin, term.fields[origin.side]) === '')) return null;
  const matching = across.filter((record) => rule.on.every((term) => meets(term, origin, record.side, record.fields)));
  // One that is linked, or that a stamp gives to another, makes the match ambiguous; it cannot be chosen any more.
  const free = matching.filter((record) => !isTaken(input, record) && input.decided.get(record.id) !== 'rejected');
  const rivals = own.filter(
    (row) => row.id !== origin.id && rule.on.every((term) => meets(term, origin, row.side, row.fields)),
  );
  const [match] = free;
  const isCut = (side: Side): boolean => input.cut?.has(`${side} ${rule.on[0]?.fields[side] ?? ''}`) === true;
  if (match === undefined) {
    // More hold this value than were shown: its counterpart may be among the others, and a create would be its second.
    return isCut(otherSide(origin.side)) ? { kind: 'disputed', why: 'too-many-share-value', others: [] } : null;
  }
  const isWhole = !sides.some(isCut);
  if (matching.length === 1 && rivals.length === 0 && isWhole)
    return { kind: 'link', record: match, by: { kind: 'rule', rule: rule.name } };
  const candidates = free
    .slice(0, mostCandidates)
    .map((record) => candidate(record, { kind: 'rule', rule: rule.name }));
  return { kind: 'propose', candidates };
}

function meets(
  term: MatchTerm,
  origin: SourceRecord,
  side: SourceRecord['side'],
  fields: SourceRecord['fields'],
): boolean {
  const wanted = textIn(origin, term.fields[origin.side]);
  const held = asText(fields[term.fields[side]]);
  return wanted !== '' && (term.ignoreCase ? sameText(held, wanted) : held === wanted);
}

/** More than anybody looks through. */
const mostCandidates = 20;

/** The most alike first. */
function nearOnes(input: MatchInput, near: NearRule): readonly Candidate[] {
  const { origin } = input;
  const caller = textIn(origin, near.caller[origin.side]);
  if (caller === '') return [];
  const alikes = input.across.flatMap((record) => {
    if (isTaken(input, record) || input.decided.get(record.id) === 'rejected') return [];
    if (!sameText(textIn(record, near.caller[record.side]), caller)) return [];
    const apart = Math.abs(Date.parse(record.createdAt) - Date.parse(origin.createdAt));
    const alike = likeness(textIn(origin, near.title[origin.side]), textIn(record, near.title[record.side]));
    if (apart > near.withinMs || alike < near.likeness) return [];
    const why = { kind: 'near', likeness: rounded(alike), hours: rounded(apart / 3_600_000) } as const;
    return [{ alike, found: candidate(record, why) }];
  });
  return alikes
    .toSorted((a, b) => b.alike - a.alike)
    .slice(0, mostCandidates)
    .map(({ found }) => found);
}

/** Linked, or carrying a stamp of ours that names another record. */
function isTaken({ linked, origin }: MatchInput, record: SourceRecord): boolean {
  return linked.has(record.id) || (record.partnerId !== null && record.partnerId !== origin.id);
}

function namesOf({ linked }: MatchInput, record: SourceRecord): readonly string[] {
  const partner = linked.get(record.id) ?? record.partnerId;
  return [nameOf(record), ...(partner === null ? [] : [partner])];
}

function candidate(record: SourceRecord, why: Candidate['why']): Candidate {
  return { id: record.id, number: record.number, why };
}

function nameOf(record: SourceRecord): string {
  return record.number ?? record.id;
}

function sameText(a: string, b: string): boolean {
  return a !== '' && a.toLowerCase() === b.trim().toLowerCase();
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
