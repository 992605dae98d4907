import type { Engine } from '../engine/engine.ts';
import type { Drift } from '../engine/verify.ts';
import type { RunRow } from '../store/store.ts';
import { note, type Operator, timeOf } from './operator.ts';
import { Refused } from './refused.ts';
import {
  compare,
  type RunProgress,
  type UnderWay,
  untilWorkedOff,
  walk,
  type Wanted,
  type WantedResync,
  type WantedVerify,
} from './run-work.ts';

/** A run as it stands, and what this process knows of it. */
export interface RunState {
  readonly row: RunRow;
  /** Null where it is not under way in this process. */
  readonly progress: RunProgress | null;
  readonly drift: readonly Drift[];
  readonly error: Error | null;
}

export interface RunnerOptions {
  readonly engine: Engine;
  /** Told of every step: a run's start, its progress, its end. */
  readonly onChange: (what: 'run.started' | 'run.progress' | 'run.ended', run: RunState) => void;
}

/** Runs of the daemon's own: one at a time, in the background, with progress. */
export interface Runner {
  /** Resolves when it is under way. Throws Refused. */
  start(operator: Operator, wanted: Wanted): Promise<RunState>;
  /** Ends it so that a resync can go on from there. */
  pause(operator: Operator, id: string): Promise<RunState>;
  stop(operator: Operator, id: string): Promise<RunState>;
  resume(operator: Operator, id: string): Promise<RunState>;
  list(limit: number): Promise<readonly RunState[]>;
  get(id: string): Promise<RunState>;
  /** The one that is under way. */
  live(): RunState | null;
  /** Ends what is under way, so that it can be resumed, and waits for it. */
  close(): Promise<void>;
}

const driftKept = 500;

interface Live {
  row: RunRow;
  progress: RunProgress;
  readonly abort: AbortController;
  ends: 'pause' | 'stop' | null;
  done: Promise<void>;
}

