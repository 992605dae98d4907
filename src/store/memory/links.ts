import { isForgotten, type Link, type LinkStatus } from '../../core/link.ts';
import { type Side, sides } from '../../core/side.ts';
import { DuplicateLink, type LinkFilter, type Tx } from '../store.ts';
import { byText, type State } from './state.ts';

type LinkMethods = Pick<
  Tx,
  | 'linksById'
  | 'linksBySource'
  | 'linkIds'
  | 'insertLinks'
  | 'updateLinks'
  | 'setLinkStatus'
  | 'reattachLinks'
  | 'moveLink'
  | 'countEnds'
  | 'countHeld'
  | 'findLinks'
  | 'countLinks'
>;

export function linkMethods(state: State): LinkMethods {
  return {
    linksById: async (ids) => state.links.pick(ids),
    linksBySource: async (pair, side, ids) =>
      state.links.pick(ids.flatMap((id) => state.linkOf.get(sourceKey(pair, side, id)) ?? [])),
    linkIds: async (pair, side, ids) => ids.flatMap((id) => state.linkOf.get(sourceKey(pair, side, id)) ?? []),
    insertLinks: async (links) => {
      for (const link of links) insert(state, link);
    },
    updateLinks: async (links) => {
      for (const link of links) update(state, link);
    },
    setLinkStatus: async (ids, status, life = 'forget') => {
      for (const link of state.links.pick(ids))
        state.links.set(link.id, { ...link, status, life: life === 'keep' ? link.life : null });
    },
    reattachLinks: async (links) => {
      for (const link of links) {
        const held = state.links.get(link.id);
        if (held === undefined || held.status !== 'detached' || held.life === null) continue;
        const { bases, holds, hops, status } = link;
        state.links.set(link.id, { ...held, bases, holds, hops, status, life: null });
      }
    },
    moveLink: async (id, side, recordId) => move(state, id, side, recordId),
    countEnds: async (pair, since) => {
      const ofPair = state.links.where((link) => link.pair === pair);
      return {
        recent: ofPair.filter(({ life }) => life !== null && life.kind !== 'missing' && life.at >= since).length,
        living: ofPair.filter(({ life, status }) => status !== 'detached' && (life === null || life.kind === 'missing'))
          .length,
      };
    },
    countHeld: async () => {
      const living = state.links.where((link) => link.status !== 'detached');
      return {
        refused: living.filter(({ holds }) => holds.some(({ reason }) => reason.kind === 'refused')).length,
        missing: living.filter(({ life }) => life?.kind === 'missing').length,
      };
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
  if (held === undefined || isForgotten(held)) return;
  const { bases, numbers, holds, hops, lastSyncedAt } = link;
  const { status, life } = held.status === 'detached' ? held : link;
  state.links.set(link.id, { ...held, bases, numbers, holds, hops, life, status, lastSyncedAt });
}

function move(state: State, id: string, side: Side, recordId: string): void {
  const link = state.links.get(id);
  if (link === undefined || link.status === 'detached') return;
  const to = sourceKey(link.pair, side, recordId);
  if ((state.linkOf.get(to) ?? id) !== id) throw new DuplicateLink(`${link.pair}: ${recordId} is linked already`);
  state.linkOf.delete(sourceKey(link.pair, side, link.ids[side]));
  state.linkOf.set(to, id);
  state.links.set(id, { ...link, ids: { ...link.ids, [side]: recordId } });
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
