import type { Engine } from '../engine/engine.ts';
import type { EngineEvent } from '../engine/events.ts';
import { resync } from '../engine/resync.ts';
import { type Drift, verify } from '../engine/verify.ts';
import type { Side } from '../core/side.ts';
import type { RunRow } from '../store/store.ts';
import { note, type Operator, timeOf } from './operator.ts';
import { readOnly } from './read-only.ts';
import { Refused } from './refused.ts';

export type Wanted =
  | { readonly kind: 'resync'; readonly pair?: string; readonly since?: string }
  | { readonly kind: 'verify'; readonly pair?: string };

export interface RunProgress {
  /** walking: reading both sides. working: the daemon works off what was found. comparing: reading links. */
  readonly phase: 'walking' | 'working' | 'comparing';
  /** 0 to 1. */
  readonly share: number;
  /** Rows or links looked at. */
  readonly seen: number;
  /** What differs. */
  readonly found: number;
  readonly startedAt: number;
  /** The side whose calls it waits for: few are left today, and live changes come first. */
  readonly waitsFor?: Side | null;
  /** Since when it goes on only now and then, milliseconds since the epoch. */
  readonly waitsSince?: number | null;
}

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
const lookEveryMs = 500;

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
  const progressed = (run: Live, part: Partial<RunProgress>): void => {
    run.progress = { ...run.progress, ...part };
    onChange('run.progress', stateOf(run.row));
  };

  /** The same wait may be told several times: it lasts since the first. */
  const waits = (run: Live, side: Side): void =>
    progressed(run, { waitsFor: side, waitsSince: run.progress.waitsSince ?? clock.now() });

  /** While few calls are left a page comes now and then: the waiting is over with the first one that was not waited for. */
  const wentOn = ({ progress }: Live): Pick<RunProgress, 'waitsFor' | 'waitsSince'> => ({
    waitsFor: null,
    waitsSince: (progress.waitsFor ?? null) === null ? null : (progress.waitsSince ?? null),
  });

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
      if (wanted.kind === 'verify') await compare(run, wanted);
      else await walk(run, wanted);
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

  async function walk(run: Live, wanted: Extract<Wanted, { kind: 'resync' }>): Promise<void> {
    const places = engine.pairs.filter(({ name }) => wanted.pair === undefined || name === wanted.pair).length * 2;
    let finished = 0;
    const hear = (event: EngineEvent): void => {
      engine.emit(event);
      if (event.type === 'run.waits') waits(run, event.side);
      if (event.type !== 'resync.page') return;
      const { seen, found } = run.progress;
      const share = Math.min(1, (finished + event.share) / places);
      if (event.share === 1) finished += 1;
      progressed(run, { share, seen: seen + event.rows, found: found + event.queued, ...wentOn(run) });
    };
    const result = await resync(
      { ...engine, emit: hear },
      { dryRun: false, signal: run.abort.signal, worker: 'daemon', ...placesOf(wanted) },
    );
    const { seen, found } = run.progress;
    run.row = { ...run.row, ...(await find(result.runId)), state: 'running', endedAt: null, counts: { seen, found } };
    if (!run.abort.signal.aborted) await untilWorkedOff(run);
  }

  /** The daemon's own worker does the work. The queue of a busy service is never empty for long: once is enough. */
  async function untilWorkedOff(run: Live): Promise<void> {
    for (let most = 0; !run.abort.signal.aborted;) {
      const { waiting, active } = await store.queue.depth();
      const left = waiting + active;
      most = Math.max(most, left);
      if (left === 0) return;
      progressed(run, { phase: 'working', share: 1 - left / most });
      await clock.sleep(lookEveryMs, run.abort.signal).catch(() => undefined);
    }
  }

  async function compare(run: Live, wanted: Wanted): Promise<void> {
    const total = await store.transaction(async (tx) => {
      const counts = wanted.pair === undefined ? await tx.countLinks() : await tx.countLinksOf(wanted.pair);
      return Object.entries(counts).reduce((sum, [status, count]) => (status === 'detached' ? sum : sum + count), 0);
    });
    const hear = (event: EngineEvent): void => {
      engine.emit(event);
      if (event.type === 'run.waits') waits(run, event.side);
    };
    const result = await verify(readOnly({ ...engine, emit: hear }), {
      signal: run.abort.signal,
      ...(wanted.pair === undefined ? {} : { pair: wanted.pair }),
      onPage: (seen, drift) =>
        progressed(run, { share: total === 0 ? 1 : seen / total, seen, found: drift.length, ...wentOn(run) }),
    });
    ended.set(run.row.id, { drift: result.drift.slice(0, driftKept), error: null });
    run.row = { ...run.row, counts: { seen: result.links, found: result.drift.length } };
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
async function unfinished(engine: Engine, wanted: Extract<Wanted, { kind: 'resync' }>): Promise<RunRow | null> {
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

function wantedOf(row: RunRow): Extract<Wanted, { kind: 'resync' }> {
  const { since } = row.position;
  return {
    kind: 'resync',
    ...(row.pair === null ? {} : { pair: row.pair }),
    ...(typeof since === 'string' ? { since } : {}),
  };
}

function placesOf({ pair, since }: Extract<Wanted, { kind: 'resync' }>): { pair?: string; since?: string } {
  return { ...(pair === undefined ? {} : { pair }), ...(since === undefined ? {} : { since }) };
}
