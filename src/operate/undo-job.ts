import { createHash } from 'node:crypto';
import { meetInstances } from '../engine/life/instances.ts';
import type { Engine } from '../engine/engine.ts';
import type { RunRow } from '../store/store.ts';
import type { Operator } from './operator.ts';
import { readOnly } from './read-only.ts';
import { Refused } from './refused.ts';
import type { RunProgress } from './run-work.ts';
import type { RunnerOptions } from './runs.ts';
import { beginUndo, endUndo, planUndo, undoingOf, type UndoAsk, type Undoing, type UndoPlan } from './undo.ts';

/** Undos of the daemon's own: one at a time; its worker carries them out. */
export interface Undoer {
  /** What would be put back now; reads both sides, writes nothing. Throws Refused. */
  plan(ask: UndoAsk): Promise<UndoPlan>;
  /**
   * Looks once more, and puts back what `mark` stands for. Resolves when all of it is noted and queued. Throws Refused where what is
   * to be put back is no longer what the person has seen.
   */
  begin(operator: Operator, ask: UndoAsk, mark: string): Promise<RunRow>;
  /**
   * Takes up the undos that a process has left in the middle: what they noted is carried out in any case; this tells how far it is, and
   * ends them. Resolves when all of them are over.
   */
  adopt(): Promise<void>;
  /** Null where that undo is not under way in this process. */
  progress(id: string): RunProgress | null;
  /** Lets go of what is under way: what was noted is carried out by whoever works on the queue. */
  close(): Promise<void>;
}

const lookEveryMs = 500;
/** The queue is empty and values still wait: their pair stands still, or a desk refuses. */
const quietLooks = 10;
/** Of what stands unfinished at a start: the latest runs. */
const runsLookedAt = 200;
/** In a busy service the queue is never empty. */
const countEvery = 10;

/** A word for everything that a plan puts back: the same word, the same values in the same places. */
export function markOf({ items }: UndoPlan): string {
  const backs = items.flatMap(({ was, judged }) =>
    judged.kind === 'put-back' ? [JSON.stringify([was.linkId, was.side, was.field, judged.now, was.before])] : [],
  );
  return createHash('sha256').update(backs.toSorted().join('\n')).digest('base64url').slice(0, 22);
}

export function createUndoer({ engine, onChange }: RunnerOptions): Undoer {
  const stopping = new AbortController();
  let busy = false;
  let live: { readonly run: RunRow; progress: RunProgress; readonly done: Promise<void> } | null = null;

  async function alone<T>(work: () => Promise<T>): Promise<T> {
    if (busy) throw new Refused({ kind: 'undo-busy' });
    busy = true;
    try {
      return await work();
    } finally {
      busy = false;
    }
  }

  const progressed = (what: 'run.started' | 'run.progress' | 'run.ended', row: RunRow): void =>
    onChange(what, { row, progress: live?.progress ?? null, drift: [], error: null });

  /** Under way from now on; resolves when it is over. */
  function follow(
    operator: Pick<Operator, 'now'>,
    undoing: Undoing,
    what: 'run.started' | 'run.progress',
  ): Promise<void> {
    const { run, values } = undoing;
    const start = Promise.withResolvers<void>();
    const done = start.promise.then(() => finish(operator, undoing));
    const seen = run.counts['seen'] ?? values;
    live = {
      run,
      progress: { phase: 'working', share: 0, seen, found: values, startedAt: engine.clock.now() },
      done,
    };
    progressed(what, run);
    start.resolve();
    return done;
  }

  async function finish(operator: Pick<Operator, 'now'>, undoing: Undoing): Promise<void> {
    try {
      await untilCarriedOut(engine, undoing, stopping.signal, (share) => {
        if (live !== null) live.progress = { ...live.progress, share };
        progressed('run.progress', undoing.run);
      });
      if (stopping.signal.aborted) return;
      await endUndo(engine, operator, undoing);
    } catch (error) {
      // The database: what was noted is there when it is back, and is carried out then.
      engine.emit({ type: 'store.lost', error: error instanceof Error ? error : new Error(String(error)) });
    } finally {
      live = null;
      const row = await engine.store.transaction((tx) => tx.runById(undoing.run.id)).catch(() => null);
      progressed('run.ended', row ?? undoing.run);
    }
  }

  return {
    plan: (ask) => alone(() => planUndo(readOnly(engine), ask, () => undefined)),
    begin: (operator, ask, mark) =>
      alone(async () => {
        if (live !== null) throw new Refused({ kind: 'run-busy', id: live.run.id, runKind: 'undo' });
        const plan = await planUndo(readOnly(engine), ask, () => undefined);
        if (markOf(plan) !== mark) throw new Refused({ kind: 'undo-changed', id: ask.run });
        await meetInstances(engine);
        const undoing = await beginUndo(engine, operator, plan);
        void follow(operator, undoing, 'run.started');
        return undoing.run;
      }),
    adopt: async () => {
      const rows = await engine.store.transaction((tx) => tx.recentRuns(runsLookedAt));
      for (const row of rows.filter(({ kind, state }) => kind === 'undo' && state === 'running').toReversed()) {
        if (live !== null || stopping.signal.aborted) return;
        await follow({ now: () => engine.clock.now() }, await undoingOf(engine, row), 'run.progress');
      }
    },
    progress: (id) => (live?.run.id === id ? live.progress : null),
    close: async () => {
      stopping.abort(new Error('stopping'));
      await live?.done;
    },
  };
}

/** Waits until every decision is carried out, or nothing moves any more. */
async function untilCarriedOut(
  { store, clock }: Engine,
  { decisions }: Undoing,
  signal: AbortSignal,
  onShare: (share: number) => void,
): Promise<void> {
  for (let looks = 0, quiet = 0; !signal.aborted && quiet < quietLooks; looks += 1) {
    const { waiting, active } = await store.queue.depth();
    quiet = waiting + active === 0 ? quiet + 1 : 0;
    if (quiet > 0 || looks % countEvery === 0) {
      const rows = await store.transaction((tx) => tx.conflictsById(decisions));
      const open = rows.filter((row) => row.status !== 'settled').length;
      if (open === 0) return;
      onShare(1 - open / Math.max(1, rows.length));
    }
    await clock.sleep(lookEveryMs, signal).catch(() => undefined);
  }
}
