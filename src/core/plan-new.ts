import type { Hold } from './link.ts';
import type { NewPlan } from './plan.ts';
import { type Fields, type FieldValue, type SourceRecord, valueIn } from './record.ts';
import type { Carried, FieldRule, PairRules } from './rules.ts';
import { otherSide, type Side } from './side.ts';

export { newLink, type NewLinkInput } from './new-link.ts';

export interface NewInput {
  readonly pair: PairRules;
  /** The record that has no link. */
  readonly origin: SourceRecord;
  /** What the origin's stamp names, if it was read. */
  readonly partner: SourceRecord | null;
  /** Records across whose stamp names the origin. */
  readonly claimed: readonly SourceRecord[];
  /** Ids on either side that are linked already in this pair. */
  readonly linkedIds: ReadonlySet<string>;
}

/**
 * What to do about a record that has no link. A stamp of ours, on it or naming it, is never a reason to create: what it names
 * is adopted if nobody else claims it, else a person must look.
 */
export function planNew(input: NewInput): NewPlan {
  const { origin, partner, claimed } = input;
  if (origin.partnerId !== null && partner === null) return { kind: 'quarantine', why: 'stamp-names-nothing' };
  const candidates = partner === null ? claimed : [partner, ...claimed.filter((record) => record.id !== partner.id)];
  const [match, ...others] = candidates;
  if (match === undefined) return create(input);
  if (others.length > 0 || names(match, origin) === 'another')
    return { kind: 'quarantine', why: 'several-carry-stamp' };
  if (input.linkedIds.has(match.id)) return { kind: 'quarantine', why: 'stamp-names-linked' };
  const records =
    origin.side === 'servicenow'
      ? { servicenow: origin, salesforce: match }
      : { servicenow: match, salesforce: origin };
  return { kind: 'adopt', records };
}

/** Whom the stamp of `record` names. */
function names(record: SourceRecord, origin: SourceRecord): 'nobody' | 'origin' | 'another' {
  if (record.partnerId === null) return 'nobody';
  return record.partnerId === origin.id ? 'origin' : 'another';
}

function create({ pair, origin }: NewInput): NewPlan {
  if (!pair.inScope(origin)) return { kind: 'ignore', why: 'out-of-scope' };
  return { kind: 'create', on: otherSide(origin.side), ...createFields(pair, origin) };
}

/** The native fields of the record to be created across from `origin`, and the fields left out on purpose. Empty ones are not sent. */
export function createFields(
  pair: PairRules,
  origin: SourceRecord,
): { readonly fields: Fields; readonly holds: readonly Hold[] } {
  const on = otherSide(origin.side);
  const fields: Record<string, FieldValue> = {};
  const companions: Record<string, FieldValue> = {};
  const holds: Hold[] = [];
  for (const rule of pair.fields) {
    const carried = carryToNew(rule, origin, on);
    if (carried.kind === 'hold') holds.push({ field: rule.name, reason: carried.reason });
    if (carried.kind !== 'write' || carried.value === null) continue;
    fields[rule.fields[on]] = carried.value;
    Object.assign(companions, rule.companions(on, carried.value, null));
  }
  return { fields: { ...companions, ...fields }, holds };
}

function carryToNew(rule: FieldRule, origin: SourceRecord, on: Side): Carried {
  if (rule.writes !== 'both' && rule.writes !== on) return { kind: 'keep' };
  const value = valueIn(origin, rule.fields[origin.side]);
  if (value === undefined) return { kind: 'hold', reason: { kind: 'unreadable', side: origin.side } };
  return rule.carry({ to: on, value, baseFrom: undefined, target: undefined });
}
