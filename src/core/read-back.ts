import { keptOf } from './kept.ts';
import type { Base, Hold, Hops } from './link.ts';
import { basesLeft, editedSince, meantBy } from './pending.ts';
import type { FieldConflict, FieldMove, LinkPlan, LinkView } from './plan.ts';
import { type FieldValue, type SourceRecord, valueIn } from './record.ts';
import type { FieldRule, PairRules } from './rules.ts';
import { bothSides, otherSide, type Side, sides } from './side.ts';

type WritePlan = Extract<LinkPlan, { readonly kind: 'write' }>;

/** How a write to one side went. `failed` also where its answer was lost. */
export type WriteOutcome =
  | { readonly kind: 'written'; readonly record: SourceRecord; readonly before: SourceRecord | null }
  | { readonly kind: 'failed' };

export interface AfterWriteInput {
  readonly view: LinkView;
  readonly rules: PairRules;
  readonly plan: WritePlan;
  /** One for every side that the plan writes to; a missing one counts as failed. */
  readonly results: Readonly<Partial<Record<Side, WriteOutcome>>>;
}

export interface AfterWrite {
  readonly bases: Record<Side, Base>;
  /** What really arrived. */
  readonly moves: readonly FieldMove[];
  /** Values that stood only between our read and our write: to be noted beside those of the plan. */
  readonly conflicts: readonly FieldConflict[];
  readonly holds: readonly Hold[];
  readonly hops: readonly Hops[];
  /** A mapped field is not as the plan left it: reconcile once more. */
  readonly lookAgain: boolean;
}

/** Compares what was sent with what was read back, and says what the link's bases are now. */
export function afterWrite(input: AfterWriteInput): AfterWrite {
  const { plan, rules, view } = input;
  const fates = rules.fields.map((rule) => fateOf(input, rule));
  const failed = new Set(fates.filter((fate) => fate.failed).map((fate) => fate.rule.name));
  const refused = fates.flatMap((fate) => (fate.refused === null ? [] : [fate.refused]));
  const undone = (field: string): boolean => failed.has(field) || refused.some((hold) => hold.field === field);
  const unsettled = bothSides(
    (side) => fates.some((fate) => fate.moved.includes(side)) || mayHoldComments(input, side),
  );
  const bases = bothSides((side) => baseAfter(input, side, fates, unsettled[side]));
  return {
    bases,
    moves: plan.moves.filter((move) => !undone(move.field)),
    conflicts: fates.flatMap((fate) => fate.conflicts),
    holds: [...plan.holds, ...refused],
    hops: [
      ...plan.hops.filter((entry) => !undone(entry.field)),
      ...view.link.hops.filter((entry) => undone(entry.field)),
    ],
    lookAgain: unsettled.servicenow || unsettled.salesforce || rules.fields.some((rule) => tailMoved(rule, bases)),
  };
}

/**
 * More than our own save lies between what was read and what was read back. A journal entry of ServiceNow moves nothing but its
 * ticket's counter, so that nothing else would tell of one.
 */
function mayHoldComments({ rules, view, results }: AfterWriteInput, side: Side): boolean {
  const result = results[side];
  if (rules.comments === undefined || result?.kind !== 'written') return false;
  const [seen, written] = [view.now[side].version.count, result.record.version.count];
  return seen !== null && written !== null && written > seen + 1;
}

/** The text behind a cut text is another now: the next run shows it. Two steps, so that a crash between them is plain to see. */
function tailMoved(rule: FieldRule, bases: Readonly<Record<Side, Base>>): boolean {
  const values = bothSides((side) => bases[side].fields[rule.fields[side]] ?? null);
  return !rule.agree(values) && (rule.refresh?.(values) ?? null) !== null;
}

/** What became of one field. */
interface Fate {
  readonly rule: FieldRule;
  readonly failed: boolean;
  readonly refused: Hold | null;
  /** Bases that differ from the plan's. */
  readonly bases: Readonly<Partial<Record<Side, FieldValue>>>;
  /** Sides on which the field is not as the plan left it. */
  readonly moved: readonly Side[];
  readonly conflicts: readonly FieldConflict[];
}

function fateOf(input: AfterWriteInput, rule: FieldRule): Fate {
  const written = sides.filter((side) => sentValue(input, rule, side) !== undefined);
  if (written.some((side) => input.results[side]?.kind !== 'written')) return still(rule, { failed: true });
  const parts = sides.map((side) =>
    written.includes(side) ? sentPart(input, rule, side) : untouchedPart(input, rule, side),
  );
  return still(rule, {
    refused: parts.map((part) => part.refused ?? null).find((hold) => hold !== null) ?? null,
    bases: Object.assign({}, ...parts.map((part) => part.bases ?? {})),
    moved: sides.filter((_, index) => parts[index]?.moved === true),
    conflicts: parts.flatMap((part) => (part.conflict === undefined ? [] : [part.conflict])),
  });
}

function still(rule: FieldRule, over: Partial<Fate>): Fate {
  return { rule, failed: false, refused: null, bases: {}, moved: [], conflicts: [], ...over };
}

interface Part {
  readonly refused?: Hold;
  readonly bases?: Readonly<Partial<Record<Side, FieldValue>>>;
  readonly moved?: boolean;
  readonly conflict?: FieldConflict;
}

