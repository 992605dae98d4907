import { createFields } from './create-fields.ts';
import type { NewPlan } from './plan.ts';
import type { SourceRecord } from './record.ts';
import type { PairRules } from './rules.ts';
import { otherSide } from './side.ts';

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
  const claiming = candidates.map((record) => record.number ?? record.id);
  if (others.length > 0 || names(match, origin) === 'another')
    return { kind: 'quarantine', why: 'several-carry-stamp', others: claiming };
  if (input.linkedIds.has(match.id)) return { kind: 'quarantine', why: 'stamp-names-linked', others: claiming };
  const records =
    origin.side === 'servicenow'
      ? { servicenow: origin, salesforce: match }
      : { servicenow: match, salesforce: origin };
  return { kind: 'adopt', records, by: { kind: 'stamp' } };
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
