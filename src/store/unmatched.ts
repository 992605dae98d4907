import type { WhyUnmatched } from '../core/directory.ts';
import type { Side } from '../core/side.ts';

/** A person or team that has no counterpart across: the default was used, or the field was left alone. */
export interface UnmatchedRow {
  readonly pair: string;
  /** Where they are named. */
  readonly side: Side;
  /** Name of the rule. */
  readonly field: string;
  /** Their id there. */
  readonly value: string;
  /** What people call them; null where that is not readable. */
  readonly label: string | null;
  readonly why: WhyUnmatched;
  /** How often a ticket that names them was decided. */
  readonly times: number;
  /** The last of those tickets; null while it had no link. */
  readonly linkId: string | null;
  readonly firstAt: string;
  readonly lastAt: string;
}

export type UnmatchedKey = Pick<UnmatchedRow, 'pair' | 'side' | 'field' | 'value'>;

/** What the look-ups of people ask of the store. Part of a transaction. */
export interface UnmatchedTx {
  /** Adds them; one that is there already counts `times` more and keeps its `firstAt`. */
  noteUnmatched(rows: readonly UnmatchedRow[]): Promise<void>;
  /** They have a counterpart by now. */
  clearUnmatched(keys: readonly UnmatchedKey[]): Promise<void>;
  /** By pair, side, field and value. `after`: a row as it was listed. */
  listUnmatched(filter: {
    readonly pair?: string;
    readonly after?: UnmatchedKey;
    readonly limit: number;
  }): Promise<readonly UnmatchedRow[]>;
}

/** Those of one batch as one row each: a statement cannot touch a row twice. */
export function onePerPerson(rows: readonly UnmatchedRow[]): readonly UnmatchedRow[] {
  const merged = new Map<string, UnmatchedRow>();
  for (const row of rows) {
    const key = JSON.stringify([row.pair, row.side, row.field, row.value]);
    const known = merged.get(key);
    merged.set(key, known === undefined ? row : { ...row, times: known.times + row.times, firstAt: known.firstAt });
  }
  return [...merged.values()];
}
