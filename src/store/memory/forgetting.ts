import { forgottenBase, formatKey, type Link } from '../../core/link.ts';
import { sides } from '../../core/side.ts';
import type { ForgettingTx } from '../forgetting.ts';
import type { ConflictRow, HistoryRow } from '../store.ts';
import { byText, type State } from './state.ts';
import type { Table } from './table.ts';

export function forgettingMethods(state: State): ForgettingTx {
  return {
    forgetLink: async (id) => {
      const link = state.links.get(id);
      if (link === undefined) return null;
      const history = state.history.get(id)?.length ?? 0;
      const children = state.children.get(id)?.length ?? 0;
      state.history.delete(id);
      state.children.delete(id);
      const conflicts = state.conflicts.where((row) => row.linkId === id);
      dropConflicts(state, conflicts);
      const bases = { servicenow: forgottenBase, salesforce: forgottenBase };
      const numbers = { servicenow: null, salesforce: null };
      state.links.set(id, { ...link, status: 'detached', bases, numbers, holds: [], hops: [], life: null });
      return {
        history,
        conflicts: conflicts.length,
        children,
        inDoubt: dropInDoubt(state, link),
        quarantined: drop(state.quarantine, ({ key }) => keysOf(link).includes(key)),
        proposals: drop(
          state.proposals,
          (row) => row.pair === link.pair && sides.some((side) => row.ids[side] === link.ids[side]),
        ),
        unmatched: drop(state.unmatched, (row) => row.linkId === id),
      };
    },

    prune: async (before, limit) => {
      const old = <Row>(
        rows: readonly Row[],
        atOf: (row: Row) => string | null,
        than: string | null,
      ): readonly Row[] =>
        than === null
          ? []
          : rows
              .filter((row) => (atOf(row) ?? than) < than)
              .toSorted(byText((row) => atOf(row) ?? ''))
              .slice(0, limit);
      const history = old(state.history.all().flat(), (row) => row.at, before.history);
      const runs = old(state.runs.all(), (row) => row.endedAt, before.history);
      const conflicts = old(
        state.conflicts.where((row) => row.status === 'settled'),
        (row) => row.settledAt,
        before.conflicts,
      );
      dropHistory(state, new Set(history));
      for (const run of runs) state.runs.delete(run.id);
      dropConflicts(state, conflicts);
      return { history: history.length, runs: runs.length, conflicts: conflicts.length };
    },
  };
}

/** Under the link, and under either record while it was new. */
function keysOf({ id, pair, ids }: Link): readonly string[] {
  return [
    formatKey({ kind: 'link', linkId: id }),
    ...sides.map((side) => formatKey({ kind: 'new', pair, side, id: ids[side] })),
  ];
}

function dropInDoubt(state: State, { id, pair, ids }: Link): number {
  const intents = state.intents.where((intent) => intent.pair === pair && intent.originId === ids[intent.origin]);
  const writes = [id, ...intents.map((intent) => intent.id)].flatMap((owner) => state.pending.get(owner) ?? []);
  for (const owner of [id, ...intents.map((intent) => intent.id)]) state.pending.delete(owner);
  for (const intent of intents) state.intents.delete(intent.id);
  return writes.length + intents.length;
}

function drop<Row>(table: Table<Row>, match: (row: Row) => boolean): number {
  const keys = table.keysWhere(match);
  for (const key of keys) table.delete(key);
  return keys.length;
}

function dropConflicts(state: State, rows: readonly ConflictRow[]): void {
  const ids = new Set(rows.map(({ id }) => id));
  drop(state.conflicts, ({ id }) => ids.has(id));
  drop(state.conflictOf, (id) => ids.has(id));
}

function dropHistory(state: State, gone: ReadonlySet<HistoryRow>): void {
  for (const linkId of new Set([...gone].map((row) => row.linkId))) {
    const left = (state.history.get(linkId) ?? []).filter((row) => !gone.has(row));
    if (left.length === 0) state.history.delete(linkId);
    else state.history.set(linkId, left);
  }
}
