import type { Hop } from './hops.ts';
import type { Hold, HoldReason } from './link.ts';
import { basesLeft, type Edited, meantBy } from './pending.ts';
import type { ConflictReason, DateRange, FieldConflict, FieldMove, LinkView } from './plan.ts';
import type { FieldValue } from './record.ts';
import type { ConflictRule, FieldRule } from './rules.ts';
import { bothSides, otherSide, type Side, sides } from './side.ts';

/** One field of one link, with everything its merge looks at. */
export interface FieldCase {
  readonly view: LinkView;
  readonly rule: FieldRule;
  readonly tieBreak: Side;
  readonly now: Readonly<Record<Side, FieldValue>>;
  /** Null where the field was never agreed on: an empty past. */
  readonly base: Readonly<Record<Side, FieldValue>>;
  /** Who edited it; null before that is known, and where a person decides. */
  readonly edited: Edited | null;
  /** ISO 8601. */
  readonly at: string;
}

/** What the merge of one field came to. */
export interface FieldResult {
  /** The bases as they will stand; null leaves the link's own, so that the field counts as changed next time too. */
  readonly bases: Readonly<Record<Side, FieldValue>> | null;
  readonly writes: Readonly<Partial<Record<Side, FieldValue>>>;
  readonly moves: readonly FieldMove[];
  /** The write across, for the count of hops; null where nothing goes out or a person decided. */
  readonly hop: Hop | null;
  readonly hold: Hold | null;
  readonly conflict: FieldConflict | null;
  /** A `latest` conflict whose dates have not been asked for yet. */
  readonly undated: FieldConflict | null;
}

const nothing: FieldResult = {
  bases: null,
  writes: {},
  moves: [],
  hop: null,
  hold: null,
  conflict: null,
  undated: null,
};

/** Nothing to write: what was read now is what the sides have in common. */
export function rebase(c: FieldCase): FieldResult {
  return { ...nothing, bases: c.now };
}

/** The field is left alone, and is decided again next time. */
export function hold(c: FieldCase, reason: HoldReason, conflict: FieldConflict | null = null): FieldResult {
  return { ...nothing, bases: basesOfHeld(c), hold: { field: c.rule.name, reason }, conflict };
}

/** A field that one answer left out: absent is not empty, so nothing is written and no base moves. */
export function unreadable(field: string, side: Side): FieldResult {
  return { ...nothing, hold: { field, reason: { kind: 'unreadable', side } } };
}

/**
 * An edit that is held still counts as one next time, so the link's bases stay, or tell as much. Nobody knows what the editor of a
 * held field saw, so it has no past then; where it was emptied, its past is what stands across.
 */
function basesOfHeld(c: FieldCase): FieldResult['bases'] {
  const past = (side: Side): FieldValue => (isEmpty(c.now[side]) ? meantBy(c.rule, side, c.now) : null);
  return c.edited === null ? null : basesLeft(c.view, c.rule, c.edited, past);
}

function isEmpty(value: FieldValue): boolean {
  return value === null || value === '';
}

/** The field needs dates before it can be decided. */
export function askDates(c: FieldCase): FieldResult {
  return { ...nothing, undated: conflictOf(c, { winner: null, why: 'rule' }) };
}

/** Shows more or less of a text that is cut on this side; nobody's edit, so no hop either. */
export function show(c: FieldCase, on: Side, value: FieldValue): FieldResult {
  const writes = on === 'servicenow' ? { servicenow: value } : { salesforce: value };
  return { ...write(c, otherSide(on), writes, 'one-sided', null), hop: null };
}

/** Writes go out, `from` being where the value comes from; the bases will be what each side then holds. */
export function write(
  c: FieldCase,
  from: Side,
  writes: Readonly<Partial<Record<Side, FieldValue>>>,
  because: FieldMove['because'],
  conflict: FieldConflict | null,
): FieldResult {
  const field = c.rule.name;
  const moves = sides.flatMap((to): readonly FieldMove[] => {
    const value = writes[to];
    return value === undefined ? [] : [{ field, from: otherSide(to), to, before: c.now[to], value, because }];
  });
  const bases = bothSides((side) => {
    const value = writes[side];
    return value === undefined ? c.now[side] : value;
  });
  const hop = because === 'person' ? null : { field, from, to: otherSide(from) };
  return { ...nothing, bases, writes, moves, hop, conflict };
}

/** A conflict row with the values as they stand now. */
export function conflictOf(
  c: FieldCase,
  decision: {
    readonly winner: Side | null;
    readonly why: ConflictReason;
    readonly rule?: ConflictRule;
    readonly dates?: Readonly<Record<Side, DateRange>>;
  },
): FieldConflict {
  return {
    field: c.rule.name,
    rule: decision.rule ?? c.rule.conflict,
    base: c.base,
    values: c.now,
    versions: bothSides((side) => c.view.now[side].version),
    writers: bothSides((side) => c.view.now[side].updatedBy),
    winner: decision.winner,
    why: decision.why,
    dates: decision.dates ?? null,
  };
}
