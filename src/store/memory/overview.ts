import type { Link, LinkStatus } from '../../core/link.ts';
import { sides } from '../../core/side.ts';
import { type ConflictFilter, type LinkSearch, mostCounted, type OverviewTx } from '../overview.ts';
import type { ConflictRow, HistoryRow } from '../store.ts';
import { byText, type State } from './state.ts';

/** What people ask of the store. */
export function overviewMethods(state: State): OverviewTx {
  const conflicts = (filter: ConflictFilter): readonly ConflictRow[] =>
    state.conflicts.where((row) => fits(row, filter)).toSorted(byText((row) => row.id));
  return {
    searchLinks: async (asked) => {
      const { text } = asked;
      const named = text !== undefined && state.links.where((link) => isNamed(link, text)).length > 0;
      const search = named ? { ...asked, titles: [] } : asked;
      const found = state.links.where((link) => matches(link, search)).toSorted(byText((link) => link.id));
      return (search.latestFirst === true ? found.toReversed() : found).slice(0, search.limit);
    },
    countLinksOf: async (pair) => {
      const counts: Record<LinkStatus, number> = { synced: 0, pending: 0, conflict: 0, quarantined: 0, detached: 0 };
      for (const link of state.links.where((one) => one.pair === pair)) counts[link.status] += 1;
      return counts;
    },
    counts: async () => ({
      openConflicts: conflicts({ status: 'open' }).length,
      decidedConflicts: conflicts({ status: 'decided' }).length,
      quarantined: state.quarantine.all().length,
      inDoubt: state.intents.all().length,
      openProposals: state.proposals.where((row) => row.status === 'open').length,
      unmatched: state.unmatched.all().length,
    }),
    conflictPage: async ({ after, limit, ...filter }) =>
      conflicts(filter)
        .filter((row) => after === undefined || row.id > after)
        .slice(0, limit),
    countConflicts: async (filter) => {
      const counts: Record<string, number> = {};
      for (const { field } of conflicts(filter)) counts[field] = (counts[field] ?? 0) + 1;
      return counts;
    },
    conflictsById: async (ids) => state.conflicts.pick(ids),
    decideOpen: async (ids, decision, { actor, at }) => {
      const free = state.conflicts.pick(ids).filter((row) => row.status === 'open');
      for (const row of free) {
        state.conflicts.set(row.id, { ...row, status: 'decided', decision, decidedBy: actor, decidedAt: at });
      }
      return free.map((row) => row.id);
    },
    historyPage: async (linkId, { field, after, limit }) =>
      (state.history.get(linkId) ?? [])
        .map((row, index) => ({ ...row, id: String(index + 1) }))
        .toReversed()
        .filter((row) => (field === undefined || row.field === field) && (after === undefined || +row.id < +after))
        .slice(0, limit),
    runHistory: async (runId, { after, limit }) =>
      historyInOrder(state)
        .filter((row) => row.runId === runId && (after === undefined || +row.id > +after))
        .slice(0, limit),
    runsThatWrote: async (limit) =>
      [...Map.groupBy(historyInOrder(state), (row) => row.runId)]
        .map(([runId, rows]) => ({
          runId,
          firstAt: rows[0]?.at ?? '',
          lastAt: rows.at(-1)?.at ?? '',
          values: Math.min(rows.length, mostCounted),
          tickets: new Set(rows.slice(0, mostCounted + 1).map((row) => row.linkId)).size,
          more: rows.length > mostCounted,
        }))
        .toSorted(byText(({ runId }) => runId))
        .toReversed()
        .slice(0, limit),
  };
}

/** Every row, in the order of time. */
function historyInOrder(state: State): readonly (HistoryRow & { readonly id: string })[] {
  return state.history
    .all()
    .flat()
    .toSorted(byText((row) => row.at))
    .map((row, index) => ({ ...row, id: String(index + 1) }));
}

function fits(row: ConflictRow, { status, pair, field, linkId }: ConflictFilter): boolean {
  return (
    (status === undefined || row.status === status) &&
    (pair === undefined || row.pair === pair) &&
    (field === undefined || row.field === field) &&
    (linkId === undefined || row.linkId === linkId)
  );
}

function matches(link: Link, { pair, status, text, titles, after, latestFirst }: LinkSearch): boolean {
  if (pair !== undefined && link.pair !== pair) return false;
  if (status !== undefined && link.status !== status) return false;
  if (after !== undefined && (latestFirst === true ? link.id >= after : link.id <= after)) return false;
  return text === undefined || isNamed(link, text) || isTitled(link, text, titles);
}

function isNamed(link: Link, text: string): boolean {
  const start = text.toUpperCase();
  return (
    link.id === text || sides.some((side) => link.ids[side] === text || (link.numbers[side] ?? '').startsWith(start))
  );
}

function isTitled(link: Link, text: string, titles: readonly string[]): boolean {
  const { fields } = link.bases.servicenow;
  return titles.some((name) =>
    String(fields[name] ?? '')
      .toLowerCase()
      .includes(text.toLowerCase()),
  );
}
