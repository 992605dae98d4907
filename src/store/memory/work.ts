import type { Intent, Tx } from '../store.ts';
import { byText, type State } from './state.ts';

type WorkMethods = Pick<
  Tx,
  | 'firstStart'
  | 'cursor'
  | 'saveCursor'
  | 'intentsByOrigin'
  | 'openIntents'
  | 'saveIntents'
  | 'closeIntents'
  | 'pendingOf'
  | 'linksWithPendingBefore'
  | 'savePending'
  | 'clearPending'
>;

/** Cursors, intents and pending writes: what a crash must not lose. */
export function workMethods(state: State): WorkMethods {
  return {
    firstStart: async (pair, now) => {
      const known = state.firstStarts.get(pair);
      if (known === undefined) state.firstStarts.set(pair, now);
      return known ?? now;
    },

    cursor: async (pair, side) => state.cursors.get(`${pair} ${side}`) ?? null,
    saveCursor: async (cursor) => {
      const key = `${cursor.pair} ${cursor.side}`;
      if ((state.cursors.get(key)?.version ?? 0) !== cursor.version - 1) return false;
      state.cursors.set(key, cursor);
      return true;
    },

    intentsByOrigin: async (pair, origin, originIds) => {
      const wanted = new Set(originIds);
      return state.intents.where((i) => i.pair === pair && i.origin === origin && wanted.has(i.originId));
    },
    openIntents: async (limit) =>
      state.intents
        .all()
        .toSorted(byText((i) => i.sentAt))
        .slice(0, limit),
    saveIntents: async (intents) => {
      for (const intent of intents) saveIntent(state, intent);
    },
    closeIntents: async (ids) => {
      for (const id of ids) state.intents.delete(id);
    },

    pendingOf: async (linkIds) => state.pending.pick(linkIds).flat(),
    linksWithPendingBefore: async (at, limit) =>
      state.pending
        .all()
        .flat()
        .filter((write) => write.sentAt < at)
        .toSorted(byText((write) => write.sentAt))
        .map((write) => write.linkId)
        .filter((id, index, all) => all.indexOf(id) === index)
        .slice(0, limit),
    savePending: async (writes) => {
      for (const write of writes) {
        const others = (state.pending.get(write.linkId) ?? []).filter(
          (w) => w.side !== write.side || w.field !== write.field,
        );
        state.pending.set(write.linkId, [...others, write]);
      }
    },
    clearPending: async (linkIds) => {
      for (const id of linkIds) state.pending.delete(id);
    },
  };
}

/** One open intent per record of origin: a second one would be a second ticket. */
function saveIntent(state: State, intent: Intent): void {
  const other = state.intents
    .all()
    .find(
      (i) =>
        i.id !== intent.id && i.pair === intent.pair && i.origin === intent.origin && i.originId === intent.originId,
    );
  if (other !== undefined) throw new Error(`${intent.origin} ${intent.originId} has the open intent ${other.id}`);
  state.intents.set(intent.id, intent);
}
