import type { Base, Hold, HoldReason, Link } from '../../core/link.ts';
import type { Decided, PendingWrite } from '../../core/plan.ts';
import type { Fields, FieldValue } from '../../core/record.ts';
import { bothSides, type Side, sides } from '../../core/side.ts';
import type { ConflictRow, HistoryRow } from '../store.ts';

/** The same for every value: sealed on the way in, opened on the way out. `rule` and `native` say where it stands. */
export interface Through {
  /** A value under the name of a rule. */
  rule(value: FieldValue, linkId: string, field: string): FieldValue;
  /** A value under the name of a side's own field. */
  native(value: FieldValue, linkId: string, side: Side, field: string): FieldValue;
}

/** A link with every value of its bases and holds put through. The link itself where none of them changes. */
export function linkThrough(link: Link, through: Through): Link {
  const bases = bothSides((side) =>
    baseThrough(link.bases[side], (value, field) => through.native(value, link.id, side, field)),
  );
  const holds = link.holds.map((hold) => holdThrough(hold, (value) => through.rule(value, link.id, hold.field)));
  const same =
    sides.every((side) => bases[side] === link.bases[side]) && holds.every((hold, n) => hold === link.holds[n]);
  return same ? link : { ...link, bases, holds };
}

function baseThrough(base: Base, change: (value: FieldValue, field: string) => FieldValue): Base {
  let changed: Record<string, FieldValue> | null = null;
  for (const [field, value] of Object.entries<FieldValue>(base.fields)) {
    const other = change(value, field);
    if (other === value) continue;
    changed ??= { ...base.fields };
    changed[field] = other;
  }
  return changed === null ? base : { ...base, fields: changed satisfies Fields };
}

function holdThrough(hold: Hold, change: (value: FieldValue) => FieldValue): Hold {
  const reason = reasonThrough(hold.reason, change);
  return reason === hold.reason ? hold : { ...hold, reason };
}

/** Parents are other tickets, looked for by their ids; they are no text of anybody's. */
function reasonThrough(reason: HoldReason, change: (value: FieldValue) => FieldValue): HoldReason {
  const text = (value: string): string => String(change(value));
  switch (reason.kind) {
    case 'no-counterpart': {
      const value = text(reason.value);
      if (reason.label === undefined) return value === reason.value ? reason : { ...reason, value };
      const label = text(reason.label);
      return value === reason.value && label === reason.label ? reason : { ...reason, value, label };
    }
    case 'class-locked': {
      const value = text(reason.value);
      return value === reason.value ? reason : { ...reason, value };
    }
    case 'refused': {
      const value = change(reason.value);
      return value === reason.value ? reason : { ...reason, value };
    }
    default:
      return reason;
  }
}

export function pendingThrough(write: PendingWrite, through: Through): PendingWrite {
  const { linkId, side, field } = write;
  const change = (value: FieldValue): FieldValue => through.native(value, linkId, side, field);
  return { ...write, value: change(write.value), before: change(write.before) };
}

export function historyThrough<Row extends HistoryRow>(row: Row, through: Through): Row {
  const change = (value: FieldValue): FieldValue => through.rule(value, row.linkId, row.field);
  return { ...row, value: change(row.value), before: change(row.before) };
}

export function conflictThrough(row: ConflictRow, through: Through): ConflictRow {
  const change = (value: FieldValue): FieldValue => through.rule(value, row.linkId, row.field);
  return {
    ...row,
    base: bothSides((side) => change(row.base[side])),
    values: bothSides((side) => change(row.values[side])),
    decision:
      row.decision === null
        ? null
        : decisionThrough(row.decision, (value) => through.rule(value, decisions, row.field)),
  };
}

/** In the place of a link's id: one decision may be about conflicts of many links. */
export const decisions = 'decision';

export function decisionThrough<D extends Decided>(decision: D, change: (value: FieldValue) => FieldValue): D {
  switch (decision.kind) {
    case 'take':
      return decision;
    case 'value':
      return { ...decision, value: change(decision.value) };
    case 'put-back':
      return {
        ...decision,
        on: Object.fromEntries(
          Object.entries(decision.on).map(([side, { expect, value }]) => [
            side,
            { expect: change(expect), value: change(value) },
          ]),
        ),
      };
  }
}
