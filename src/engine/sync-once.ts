import type { PairRules } from '../core/rules.ts';
import { bothSides, type Side, sides } from '../core/side.ts';
import { enqueueDue } from './due.ts';
import type { Engine } from './engine.ts';
import { poll } from './poll.ts';
import { noTotals, type Totals } from './work.ts';
import { batches, createWorker } from './worker.ts';

export interface Summary extends Totals {
  /** Rows seen by polls. */
  readonly polled: Readonly<Record<Side, number>>;
  readonly apiCalls: Readonly<Record<Side, number>>;
  readonly durationMs: number;
  /** Pairs that stand still and were left out. */
  readonly paused: readonly string[];
}

const lookEveryMs = 50;

/**
 * Polls both sides of every pair, reconciles until the queue is empty and nothing is due, and returns. Rejects with ConnectorError
 * when a side stays down, with StoreUnavailable when the database is gone.
 */
export async function syncOnce(
  engine: Engine,
  options: { readonly unlimitedCreates: boolean; readonly signal: AbortSignal },
): Promise<Summary> {
  const startedAt = engine.clock.now();
  const callsBefore = bothSides((side) => engine.systems[side].calls());
  const polled = { servicenow: 0, salesforce: 0 };
  const paused = new Set<string>();
  await pollAll(engine, options, (pair, side, rows, skipped) => {
    polled[side] += rows;
    if (skipped) paused.add(pair.name);
  });
  const totals = await drain(engine, options.signal);
  return {
    ...totals,
    polled,
    apiCalls: bothSides((side) => engine.systems[side].calls() - callsBefore[side]),
    durationMs: engine.clock.now() - startedAt,
    paused: [...paused],
  };
}

async function pollAll(
  engine: Engine,
  options: { readonly unlimitedCreates: boolean; readonly signal: AbortSignal },
  seen: (pair: PairRules, side: Side, rows: number, skipped: boolean) => void,
): Promise<void> {
  for (const pair of engine.pairs) {
    await Promise.all(
      sides.map(async (side) => {
        const result = await poll(engine, pair, side, options);
        seen(pair, side, result.rows, result.skipped === 'pair-paused');
      }),
    );
  }
}

/** Works until the queue is empty and nothing is due. Jobs of another process are waited for, too. */
export async function drain(engine: Engine, signal: AbortSignal): Promise<Totals> {
  const worker = createWorker(engine, { sideDown: 'fail', signal });
  await engine.store.queue.work(batches, (jobs) => worker.handle(jobs));
  try {
    for (;;) {
      const { waiting, active } = await engine.store.queue.depth();
      if (waiting + active + filesUnderWay(engine) === 0 && (await enqueueDue(engine)).queued === 0) break;
      const failure = worker.failure();
      if (failure !== null) throw failure;
      if (signal.aborted) break;
      await engine.clock.sleep(lookEveryMs);
    }
    const failure = worker.failure();
    if (failure !== null) throw failure;
  } finally {
    await engine.store.queue.stop(10_000);
  }
  return { ...noTotals(), ...worker.totals };
}

/** Files that the lane still has to move. */
function filesUnderWay(engine: Engine): number {
  const { waiting, active } = engine.files?.depth() ?? { waiting: 0, active: 0 };
  return waiting + active;
}
