import { iso } from '../core/clock.ts';
import { bothSides, sides } from '../core/side.ts';
import type { WorkKey } from '../core/link.ts';
import type { RunRow } from '../store/store.ts';
import { planKeys, type PlannedItem } from './dry-run.ts';
import { lookKeys } from './children/follow.ts';
import type { Engine } from './engine.ts';
import { type Met, sweepLinks } from './life/sweep.ts';
import { keysOf } from './poll.ts';
import { waitForCalls } from './reserve.ts';
import { type Place, type Standing, type Step, walkFrom } from './resync-walk.ts';
import { SeenIds } from './seen-ids.ts';
import { drain, type Summary } from './sync-once.ts';
import { noTotals } from './work.ts';

export interface ResyncOptions {
  readonly pair?: string;
  /** Only records changed since. ISO 8601. Default: each pair's own start. */
  readonly since?: string;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  /** Who works off what is queued: this call (default), or the daemon that runs beside it. */
  readonly worker?: 'own' | 'daemon';
}

export interface Resynced extends Summary {
  readonly runId: string;
  /** The run that was stopped earlier and is now gone on with. */
  readonly resumed: boolean;
  /** What a dry run would do. */
  readonly planned: readonly PlannedItem[];
  readonly stopped: boolean;
}

/**
 * Compares every record in scope on both sides with what the store holds, and queues those that differ: the backstop for a change
 * no poll saw. Its place is saved with every page, so that it goes on where it stopped. A dry run plans and writes nothing.
 */
export async function resync(engine: Engine, options: ResyncOptions): Promise<Resynced> {
  const startedAt = engine.clock.now();
  const callsBefore = bothSides((side) => engine.systems[side].calls());
  const polled = { servicenow: 0, salesforce: 0 };
  const { earlier, paused } = options.dryRun
    ? { earlier: null, paused: [] }
    : await engine.store.transaction(async (tx) => ({
        earlier: resumable(await tx.unfinishedRun('resync', options.pair ?? null), options),
        paused: (await tx.pauses()).map((pause) => pause.pair),
      }));
  let run = earlier ?? newRun(engine, options);
  const keys: WorkKey[] = [];
  const pairs = engine.pairs.filter((pair) => options.pair === undefined || pair.name === options.pair);
  const places = pairs
    .filter((pair) => !paused.includes(pair.name))
    .flatMap((pair) => sides.map((side): Place => ({ pair, side })));

  const met = new Map(pairs.map((pair): [string, Met] => [pair.name, bothSides(() => new SeenIds())]));
  for (const place of remaining(places, run)) {
    const { signal } = options;
    if (signal.aborted) break;
    const since = options.since ?? null;
    const from = { standing: startOf(place, run, options), since, once: options.dryRun, signal };
    for await (const step of walkFrom(engine, place, from)) {
      polled[place.side] += step.records.length;
      for (const { id } of step.records) met.get(place.pair.name)?.[place.side].add(id);
      run = {
        ...run,
        state: 'running',
        position: { ...sinceOf(options), ...positionOf(place, step) },
      };
      const found = await engine.store.transaction(async (tx) => {
        const { streamed } = step;
        const differing = [
          ...(await keysOf(tx, place.pair, place.side, step.records, 'content')),
          ...(streamed === null ? [] : await lookKeys(tx, place.pair, place.side, streamed.streams, streamed.page)),
        ];
        if (options.dryRun) return differing;
        await tx.enqueue(differing);
        await tx.saveRun(run);
        return differing;
      });
      if (options.dryRun) keys.push(...found);
      engine.emit({
        type: 'resync.page',
        pair: place.pair.name,
        side: place.side,
        rows: step.records.length,
        queued: found.length,
        share: step.share,
      });
    }
  }

  // A walk shows what is there. Whether the rest is gone, only a look at the links themselves tells.
  const swept = options.since === undefined ? pairs.filter((pair) => !paused.includes(pair.name)) : [];
  for (const pair of swept) {
    for await (const found of sweepLinks(engine, pair, options.signal, met.get(pair.name))) {
      for (const side of sides) await waitForCalls(engine, side, 'resync', options.signal);
      if (options.dryRun) keys.push(...found);
      else await engine.store.transaction((tx) => tx.enqueue(found));
    }
  }

  const planned = options.dryRun ? await planKeys(engine, keys) : [];
  const leave = options.dryRun || options.signal.aborted || options.worker === 'daemon';
  const totals = leave ? noTotals() : await drain({ ...engine, runId: run.id }, options.signal);
  const stopped = options.signal.aborted;
  if (!options.dryRun) await finish(engine, run, stopped);
  return {
    ...totals,
    polled,
    apiCalls: bothSides((side) => engine.systems[side].calls() - callsBefore[side]),
    durationMs: engine.clock.now() - startedAt,
    paused: pairs.map((pair) => pair.name).filter((name) => paused.includes(name)),
    runId: run.id,
    resumed: earlier !== null,
    planned,
    stopped,
  };
}

function newRun(engine: Engine, options: ResyncOptions): RunRow {
  return {
    id: engine.ids.next(),
    kind: 'resync',
    pair: options.pair ?? null,
    startedAt: iso(engine.clock.now()),
    endedAt: null,
    state: 'running',
    position: sinceOf(options),
    counts: {},
  };
}

function sinceOf(options: ResyncOptions): { readonly since?: string } {
  return options.since === undefined ? {} : { since: options.since };
}

/** A run that looked at another stretch of time has not looked at what this one is for. */
function resumable(run: RunRow | null, options: ResyncOptions): RunRow | null {
  return (run?.position['since'] ?? null) === (options.since ?? null) ? run : null;
}

/** The places a resumed run has not finished, the one it stopped in first. */
function remaining(places: readonly Place[], run: RunRow): readonly Place[] {
  const at = places.findIndex(
    (place) => place.pair.name === run.position['pair'] && place.side === run.position['side'],
  );
  if (at < 0) return places;
  return places.slice(run.position['done'] === true ? at + 1 : at);
}

function startOf(place: Place, run: RunRow, options: ResyncOptions): Standing {
  const { pair, side, stamp, id, bulk } = run.position;
  if (pair === place.pair.name && side === place.side && typeof stamp === 'string' && typeof id === 'string')
    return { stamp, id, bulk: typeof bulk === 'string' ? bulk : null };
  return { stamp: options.since ?? place.pair.startsAt, id: '', bulk: null };
}

function positionOf({ pair, side }: Place, { standing, done }: Step): RunRow['position'] {
  const { stamp, id, bulk } = standing;
  return { pair: pair.name, side, stamp, id, done, ...(bulk === null ? {} : { bulk }) };
}

async function finish(engine: Engine, run: RunRow, stopped: boolean): Promise<void> {
  const ended: RunRow = {
    ...run,
    state: stopped ? 'stopped' : 'done',
    endedAt: stopped ? null : iso(engine.clock.now()),
  };
  await engine.store.transaction((tx) => tx.saveRun(ended));
}
