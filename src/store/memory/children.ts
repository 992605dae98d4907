import type { ChildRow } from '../../core/children.ts';
import type { ChildCount, Tx } from '../store.ts';
import { byText, type State } from './state.ts';

type ChildMethods = Pick<
  Tx,
  | 'childrenOf'
  | 'childrenById'
  | 'saveChildren'
  | 'linksWithChildrenPlannedBefore'
  | 'countChildren'
  | 'swapChild'
  | 'linksWithFilesDue'
>;

/** The ledger of comments and files. */
export function childMethods(state: State): ChildMethods {
  const all = (): readonly ChildRow[] => state.children.all().flat();
  return {
    childrenOf: async (linkIds) => state.children.pick(linkIds).flat(),
    childrenById: async (kind, side, ids) => {
      const wanted = new Set(ids);
      return all().filter(
        (row) => row.kind === kind && wanted.has((row.side === side ? row.sourceId : row.counterpartId) ?? ''),
      );
    },
    saveChildren: async (rows) => {
      for (const row of rows) save(state, row);
    },
    linksWithChildrenPlannedBefore: async (kind, at, limit) => {
      const due = all()
        .filter((row) => row.kind === kind && row.state === 'planned' && row.updatedAt < at)
        .filter((row) => (state.links.get(row.linkId)?.status ?? 'detached') !== 'detached')
        .toSorted(byText((row) => row.updatedAt));
      return [...new Set(due.map((row) => row.linkId))].slice(0, limit);
    },
    swapChild: async (row, seen) => {
      const held = (state.children.get(row.linkId) ?? []).find((one) => one.id === row.id);
      if (held?.updatedAt !== seen) return false;
      save(state, row);
      return true;
    },
    linksWithFilesDue: async (at, now, limit) => {
      const due = all()
        .filter((row) => row.kind === 'file' && (row.state === 'planned' || row.state === 'sent'))
        .filter((row) => isDue(row, at, now))
        .filter((row) => (state.links.get(row.linkId)?.status ?? 'detached') !== 'detached')
        .toSorted(byText((row) => row.updatedAt));
      return [...new Set(due.map((row) => row.linkId))].slice(0, limit);
    },
    countChildren: async () => {
      const counts = new Map<string, ChildCount>();
      for (const { kind, state: stateOf, channel } of all()) {
        const key = `${kind} ${stateOf} ${channel}`;
        counts.set(key, { kind, state: stateOf, channel, count: (counts.get(key)?.count ?? 0) + 1 });
      }
      return [...counts.values()];
    },
  };
}

function isDue(row: ChildRow, at: string, now: string): boolean {
  const nextAt = row.detail['nextAt'];
  return typeof nextAt === 'string' ? nextAt <= now : row.updatedAt < at;
}

function save(state: State, row: ChildRow): void {
  const rows = state.children.get(row.linkId) ?? [];
  const at = rows.findIndex((one) => one.kind === row.kind && one.side === row.side && one.sourceId === row.sourceId);
  const held = rows[at];
  state.children.set(
    row.linkId,
    held === undefined ? [...rows, row] : rows.with(at, { ...row, id: held.id, createdAt: held.createdAt }),
  );
}
