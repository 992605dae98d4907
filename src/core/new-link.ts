import type { Base, Hold, Link } from './link.ts';
import { createFields } from './create-fields.ts';
import { keptOf } from './kept.ts';
import type { FieldMove, PendingWrite } from './plan.ts';
import { type Fields, type FieldValue, type SourceRecord, valueIn } from './record.ts';
import type { FieldRule, PairRules } from './rules.ts';
import { bothSides, otherSide, type Side } from './side.ts';

export interface NewLinkInput {
  readonly id: string;
  readonly pair: PairRules;
  /** Both records, the new one as read back, the origin as it was when the create was decided. */
  readonly records: Readonly<Record<Side, SourceRecord>>;
  readonly origin: Side;
  /**
   * create: we made the record across from `origin`. recover: so we did, lost the answer, and found it later. adopt: both were
   * there.
   */
  readonly how: 'create' | 'recover' | 'adopt';
  /** recover: what the create carried, by native field of the record across. */
  readonly sent?: readonly PendingWrite[];
  /** ISO 8601. */
  readonly at: string;
}

/**
 * The link of two records that belong together. Where they differ, the bases are chosen so that the next reconcile decides
 * well; the link is then `pending` and must be looked at again.
 */
export function newLink(input: NewLinkInput): Link {
  const { pair, records, origin } = input;
  const made = createFields(pair, records[origin]);
  const bases = bothSides((side) => firstBase(input, side, made));
  const settled = pair.fields.every(
    (rule) => inStep(rule, records) || (input.how === 'create' && made.holds.some((hold) => hold.field === rule.name)),
  );
  return {
    id: input.id,
    pair: pair.name,
    ids: bothSides((side) => records[side].id),
    numbers: bothSides((side) => records[side].number),
    origin,
    status: settled ? 'synced' : 'pending',
    bases,
    holds: input.how === 'create' ? made.holds : [],
    hops: [],
    life: null,
    createdAt: input.at,
    lastSyncedAt: input.at,
  };
}

/**
 * What a create carried and somebody wrote over or emptied before its answer was found. Kept as writes of the link, so that what gives
 * way is put on record: nobody saw what the desk had kept of it.
 */
export function overtakenAtCreate(
  pair: PairRules,
  across: SourceRecord,
  sent: readonly PendingWrite[],
): readonly PendingWrite[] {
  const overtaken = sent.filter((write) => {
    const rule = pair.fields.find((candidate) => candidate.fields[write.side] === write.field);
    if (rule?.writes !== 'both' || write.side !== across.side || isEmpty(write.value)) return false;
    const held = valueIn(across, write.field);
    if (held === undefined || rule.same(write.side, held, write.value)) return false;
    const onlyOne = write.before === null || rule.same(write.side, write.before, write.value);
    if (madeWithout(across, write, sent)) return false;
    return onlyOne && (isEmptied(held, across) || !keptOf(rule, write.side, held, write.value));
  });
  // It is known to have arrived: nothing is nothing again, and not what stood there before it came.
  return overtaken.map((write) => ({ ...write, before: write.value }));
}

function isEmpty(value: FieldValue): boolean {
  return value === null || value === '';
}

/**
 * Nothing at all may as well have been emptied by a person while the answer was lost; on a record that nobody has saved since, the desk
 * itself took nothing (ServiceNow's field ACLs drop a value and say nothing of it).
 */
function isEmptied(value: FieldValue, record: SourceRecord): boolean {
  return isEmpty(value) && record.version.count !== 0;
}

/** History of a create: one move per field that went out. */
export function movesOfCreate(pair: PairRules, origin: SourceRecord): readonly FieldMove[] {
  const to = otherSide(origin.side);
  const { fields } = createFields(pair, origin);
  return pair.fields.flatMap((rule): readonly FieldMove[] => {
    const value = fields[rule.fields[to]];
    if (value === undefined) return [];
    return [{ field: rule.name, from: origin.side, to, before: null, value, because: 'create' }];
  });
}

function inStep(rule: FieldRule, records: Readonly<Record<Side, SourceRecord>>): boolean {
  const servicenow = valueIn(records.servicenow, rule.fields.servicenow);
  const salesforce = valueIn(records.salesforce, rule.fields.salesforce);
  return servicenow !== undefined && salesforce !== undefined && rule.agree({ servicenow, salesforce });
}

