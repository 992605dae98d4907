import type { FieldValue } from '../core/record.ts';
import type { PairRules } from '../core/rules.ts';
import { type Side, sides } from '../core/side.ts';
import type { ConflictRow, HistoryRow } from '../store/store.ts';
import type { KeptLink } from './link-view.ts';
import type { HeldValue, Names, Writer } from './name-book.ts';

/** Whom a page names: to be looked up before it is drawn. */
export interface People {
  readonly values: readonly HeldValue[];
  readonly writers: readonly Writer[];
}

/** Everybody whom these conflicts name. */
export function peopleOfConflicts(rows: readonly ConflictRow[]): People {
  return {
    values: rows.flatMap(({ pair, field, values, base }) =>
      [values, base].flatMap((held) => sides.map((side) => ({ pair, field, side, value: held[side] }))),
    ),
    writers: rows.flatMap(({ writers }) => sides.map((side) => ({ side, name: writers[side] }))),
  };
}

/** Everybody whom this part of a link's history names. */
export function peopleOfHistory(pair: string, rows: readonly HistoryRow[]): People {
  return {
    values: rows.flatMap(({ field, to, before, value }) =>
      [before, value].map((one) => ({ pair, field, side: to, value: one })),
    ),
    writers: rows.map(({ from, by }) => ({ side: from, name: by })),
  };
}

/** Everybody named by what a link last agreed on, its conflicts and its history. */
export function peopleOfLink({ link, conflicts, history }: KeptLink, pair: PairRules | undefined): People {
  const bases = (pair?.fields ?? []).flatMap(({ name: field, fields }) =>
    sides.map((side) => ({ pair: link.pair, field, side, value: link.bases[side].fields[fields[side]] ?? null })),
  );
  const parts = [peopleOfConflicts(conflicts), peopleOfHistory(link.pair, history)];
  return {
    values: [...bases, ...parts.flatMap(({ values }) => values)],
    writers: parts.flatMap(({ writers }) => writers),
  };
}

/** The names of one pair, as sentences about its changes ask for them. */
export function namesIn(pair: string, names: Names) {
  return (field: string, side: Side, value: FieldValue): string | null => names.ofValue({ pair, field, side, value });
}
