import type { Side } from '../core/side.ts';
import type { Engine } from '../engine/engine.ts';
import type { EngineEvent } from '../engine/events.ts';
import { resync } from '../engine/resync.ts';
import { type Verified, verify } from '../engine/verify.ts';
import { readOnly } from './read-only.ts';

export interface WantedResync {
  readonly kind: 'resync';
  readonly pair?: string;
  /** ISO 8601. */
  readonly since?: string;
}

export interface WantedVerify {
  readonly kind: 'verify';
  readonly pair?: string;
}

export type Wanted = WantedResync | WantedVerify;

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

/** A run that is being worked on. */
export interface UnderWay {
  readonly signal: AbortSignal;
  progress(): RunProgress;
  progressed(part: Partial<RunProgress>): void;
}

const lookEveryMs = 500;

/** Walks both sides and queues what differs. Returns the id of the run: one that was stopped earlier goes on under its own. */
export async function walk(engine: Engine, run: UnderWay, wanted: WantedResync): Promise<string> {
  const places = engine.pairs.filter(({ name }) => wanted.pair === undefined || name === wanted.pair).length * 2;
  let finished = 0;
  const hear = (event: EngineEvent): void => {
    engine.emit(event);
    if (event.type === 'run.waits') waits(engine, run, event.side);
    if (event.type !== 'resync.page') return;
    const { seen, found } = run.progress();
    const share = Math.min(1, (finished + event.share) / places);
    if (event.share === 1) finished += 1;
    run.progressed({ share, seen: seen + event.rows, found: found + event.queued, ...wentOn(run) });
  };
  const { pair, since } = wanted;
  const result = await resync(
    { ...engine, emit: hear },
    {
      dryRun: false,
      signal: run.signal,
      worker: 'daemon',
      ...(pair === undefined ? {} : { pair }),
      ...(since === undefined ? {} : { since }),
    },
  );
  return result.runId;
}

/** The daemon's own worker does the work. The queue of a busy service is never empty for long: once is enough. */
export async function untilWorkedOff({ store, clock }: Engine, run: UnderWay): Promise<void> {
  for (let most = 0; !run.signal.aborted;) {
    const { waiting, active } = await store.queue.depth();
    const left = waiting + active;
    most = Math.max(most, left);
    if (left === 0) return;
    run.progressed({ phase: 'working', share: 1 - left / most });
    await clock.sleep(lookEveryMs, run.signal).catch(() => undefined);
  }
}

/** Compares every link on both sides, and writes nothing. */
export async function compare(engine: Engine, run: UnderWay, { pair }: WantedVerify): Promise<Verified> {
  const total = await engine.store.transaction(async (tx) => {
    const counts = pair === undefined ? await tx.countLinks() : await tx.countLinksOf(pair);
    return Object.entries(counts).reduce((sum, [status, count]) => (status === 'detached' ? sum : sum + count), 0);
  });
  const hear = (event: EngineEvent): void => {
    engine.emit(event);
    if (event.type === 'run.waits') waits(engine, run, event.side);
  };
  return verify(readOnly({ ...engine, emit: hear }), {
    signal: run.signal,
    ...(pair === undefined ? {} : { pair }),
    onPage: (seen, drift) =>
      run.progressed({ share: total === 0 ? 1 : seen / total, seen, found: drift.length, ...wentOn(run) }),
  });
}

/** The same wait may be told several times: it lasts since the first. */
function waits({ clock }: Engine, run: UnderWay, side: Side): void {
  run.progressed({ waitsFor: side, waitsSince: run.progress().waitsSince ?? clock.now() });
}

/** While few calls are left a page comes now and then: the waiting is over with the first one that was not waited for. */
function wentOn(run: UnderWay): Pick<RunProgress, 'waitsFor' | 'waitsSince'> {
  const { waitsFor = null, waitsSince = null } = run.progress();
  return { waitsFor: null, waitsSince: waitsFor === null ? null : waitsSince };
}