/** A field that we did not write on this side: somebody may have, between our read and our write. */
function untouchedPart(input: AfterWriteInput, rule: FieldRule, side: Side): Part {
  const result = input.results[side];
  if (result?.kind !== 'written') return {};
  const read = valueIn(result.record, rule.fields[side]);
  const seen = valueIn(input.view.now[side], rule.fields[side]);
  if (read === undefined || seen === undefined) return {};
  return { moved: !rule.same(side, read, seen) };
}

function sentPart(input: AfterWriteInput, rule: FieldRule, side: Side): Part {
  const result = input.results[side];
  const sent = sentValue(input, rule, side);
  if (result?.kind !== 'written' || sent === undefined) return {};
  const read = valueIn(result.record, rule.fields[side]);
  const seen = valueIn(result.before ?? input.view.now[side], rule.fields[side]) ?? null;
  const conflict = inGap(input, rule, side, sent, result.before);
  const noted = conflict === null ? {} : { conflict };
  if (read === undefined) return noted;
  if (rule.same(side, read, sent) || isLossy(input, rule, side, read)) return { ...noted, bases: oneBase(side, read) };
  if (rule.same(side, read, seen))
    return { refused: { field: rule.name, reason: { kind: 'refused', side, value: sent } } };
  // Automation, or a person, put another value in place of ours: an edit, which the next run carries back.
  return { ...noted, bases: oneBase(side, sent), moved: true };
}

/** The side holds our value as far as it can: either the two agree, or the rule sees no news in it. */
function isLossy(input: AfterWriteInput, rule: FieldRule, side: Side, read: FieldValue): boolean {
  const from = otherSide(side);
  const across = sentValue(input, rule, from) ?? valueIn(input.view.now[from], rule.fields[from]);
  if (across === undefined) return false;
  if (
    rule.agree(
      side === 'servicenow' ? { servicenow: read, salesforce: across } : { servicenow: across, salesforce: read },
    )
  ) {
    return true;
  }
  return keptOf(rule, side, read, across);
}

/** What stood there when we wrote was not what the merge saw: the value is noted, since we overwrote it. */
function inGap(
  input: AfterWriteInput,
  rule: FieldRule,
  side: Side,
  sent: FieldValue,
  before: SourceRecord | null,
): FieldConflict | null {
  if (before === null) return null;
  const lost = valueIn(before, rule.fields[side]);
  const seen = valueIn(input.view.now[side], rule.fields[side]);
  if (lost === undefined || seen === undefined || rule.same(side, lost, seen) || rule.same(side, lost, sent))
    return null;
  const from = otherSide(side);
  const records =
    side === 'servicenow'
      ? { servicenow: before, salesforce: input.view.now.salesforce }
      : { servicenow: input.view.now.servicenow, salesforce: before };
  return {
    field: rule.name,
    rule: rule.conflict,
    base: bothSides((s) => input.view.link.bases[s].fields[rule.fields[s]] ?? null),
    values: bothSides((s) => valueIn(records[s], rule.fields[s]) ?? null),
    versions: bothSides((s) => records[s].version),
    writers: bothSides((s) => records[s].updatedBy),
    winner: from,
    why: 'overwritten-in-gap',
    dates: null,
  };
}

function sentValue(input: AfterWriteInput, rule: FieldRule, side: Side): FieldValue | undefined {
  const write = input.plan.writes.find((candidate) => candidate.on === side && candidate.decided.includes(rule.name));
  return write?.fields[rule.fields[side]];
}

/**
 * A field that failed or was refused keeps the link's bases on both sides, so that it is decided again. While anything on a
 * side is unexplained its base keeps the version the merge read, so that a poll does not take the row for our own echo.
 */
function baseAfter(input: AfterWriteInput, side: Side, fates: readonly Fate[], unsettled: boolean): Base {
  const fields: Record<string, FieldValue> = {};
  for (const fate of fates) {
    const name = fate.rule.fields[side];
    const keepsOld = fate.failed || fate.refused !== null;
    const planned = keepsOld ? basesToDecideAnew(input.view, fate.rule)[side] : input.plan.bases[side].fields[name];
    const value = keepsOld || !(side in fate.bases) ? planned : fate.bases[side];
    if (value !== undefined) fields[name] = value;
  }
  const result = input.results[side];
  const readBack = result?.kind === 'written' && !unsettled ? result.record.version : undefined;
  return { fields, version: readBack ?? input.plan.bases[side].version };
}

/** The link's own, unless an earlier write of ours has arrived that they do not know of. */
function basesToDecideAnew(view: LinkView, rule: FieldRule): Readonly<Record<Side, FieldValue | undefined>> {
  const base = bothSides((side) => view.link.bases[side].fields[rule.fields[side]]);
  if (rule.name in view.settled) return base;
  const changed = bothSides((side) => {
    const now = valueIn(view.now[side], rule.fields[side]);
    return now !== undefined && !rule.same(side, base[side] ?? null, now);
  });
  // What stands across is what the two had in common when it arrived.
  const held = bothSides((side) => valueIn(view.now[side], rule.fields[side]) ?? null);
  const past = (side: Side): FieldValue => meantBy(rule, side, held);
  return basesLeft(view, rule, editedSince(view, rule, changed), past) ?? base;
}

function oneBase(side: Side, value: FieldValue): Readonly<Partial<Record<Side, FieldValue>>> {
  return side === 'servicenow' ? { servicenow: value } : { salesforce: value };
}