/** Makes the runner of one daemon. */
export function createRunner({ engine, onChange }: RunnerOptions): Runner {
  const { store, clock } = engine;
  const ended = new Map<string, Pick<RunState, 'drift' | 'error'>>();
  let live: Live | null = null;

  const stateOf = (row: RunRow): RunState => {
    const mine = live?.row.id === row.id ? live : null;
    const known = ended.get(row.id) ?? { drift: [], error: null };
    return { row: mine?.row ?? row, progress: mine?.progress ?? null, ...known };
  };
  const find = async (id: string): Promise<RunRow> => {
    const row = await store.transaction((tx) => tx.runById(id));
    if (row === null) throw new Refused({ kind: 'no-run', id });
    return row;
  };

  async function begin(wanted: Wanted, row: RunRow): Promise<RunState> {
    const progress: RunProgress = {
      phase: wanted.kind === 'verify' ? 'comparing' : 'walking',
      share: 0,
      seen: 0,
      found: 0,
      startedAt: clock.now(),
    };
    const run: Live = { row, progress, abort: new AbortController(), ends: null, done: Promise.resolve() };
    live = run;
    try {
      await store.transaction((tx) => tx.saveRun(row));
    } catch (error) {
      live = null;
      throw error;
    }
    onChange('run.started', stateOf(row));
    run.done = carryOut(run, wanted);
    return stateOf(row);
  }

  async function carryOut(run: Live, wanted: Wanted): Promise<void> {
    try {
      if (wanted.kind === 'verify') await compareAll(run, wanted);
      else await walkAll(run, wanted);
      await end(run, run.ends === null ? 'done' : run.ends === 'pause' ? 'stopped' : 'cancelled');
    } catch (error) {
      ended.set(run.row.id, { drift: [], error: error instanceof Error ? error : new Error(String(error)) });
      const state = run.ends === null ? 'failed' : run.ends === 'pause' ? 'stopped' : 'cancelled';
      // The database may be what failed: the row then says "running" until it is resumed or another run begins.
      await end(run, state).catch((reason: unknown) => {
        engine.emit({ type: 'store.lost', error: reason instanceof Error ? reason : new Error(String(reason)) });
      });
    } finally {
      if (live === run) live = null;
      onChange('run.ended', stateOf(run.row));
    }
  }

  /** A run as the work on it sees it. */
  const underWay = (run: Live): UnderWay => ({
    signal: run.abort.signal,
    progress: () => run.progress,
    progressed: (part) => {
      run.progress = { ...run.progress, ...part };
      onChange('run.progress', stateOf(run.row));
    },
  });

  async function walkAll(run: Live, wanted: WantedResync): Promise<void> {
    const under = underWay(run);
    const row = await find(await walk(engine, under, wanted));
    const { seen, found } = run.progress;
    run.row = { ...run.row, ...row, state: 'running', endedAt: null, counts: { seen, found } };
    if (!run.abort.signal.aborted) await untilWorkedOff(engine, under);
  }

  async function compareAll(run: Live, wanted: WantedVerify): Promise<void> {
    const { links, drift } = await compare(engine, underWay(run), wanted);
    ended.set(run.row.id, { drift: drift.slice(0, driftKept), error: null });
    run.row = { ...run.row, counts: { seen: links, found: drift.length } };
  }

  async function end(run: Live, state: RunRow['state']): Promise<void> {
    const endedAt = state === 'stopped' ? null : new Date(clock.now()).toISOString();
    const { position } = await find(run.row.id);
    run.row = { ...run.row, position, state, endedAt };
    await store.transaction((tx) => tx.saveRun(run.row));
    for (const id of ended.keys()) if (ended.size > 20) ended.delete(id);
  }

  function free(): void {
    if (live !== null) throw new Refused({ kind: 'run-busy', id: live.row.id, runKind: live.row.kind });
  }

  async function finish(operator: Operator, id: string, how: 'pause' | 'stop'): Promise<RunState> {
    const row = await find(id);
    if (live?.row.id !== id) return endElsewhere(operator, row, how);
    if (how === 'pause' && row.kind !== 'resync') {
      throw new Refused({ kind: 'run-cannot', id, act: 'pause', state: 'a verify, which begins anew each time' });
    }
    const run = live;
    run.ends = how;
    run.abort.abort(new Error(how));
    await run.done;
    await note(operator, `run.${how}`, id, { kind: row.kind });
    return stateOf(run.row);
  }

  /** One that was paused, or whose process is gone, can still be ended for good. */
  async function endElsewhere(operator: Operator, row: RunRow, how: 'pause' | 'stop'): Promise<RunState> {
    if (row.state !== 'running' && row.state !== 'stopped') {
      throw new Refused({ kind: 'run-cannot', id: row.id, act: how, state: row.state });
    }
    if (how === 'pause') throw new Refused({ kind: 'run-not-here', id: row.id });
    if (row.kind === 'undo' && row.state === 'running') {
      throw new Refused({ kind: 'run-cannot', id: row.id, act: 'stop', state: 'an undo, all of which is decided' });
    }
    const over: RunRow = { ...row, state: 'cancelled', endedAt: timeOf(operator) };
    await store.transaction((tx) => tx.saveRun(over));
    await note(operator, 'run.stop', row.id, { kind: row.kind });
    return stateOf(over);
  }

  return {
    start: async (operator, wanted) => {
      free();
      checkPair(engine, wanted.pair);
      const earlier = wanted.kind === 'resync' ? await unfinished(engine, wanted) : null;
      free();
      const state = await begin(wanted, earlier ?? newRow(engine, wanted));
      await note(operator, 'run.start', state.row.id, { ...wanted });
      return state;
    },
    pause: (operator, id) => finish(operator, id, 'pause'),
    stop: (operator, id) => finish(operator, id, 'stop'),
    resume: async (operator, id) => {
      free();
      const row = await find(id);
      if (row.kind !== 'resync' || (row.state !== 'stopped' && row.state !== 'running')) {
        throw new Refused({ kind: 'run-cannot', id, act: 'resume', state: row.state });
      }
      checkPair(engine, row.pair ?? undefined);
      // The engine goes on with the latest unfinished one of its kind.
      const latest = await store.transaction((tx) => tx.unfinishedRun('resync', row.pair));
      if (latest?.id !== id) throw new Refused({ kind: 'run-cannot', id, act: 'resume', state: 'followed by another' });
      free();
      const state = await begin(wantedOf(row), { ...row, state: 'running', endedAt: null });
      await note(operator, 'run.resume', id, { kind: row.kind });
      return state;
    },
    list: async (limit) => (await store.transaction((tx) => tx.recentRuns(limit))).map(stateOf),
    get: async (id) => stateOf(await find(id)),
    live: () => (live === null ? null : stateOf(live.row)),
    close: async () => {
      if (live === null) return;
      live.ends ??= 'pause';
      live.abort.abort(new Error('stopping'));
      await live.done;
    },
  };
}

function checkPair(engine: Engine, name: string | undefined): void {
  const known = engine.pairs.map((pair) => pair.name);
  if (name !== undefined && !known.includes(name)) throw new Refused({ kind: 'no-pair', name, known });
}

/** A resync of the same stretch that was stopped earlier goes on: the engine would take it up in any case. */
async function unfinished(engine: Engine, wanted: WantedResync): Promise<RunRow | null> {
  const row = await engine.store.transaction((tx) => tx.unfinishedRun('resync', wanted.pair ?? null));
  return row !== null && (row.position['since'] ?? null) === (wanted.since ?? null) ? row : null;
}

function newRow(engine: Engine, wanted: Wanted): RunRow {
  return {
    id: engine.ids.next(),
    kind: wanted.kind,
    pair: wanted.pair ?? null,
    startedAt: new Date(engine.clock.now()).toISOString(),
    endedAt: null,
    state: 'running',
    position: wanted.kind === 'resync' && wanted.since !== undefined ? { since: wanted.since } : {},
    counts: {},
  };
}

function wantedOf(row: RunRow): WantedResync {
  const { since } = row.position;
  return {
    kind: 'resync',
    ...(row.pair === null ? {} : { pair: row.pair }),
    ...(typeof since === 'string' ? { since } : {}),
  };
}
