import type { Keyset } from '../connectors/ticket-system.ts';
import { iso } from '../core/clock.ts';
import { fieldsOf, type PairRules } from '../core/rules.ts';
import { bothSides, type Side, sides } from '../core/side.ts';
import type { WorkKey } from '../core/link.ts';
import type { RunRow } from '../store/store.ts';
import { planKeys, type PlannedItem } from './dry-run.ts';
import { afterPage, lookAsks, lookAtStreams, lookKeys } from './children/follow.ts';
import type { Engine } from './engine.ts';
import { sweepLinks } from './life/sweep.ts';
import { keysOf } from './poll.ts';
import { waitForCalls } from './reserve.ts';
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

interface Place {
  readonly pair: PairRules;
  readonly side: Side;
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

  for (const place of remaining(places, run)) {
    // A comment need not move its ticket: those of a resync that goes on are looked at from the beginning.
    let streams = lookAtStreams(place.pair, place.side, options.since ?? null);
    for (let after = startOf(place, run, options); !options.signal.aborted;) {
      await waitForCalls(engine, place.side, 'resync', options.signal);
      if (options.signal.aborted) break;
      const page = await engine.systems[place.side].changes({
        object: place.pair.objects[place.side],
        fields: fieldsOf(place.pair, place.side),
        after,
        limit: engine.pageSize,
        ...lookAsks(engine, streams),
        signal: options.signal,
      });
      polled[place.side] += page.records.length;
      const next = afterPage(streams, page);
      const done = page.done && next.every((stream) => stream.done);
      run = {
        ...run,
        state: 'running',
        position: {
          ...sinceOf(options),
          pair: place.pair.name,
          side: place.side,
          stamp: page.next.stamp,
          id: page.next.id,
          done,
        },
      };
      const found = await engine.store.transaction(async (tx) => {
        const differing = [
          ...(await keysOf(tx, place.pair, place.side, page.records, 'content')),
          ...(await lookKeys(tx, place.pair, place.side, streams, page)),
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
        rows: page.records.length,
        queued: found.length,
        share: done ? 1 : shareOf(page.next, place.pair.startsAt, page.serverNow),
      });
      if (done) break;
      streams = next;
      after = page.next;
    }
  }

  // A walk shows what is there. Whether the rest is gone, only a look at the links themselves tells.
  const swept = options.since === undefined ? pairs.filter((pair) => !paused.includes(pair.name)) : [];
  for (const pair of swept) {
    for await (const found of sweepLinks(engine, pair, options.signal)) {
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

function startOf(place: Place, run: RunRow, options: ResyncOptions): Keyset {
  const { pair, side, stamp, id } = run.position;
  if (pair === place.pair.name && side === place.side && typeof stamp === 'string' && typeof id === 'string')
    return { stamp, id };
  return { stamp: options.since ?? place.pair.startsAt, id: '' };
}

function shareOf(next: Keyset, from: string, serverNow: string): number {
  const span = Date.parse(serverNow) - Date.parse(from);
  return span <= 0 ? 1 : Math.min(1, Math.max(0, (Date.parse(next.stamp) - Date.parse(from)) / span));
}

async function finish(engine: Engine, run: RunRow, stopped: boolean): Promise<void> {
  const ended: RunRow = {
    ...run,
    state: stopped ? 'stopped' : 'done',
    endedAt: stopped ? null : iso(engine.clock.now()),
  };
  await engine.store.transaction((tx) => tx.saveRun(ended));
}
