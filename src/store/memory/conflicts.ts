import type { ConflictRow, Tx } from '../store.ts';
import { byText, type State } from './state.ts';

type ConflictMethods = Pick<
  Tx,
  | 'noteConflicts'
  | 'conflictsOf'
  | 'listConflicts'
  | 'conflictById'
  | 'decideConflict'
  | 'settleConflicts'
  | 'addHistory'
  | 'historyOf'
>;

export function conflictMethods(state: State): ConflictMethods {
  return {
    noteConflicts: async (rows) => rows.map((row) => note(state, row)),
    conflictsOf: async (linkIds, statuses) => {
      const wanted = new Set(linkIds);
      return sorted(state.conflicts.where((row) => wanted.has(row.linkId) && statuses.includes(row.status)));
    },
    listConflicts: async ({ all, pair, after, limit }) =>
      sorted(
        state.conflicts.where(
          (row) =>
            (all || row.status !== 'settled') &&
            (pair === undefined || row.pair === pair) &&
            (after === undefined || row.id > after),
        ),
      ).slice(0, limit),
    conflictById: async (id) => state.conflicts.get(id) ?? null,
    decideConflict: async (id, decision) => {
      const row = state.conflicts.get(id);
      // What is settled has been carried out: deciding it again would promise what nothing will do.
      if (row !== undefined && row.status !== 'settled')
        state.conflicts.set(id, { ...row, status: 'decided', decision });
    },
    settleConflicts: async (ids, winner, at) => {
      for (const row of state.conflicts.pick(ids)) {
        state.conflicts.set(row.id, { ...row, status: 'settled', winner, settledAt: at });
      }
    },

    addHistory: async (rows) => {
      for (const row of rows) state.history.set(row.linkId, [...(state.history.get(row.linkId) ?? []), row]);
    },
    historyOf: async (linkId, limit) => (state.history.get(linkId) ?? []).toReversed().slice(0, limit),
  };
}

function sorted(rows: readonly ConflictRow[]): readonly ConflictRow[] {
  return rows.toSorted(byText((row) => row.id));
}

/** After a crash the same conflict is found again: it stays the row it was. */
function note(state: State, row: ConflictRow): string {
  const { values, versions } = row;
  const same = JSON.stringify([
    row.linkId,
    row.field,
    values.servicenow,
    values.salesforce,
    versions.servicenow.stamp,
    versions.servicenow.count,
    versions.salesforce.stamp,
    versions.salesforce.count,
  ]);
  const known = state.conflictOf.get(same);
  if (known !== undefined) return known;
  state.conflicts.set(row.id, row);
  state.conflictOf.set(same, row.id);
  return row.id;
}
