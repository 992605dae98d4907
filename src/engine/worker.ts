import { ConnectorError } from '../connectors/errors.ts';
import type { Side } from '../core/side.ts';
import type { Job } from '../store/queue.ts';
import { JobsLost, type QuarantineReason, StoreUnavailable } from '../store/store.ts';
import type { Engine } from './engine.ts';
import { quarantineRow } from './quarantine.ts';
import { type Reconciled, reconcile } from './reconcile.ts';
import { loadBatch } from './load.ts';
import { isRecordFault } from './settlement.ts';
import { noTotals, type Totals } from './work.ts';

/**
 * Most keys of one reconcile: a read of a thousand records is one call a side. Several run at once, so that one is read while another
 * is decided and a third is written; three keep both sides and the database busy, and hold a few thousand tickets in memory at most.
 */
export const batches = { batchSize: 1000, atOnce: 3 } as const;

export interface WorkerOptions {
  /** `wait`: a side that is down is tried again until we are stopped. `fail`: after a few tries the error is kept for the caller. */
  readonly sideDown: 'wait' | 'fail';
  readonly signal: AbortSignal;
}

export interface Worker {
  readonly totals: Totals;
  /** Under `fail`: why the last batch was given up. */
  failure(): Error | null;
  /** Hand this to `Queue.work`; several batches may be under way at once. Never throws and never fails a job. */
  handle(jobs: readonly Job[]): Promise<void>;
}

const failAfter = 3;

/** Turns batches of keys into reconciles, and keeps at it while a side is down. */
export function createWorker(engine: Engine, options: WorkerOptions): Worker {
  const totals = noTotals();
  let failure: Error | null = null;
  const rests = new Map<Side, Promise<void>>();

  /** Batches that run at once and meet the same side rest together, and that is told once. */
  function restWith(error: ConnectorError, tries: number): Promise<void> {
    const { side } = error.data;
    const resting = rests.get(side) ?? pause(engine, error, tries, options.signal).finally(() => rests.delete(side));
    rests.set(side, resting);
    return resting;
  }

  async function handle(jobs: readonly Job[]): Promise<void> {
    const startedAt = engine.clock.now();
    let rest = jobs;
    for (let tries = 0; rest.length > 0 && !options.signal.aborted; tries += 1) {
      const result = await attempt(engine, rest, totals);
      if (result.error === null) break;
      rest = result.deferred;
      if (!(result.error instanceof ConnectorError)) {
        failure = result.error;
        break;
      }
      if (options.sideDown === 'fail' && (tries + 1 >= failAfter || result.error.kind === 'Unauthorized')) {
        failure = result.error;
        break;
      }
      await restWith(result.error, tries);
    }
    engine.emit({ type: 'batch.done', keys: jobs.length, durationMs: engine.clock.now() - startedAt });
  }

  return { totals, failure: () => failure, handle };
}

interface Attempt {
  readonly deferred: readonly Job[];
  readonly error: Error | null;
}

/**
 * One reconcile. A fault of ours in one record, or a refusal to read it, halves the batch until that record stands alone and is
 * set aside.
 */
async function attempt(engine: Engine, jobs: readonly Job[], totals: Totals): Promise<Attempt> {
  try {
    const result = await reconcile(engine, jobs);
    add(totals, result);
    return { deferred: result.deferred, error: result.error };
  } catch (error) {
    if (error instanceof ConnectorError && !isRecordFault(error)) return { deferred: jobs, error };
    if (error instanceof StoreUnavailable) {
      engine.emit({ type: 'store.lost', error });
      return { deferred: [], error };
    }
    if (error instanceof JobsLost) {
      const left = error.stillOurs(jobs, (job) => job);
      // Who stands still loses a thousand at once: to halve them would read each of them ten times more.
      if (left.length === 0 || jobs.length === 1) return { deferred: [], error: null };
      if (left.length < jobs.length) return attempt(engine, left, totals);
    }
    const cause = error instanceof Error ? error : new Error(String(error));
    if (jobs.length > 1) return attemptHalves(engine, jobs, totals);
    engine.emit({ type: 'batch.failed', keys: jobs.map((job) => job.key), error: cause });
    await setAside(engine, jobs, cause, totals);
    return { deferred: [], error: null };
  }
}

async function attemptHalves(engine: Engine, jobs: readonly Job[], totals: Totals): Promise<Attempt> {
  const middle = Math.ceil(jobs.length / 2);
  const first = await attempt(engine, jobs.slice(0, middle), totals);
  const second = await attempt(engine, jobs.slice(middle), totals);
  return { deferred: [...first.deferred, ...second.deferred], error: first.error ?? second.error };
}

async function setAside(engine: Engine, jobs: readonly Job[], error: Error, totals: Totals): Promise<void> {
  const batch = await loadBatch(engine, jobs, 'dry-run');
  const reason: QuarantineReason =
    error instanceof ConnectorError
      ? { kind: 'connector', error: error.kind, data: error.data }
      : { kind: 'record', message: error.message.slice(0, 500) };
  const rows = [...batch.links, ...batch.news].map((work) => quarantineRow(engine, work, reason));
  await engine.store.transaction(async (tx) => {
    await tx.saveQuarantine(rows);
    await tx.completeJobs(jobs);
  });
  totals.quarantined += rows.length;
  for (const row of rows) engine.emit({ type: 'record.quarantined', row });
}

/** As long as the side asked, else ever longer up to a minute. */
export function pauseMs(error: ConnectorError, tries: number): number {
  return error.data.retryAfterMs ?? Math.min(60_000, 1000 * 2 ** tries);
}

/** Waits out a pause. Aborted: returns at once. */
async function pause(engine: Engine, error: ConnectorError, tries: number, signal: AbortSignal): Promise<void> {
  const ms = pauseMs(error, tries);
  engine.emit({ type: 'side.paused', side: error.data.side, error, untilMs: engine.clock.now() + ms });
  await engine.clock.sleep(ms, signal).catch((reason: unknown) => {
    if (!signal.aborted) throw reason;
  });
  if (!signal.aborted) engine.emit({ type: 'side.resumed', side: error.data.side });
}

function add(totals: Totals, result: Reconciled): void {
  for (const side of ['servicenow', 'salesforce'] as const) {
    totals.created[side] += result.totals.created[side];
    totals.updated[side] += result.totals.updated[side];
  }
  totals.unchanged += result.totals.unchanged;
  totals.conflicts += result.totals.conflicts;
  totals.quarantined += result.totals.quarantined;
}
