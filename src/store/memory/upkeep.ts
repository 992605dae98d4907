import type { Tx } from '../store.ts';
import { byText, type State } from './state.ts';

type UpkeepMethods = Pick<
  Tx,
  | 'lock'
  | 'quarantined'
  | 'saveQuarantine'
  | 'clearQuarantine'
  | 'quarantineDue'
  | 'listQuarantine'
  | 'pauses'
  | 'pausePair'
  | 'resumePair'
  | 'saveRun'
  | 'runById'
  | 'unfinishedRun'
  | 'recentRuns'
  | 'identity'
  | 'saveIdentity'
>;

/** Quarantine, pauses, runs and identities: what people look at. */
export function upkeepMethods(state: State): UpkeepMethods {
  const latestRuns = () =>
    state.runs
      .all()
      .toSorted(byText((run) => run.startedAt))
      .toReversed();
  return {
    // Transactions here come one after the other.
    lock: async () => undefined,
    quarantined: async (keys) => state.quarantine.pick(keys),
    saveQuarantine: async (rows) => {
      for (const row of rows) state.quarantine.set(row.key, row);
    },
    clearQuarantine: async (keys) => {
      for (const key of keys) state.quarantine.delete(key);
    },
    quarantineDue: async (at, limit) =>
      state.quarantine
        .where((row) => row.nextAt <= at)
        .toSorted(byText((row) => row.nextAt))
        .slice(0, limit),
    listQuarantine: async (limit) =>
      state.quarantine
        .all()
        .toSorted(byText((row) => row.firstAt))
        .slice(0, limit),

    pauses: async () => state.pauses.all(),
    pausePair: async (pause) => state.pauses.set(pause.pair, pause),
    resumePair: async (pair) => state.pauses.delete(pair),

    saveRun: async (run) => state.runs.set(run.id, run),
    runById: async (id) => state.runs.get(id) ?? null,
    unfinishedRun: async (kind, pair) =>
      latestRuns().find(
        (r) => r.kind === kind && r.pair === pair && (r.state === 'running' || r.state === 'stopped'),
      ) ?? null,
    recentRuns: async (limit) => latestRuns().slice(0, limit),

    identity: async (side) => state.identities.get(side) ?? null,
    saveIdentity: async (side, instance) => state.identities.set(side, instance),
  };
}
