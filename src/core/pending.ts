import type { LinkView, PendingWrite } from './plan.ts';
import { valueIn } from './record.ts';
import type { FieldRule } from './rules.ts';
import { otherSide, type Side, sides } from './side.ts';

/**
 * What became of a write whose answer was never recorded. landed: the target holds it. missed: the target still holds what it
 * held before. other: somebody has written there since.
 */
type Outcome = 'none' | 'landed' | 'missed' | 'other';

/** Which sides count as edited since the last agreement, and the side whose later edit overtook a write of ours. */
export interface Edited {
  readonly changed: Readonly<Record<Side, boolean>>;
  readonly overtaken: Side | null;
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

/** Corrects "changed against the base" by what our own unrecorded writes explain. `changed` is the plain comparison. */
export function editedSince(view: LinkView, rule: FieldRule, changed: Readonly<Record<Side, boolean>>): Edited {
  const writes = view.pending.filter((write) => rule.fields[write.side] === write.field);
  const of = (side: Side): Outcome => {
    const write = writes.find((candidate) => candidate.side === side);
    return write === undefined ? 'none' : outcome(view, rule, write);
  };
  for (const side of sides) {
    const mine = of(side);
    const across = of(otherSide(side));
    if (mine === 'landed' && across === 'landed') return { changed: only(null), overtaken: null };
    // Written both ways (a person's third value) and only this half arrived: it is the newer truth.
    if (mine === 'landed' && across === 'missed') return { changed: only(side), overtaken: null };
    if (mine === 'landed' && across === 'other') return { changed: only(otherSide(side)), overtaken: otherSide(side) };
    // Ours arrived; the sides still differ, so the source has moved on since.
    if (mine === 'landed') return { changed: only(otherSide(side)), overtaken: null };
    if (mine === 'other' && across === 'none' && stillMeant(view, rule, side, writes)) {
      return { changed: only(side), overtaken: side };
    }
  }
  return { changed, overtaken: null };
}

function outcome(view: LinkView, rule: FieldRule, write: PendingWrite): Outcome {
  const held = valueIn(view.now[write.side], write.field);
  if (held === undefined) return 'none';
  if (rule.same(write.side, held, write.value)) return 'landed';
  return rule.same(write.side, held, write.before) ? 'missed' : 'other';
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

function only(side: Side | null): Readonly<Record<Side, boolean>> {
  return { servicenow: side === 'servicenow', salesforce: side === 'salesforce' };
}
