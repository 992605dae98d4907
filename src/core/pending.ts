import type { LinkView, PendingWrite } from './plan.ts';
import { type FieldValue, valueIn } from './record.ts';
import type { FieldRule } from './rules.ts';
import { bothSides, otherSide, type Side, sides } from './side.ts';

/**
 * What became of a write whose answer was never recorded. landed: the target holds it. missed: the target still holds what it
 * held before. other: somebody has written there since.
 */
type Outcome = 'none' | 'landed' | 'missed' | 'other';

/** Which sides count as edited since the last agreement, and the side whose later edit overtook a write of ours. */
export interface Edited {
  readonly changed: Readonly<Record<Side, boolean>>;
  readonly overtaken: Side | null;
  /** False where a write of ours arrived that no base knows of: the bases are then not what the editors saw. */
  readonly certain: boolean;
}

/**
 * The time until which a write may still be executed by the server, or null when none can be. A target that holds the old
 * value proves nothing before `sentAt` + `settleMs`.
 */
export function inDoubtUntil(
  view: LinkView,
  rules: readonly FieldRule[],
  at: { now: string; settleMs: number },
): string | null {
  const ends = view.pending
    .filter((write) =>
      rules.some((rule) => rule.fields[write.side] === write.field && outcome(view, rule, write) === 'missed'),
    )
    .map((write) => Date.parse(write.sentAt) + at.settleMs)
    .filter((end) => Date.parse(at.now) < end);
  return ends.length === 0 ? null : new Date(Math.max(...ends)).toISOString();
}

/** Writes whose answer was never recorded, and that the target holds though its base does not know of them. */
export function landedWrites(
  view: LinkView,
  rules: readonly FieldRule[],
): readonly { readonly rule: FieldRule; readonly write: PendingWrite }[] {
  return rules.flatMap((rule) =>
    view.pending
      .filter((write) => write.field === rule.fields[write.side] && outcome(view, rule, write) === 'landed')
      .filter((write) => !rule.same(write.side, view.link.bases[write.side].fields[write.field] ?? null, write.value))
      .map((write) => ({ rule, write })),
  );
}

/** Corrects "changed against the base" by what our own unrecorded writes explain. `changed` is the plain comparison. */
export function editedSince(view: LinkView, rule: FieldRule, changed: Readonly<Record<Side, boolean>>): Edited {
  const writes = view.pending.filter((write) => rule.fields[write.side] === write.field);
  const outcomes = bothSides((side) => {
    const write = writes.find((candidate) => candidate.side === side);
    return write === undefined ? 'none' : outcome(view, rule, write);
  });
  const certain = sides.every((side) => outcomes[side] === 'none' || outcomes[side] === 'missed');
  for (const side of sides) {
    const mine = outcomes[side];
    const across = outcomes[otherSide(side)];
    // Both arrived and the sides differ: an earlier one came in late, over what the later one was made from.
    if (mine === 'landed' && across === 'landed') {
      return { changed: only(sourceOfLater(writes)), overtaken: null, certain };
    }
    // Written both ways (a person's third value) and only this half arrived: it is the newer truth.
    if (mine === 'landed' && across === 'missed') return { changed: only(side), overtaken: null, certain };
    if (mine === 'landed' && across === 'other') {
      return { changed: only(otherSide(side)), overtaken: otherSide(side), certain };
    }
    // Ours arrived, and the source shows as much of it as it can, or did when it was cut.
    if (mine === 'landed' && showsThat(view, rule)) return { changed: only(null), overtaken: null, certain };
    // Ours arrived; the sides still differ, so the source has moved on since.
    if (mine === 'landed') return { changed: only(otherSide(side)), overtaken: null, certain };
    if (mine === 'other' && across === 'none' && stillMeant(view, rule, side, writes)) {
      return { changed: only(side), overtaken: side, certain };
    }
    // What it was to replace was ours as well, or went on record with it: it is nobody's edit a second time.
    if (mine === 'missed' && across !== 'missed' && changed[side] && changed[otherSide(side)]) {
      return { changed: only(otherSide(side)), overtaken: null, certain: false };
    }
  }
  return { changed, overtaken: null, certain };
}

/**
 * The bases of a field that is left as it is although unrecorded writes of ours have explained who edited what: those writes are
 * forgotten now, so the bases take over what they told. The side that stands still gets what it holds, the edited one what
 * `past` says it had before. Null: the link's own bases tell it as well.
 */
export function basesLeft(
  view: LinkView,
  rule: FieldRule,
  { changed, certain }: Edited,
  past: (side: Side) => FieldValue,
): Record<Side, FieldValue> | null {
  if (certain || (changed.servicenow && changed.salesforce)) return null;
  return bothSides((side) => (changed[side] ? past(side) : (valueIn(view.now[side], rule.fields[side]) ?? null)));
}

/** What `side` would hold of what stands across; null where nothing is known to. */
export function meantBy(rule: FieldRule, side: Side, now: Readonly<Record<Side, FieldValue>>): FieldValue {
  const meant = rule.carry({ to: side, value: now[otherSide(side)], baseFrom: undefined, target: undefined });
  return meant.kind === 'write' ? meant.value : null;
}

function outcome(view: LinkView, rule: FieldRule, write: PendingWrite): Outcome {
  const held = valueIn(view.now[write.side], write.field);
  if (held === undefined) return 'none';
  if (rule.same(write.side, held, write.value)) return 'landed';
  return rule.same(write.side, held, write.before) ? 'missed' : 'other';
}

/** The side that holds the later of two writes; null where both went out at once (a person's third value). */
function sourceOfLater(writes: readonly PendingWrite[]): Side | null {
  const [earlier, later] = writes.toSorted((a, b) => Date.parse(a.sentAt) - Date.parse(b.sentAt));
  return earlier === undefined || later === undefined || earlier.sentAt === later.sentAt ? null : later.side;
}

/** True if the source still holds the value that the overtaken write was made from. */
function stillMeant(view: LinkView, rule: FieldRule, side: Side, writes: readonly PendingWrite[]): boolean {
  const write = writes.find((candidate) => candidate.side === side);
  const source = valueIn(view.now[otherSide(side)], rule.fields[otherSide(side)]);
  if (write === undefined || source === undefined) return false;
  return rule.agree(
    side === 'servicenow'
      ? { servicenow: write.value, salesforce: source }
      : { servicenow: source, salesforce: write.value },
  );
}

/** One side shows a part of what the other holds, too long to be shown whole. */
function showsThat(view: LinkView, rule: FieldRule): boolean {
  const servicenow = valueIn(view.now.servicenow, rule.fields.servicenow);
  const salesforce = valueIn(view.now.salesforce, rule.fields.salesforce);
  if (servicenow === undefined || salesforce === undefined) return false;
  const due = rule.refresh?.({ servicenow, salesforce }) ?? null;
  return due !== null && !rule.same(due.on, due.value, due.on === 'servicenow' ? salesforce : servicenow);
}

function only(side: Side | null): Readonly<Record<Side, boolean>> {
  return { servicenow: side === 'servicenow', salesforce: side === 'salesforce' };
}
