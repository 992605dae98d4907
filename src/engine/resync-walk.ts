import type { BulkWalk, ChangesPage, Keyset } from '../connectors/ticket-system.ts';
import { ConnectorError } from '../connectors/errors.ts';
import { iso } from '../core/clock.ts';
import type { SourceRecord } from '../core/record.ts';
import { fieldsOf, type PairRules } from '../core/rules.ts';
import type { Side } from '../core/side.ts';
import { afterPage, lookAsks, lookAtStreams, type StreamLook } from './children/follow.ts';
import type { Engine } from './engine.ts';
import { waitForCalls } from './reserve.ts';

export interface Place {
  readonly pair: PairRules;
  readonly side: Side;
}

/** Where a walk over one side of a pair stands. */
export interface Standing extends Keyset {
  /** A bulk walk's own place; the keyset is then where the pages would start in its stead. */
  readonly bulk: string | null;
}

/** One page of a walk. */
export interface Step {
  readonly records: readonly SourceRecord[];
  /** The streams that came with it, and how they stood before; null in a bulk walk. */
  readonly streamed: { readonly streams: readonly StreamLook[]; readonly page: ChangesPage } | null;
  readonly standing: Standing;
  readonly done: boolean;
  /** Part of the whole, 0 to 1. */
  readonly share: number;
}

export interface WalkFrom {
  readonly standing: Standing;
  /** Comments and files from this time on; null: since each was first followed. */
  readonly since: string | null;
  /** Its standing is kept nowhere: nobody goes on with it. */
  readonly once: boolean;
  readonly signal: AbortSignal;
}

/**
 * Every record of one side from a place on: in bulk where there are many and the desk can, then page by page whatever changed since
 * that result was taken, with the streams of what hangs on the tickets. A comment need not move its ticket: streams are looked at from
 * their beginning, also by a walk that goes on.
 */
export async function* walkFrom(
  engine: Engine,
  place: Place,
  { standing, since, once, signal }: WalkFrom,
): AsyncGenerator<Step> {
  let after: Keyset = { stamp: standing.stamp, id: standing.id };
  const { side, pair } = place;
  await waitForCalls(engine, side, 'resync', signal);
  if (signal.aborted) return;
  const walk = await bulkFrom(engine, place, { standing, once, signal });
  if (walk !== null) {
    const from = after;
    let rows = 0;
    try {
      for await (const page of walk.pages) {
        if (signal.aborted) return;
        rows += page.records.length;
        yield {
          records: page.records,
          streamed: null,
          standing: { ...from, bulk: page.place },
          done: false,
          share: walk.total === null || walk.total === 0 ? 0 : Math.min(0.99, rows / walk.total),
        };
      }
      after = behindBulk(engine, walk, from);
    } catch (error) {
      if (signal.aborted) return;
      // The job ended without its result: the same walk page by page.
      if (!(error instanceof ConnectorError) || error.data.cause !== 'bulk-ended') throw error;
    }
  }
  let streams = lookAtStreams(pair, side, since);
  for (let done = false; !done && !signal.aborted;) {
    await waitForCalls(engine, side, 'resync', signal);
    if (signal.aborted) return;
    const page = await engine.systems[side].changes({
      object: pair.objects[side],
      fields: fieldsOf(pair, side),
      after,
      limit: engine.pageSize,
      ...lookAsks(engine, streams),
      signal,
    });
    const next = afterPage(streams, page);
    done = page.done && next.every((stream) => stream.done);
    yield {
      records: page.records,
      streamed: { streams, page },
      standing: { ...page.next, bulk: null },
      done,
      share: done ? 1 : shareOf(page.next, pair.startsAt, page.serverNow),
    };
    streams = next;
    after = page.next;
  }
}

/** Null where the desk has no such thing, or says that pages will do. */
async function bulkFrom(
  engine: Engine,
  { pair, side }: Place,
  { standing, once, signal }: Pick<WalkFrom, 'standing' | 'once' | 'signal'>,
): Promise<BulkWalk | null> {
  const walk = await engine.systems[side].bulk?.({
    object: pair.objects[side],
    fields: fieldsOf(pair, side),
    since: standing.stamp,
    place: standing.bulk,
    once,
    signal,
  });
  return walk ?? null;
}

/** Whatever was saved while the result was put together comes again; so do transactions that were open then. */
function behindBulk(engine: Engine, { takenAt }: BulkWalk, from: Keyset): Keyset {
  const stamp = iso(Date.parse(takenAt) - engine.times.wideOverlap);
  return stamp > from.stamp ? { stamp, id: '' } : from;
}

function shareOf(next: Keyset, from: string, serverNow: string): number {
  const span = Date.parse(serverNow) - Date.parse(from);
  return span <= 0 ? 1 : Math.min(1, Math.max(0, (Date.parse(next.stamp) - Date.parse(from)) / span));
}
