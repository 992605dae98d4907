import type { Link, LinkStatus } from '../../core/link.ts';
import { type Side, sides } from '../../core/side.ts';
import { DuplicateLink, type LinkFilter, type Tx } from '../store.ts';
import { byText, type State } from './state.ts';

type LinkMethods = Pick<
  Tx,
  'linksById' | 'linksBySource' | 'insertLinks' | 'updateLinks' | 'setLinkStatus' | 'findLinks' | 'countLinks'
>;

export function linkMethods(state: State): LinkMethods {
  return {
    linksById: async (ids) => state.links.pick(ids),
    linksBySource: async (pair, side, ids) =>
      state.links.pick(ids.flatMap((id) => state.linkOf.get(sourceKey(pair, side, id)) ?? [])),
    insertLinks: async (links) => {
      for (const link of links) insert(state, link);
    },
    updateLinks: async (links) => {
      for (const link of links) update(state, link);
    },
    setLinkStatus: async (ids, status) => {
      for (const link of state.links.pick(ids)) state.links.set(link.id, { ...link, status });
    },
    findLinks: async (filter) => {
      const found = state.links.where((link) => matches(link, filter)).toSorted(byText((link) => link.id));
      return (filter.latestFirst === true ? found.toReversed() : found).slice(0, filter.limit);
    },
    countLinks: async () => {
      const counts: Record<LinkStatus, number> = { synced: 0, pending: 0, conflict: 0, quarantined: 0, detached: 0 };
      for (const link of state.links.all()) counts[link.status] += 1;
      return counts;
    },
  };
}

function sourceKey(pair: string, side: Side, id: string): string {
  return `${pair} ${side} ${id}`;
}

function insert(state: State, link: Link): void {
  const keys = sides.map((side) => sourceKey(link.pair, side, link.ids[side]));
  if (state.links.has(link.id) || keys.some((key) => state.linkOf.has(key))) {
    throw new DuplicateLink(`${link.pair}: ${link.ids.servicenow} or ${link.ids.salesforce} is linked already`);
  }
  state.links.set(link.id, link);
  for (const key of keys) state.linkOf.set(key, link.id);
}

function update(state: State, link: Link): void {
  const held = state.links.get(link.id);
  if (held === undefined) return;
  const { bases, numbers, holds, hops, lastSyncedAt } = link;
  const status = held.status === 'detached' ? held.status : link.status;
  state.links.set(link.id, { ...held, bases, numbers, holds, hops, status, lastSyncedAt });
}

function matches(link: Link, filter: LinkFilter): boolean {
  const { pair, status, search, after } = filter;
  if (pair !== undefined && link.pair !== pair) return false;
  if (status !== undefined && link.status !== status) return false;
  if (after !== undefined && link.id <= after) return false;
  return (
    search === undefined ||
    link.id === search ||
    sides.some((s) => link.ids[s] === search || link.numbers[s] === search)
  );
}