function firstBase(
  input: NewLinkInput,
  side: Side,
  made: { readonly fields: Fields; readonly holds: readonly Hold[] },
): Base {
  const record = input.records[side];
  const fields: Record<string, FieldValue> = {};
  for (const rule of input.pair.fields) {
    const value = inStep(rule, input.records) ? valueIn(record, rule.fields[side]) : differing(input, side, rule, made);
    if (value !== undefined) fields[rule.fields[side]] = value;
  }
  return { fields, version: record.version };
}

/**
 * The base of a field on which the two differ. Adopted: nobody knows what they had in common, so the past is empty and both
 * count as edited; the rule decides and the loser is noted. Created: the origin stands, and what the other side made of our
 * value is an edit of its own, unless it merely kept less of it. Held at the create: only the origin counts as edited, so that it stays held.
 */
function differing(
  input: NewLinkInput,
  side: Side,
  rule: FieldRule,
  made: { readonly fields: Fields; readonly holds: readonly Hold[] },
): FieldValue | undefined {
  if (input.how === 'adopt') return null;
  const held = made.holds.some((hold) => hold.field === rule.name);
  if (input.how === 'recover' && rule.writes === 'both') return recovered(input, side, rule, held);
  const value = valueIn(input.records[side], rule.fields[side]);
  if (held) return side === input.origin ? null : value;
  // Written on the origin only: it went the other way, so the record across is the one that still has news to bring.
  if (rule.writes === input.origin) return side === input.origin ? value : null;
  if (side === input.origin) return value;
  const across = valueIn(input.records[input.origin], rule.fields[input.origin]);
  if (value !== undefined && across !== undefined && keptOf(rule, side, value, across)) return value;
  return made.fields[rule.fields[side]] ?? null;
}

/**
 * The create carried what the origin held then, so that value is what the two had in common. What differs from it now was edited
 * since: there, here, or on both sides. A field that was not sent has no past, unless it was held: see `differing`.
 */
function recovered(input: NewLinkInput, side: Side, rule: FieldRule, held: boolean): FieldValue {
  const { origin, records } = input;
  const to = otherSide(origin);
  const note = input.sent?.find((write) => write.side === to && write.field === rule.fields[to]);
  const value = valueIn(records[side], rule.fields[side]) ?? null;
  if (note === undefined) return held && side !== origin ? value : null;
  const sent = arrived(rule, records[to], note, input.sent ?? []);
  if (sent === undefined) return null;
  if (side !== origin) return !isEmptied(value, records[side]) && keptOf(rule, side, value, sent) ? value : sent;
  if (
    rule.agree(
      origin === 'servicenow' ? { servicenow: value, salesforce: sent } : { servicenow: sent, salesforce: value },
    )
  )
    return value;
  const carried = rule.carry({ to: side, value: sent, baseFrom: undefined, target: undefined });
  return carried.kind === 'write' ? carried.value : null;
}

/**
 * What arrived of a create that may have been sent twice: what stands there, if it is one of the two values (the earlier one is in
 * `before`). If it is neither, somebody has edited it, and nobody knows from which: undefined.
 */
function arrived(
  rule: FieldRule,
  across: SourceRecord,
  note: PendingWrite,
  sent: readonly PendingWrite[],
): FieldValue | undefined {
  const to = across.side;
  const held = valueIn(across, rule.fields[to]) ?? null;
  if (madeWithout(across, note, sent)) return held;
  if (note.before === null || rule.same(to, note.before, note.value) || rule.same(to, held, note.value))
    return note.value;
  return rule.same(to, held, note.before) ? note.before : undefined;
}

/**
 * True if an earlier sending of the create did without this field, and is the one that arrived: nothing stands there, and nobody has
 * saved the record since.
 */
function madeWithout(across: SourceRecord, note: PendingWrite, sent: readonly PendingWrite[]): boolean {
  const sentBefore = sent.some((write) => write.before !== null);
  if (!sentBefore || note.before !== null || across.version.count !== 0) return false;
  return isEmpty(valueIn(across, note.field) ?? null);
}
