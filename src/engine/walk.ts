import type { Keyset } from '../connectors/ticket-system.ts';
import { iso } from '../core/clock.ts';
import type { Side } from '../core/side.ts';
import type { Cursor, Walk } from '../store/store.ts';
import type { Engine } from './engine.ts';

/** Where a walk that was never made starts. `pair` is the name under which the cursor is kept. */
export function firstCursor(pair: string, side: Side, startsAt: string): Cursor {
  const at: Keyset = { stamp: startsAt, id: '' };
  return { pair, side, at, completeAt: null, deepAt: null, walk: null, version: 0 };
}

/**
 * The wide overlap counts from the last wide walk, not from the cursor: a row that becomes visible just before a wide walk may
 * have been passed by any number of narrow ones.
 */
export function walkStart(engine: Engine, cursor: Cursor): Pick<Walk, 'after' | 'deep'> {
  if (cursor.completeAt === null || cursor.deepAt === null) return { after: cursor.at, deep: true };
  const serverNow = engine.clock.now() + engine.offsets[cursor.side];
  const deep = serverNow - Date.parse(cursor.deepAt) >= engine.times.widePollEvery;
  const from = deep
    ? Math.min(Date.parse(cursor.deepAt), Date.parse(cursor.at.stamp)) - engine.times.wideOverlap
    : Date.parse(cursor.at.stamp) - engine.times.overlap;
  return { after: { stamp: iso(from), id: '' }, deep };
}

/** The cursor never passes the server's own time at the start of the walk, so a row stamped later is always ahead of it. */
export function endWalk(cursor: Cursor, walk: Walk): Cursor {
  return {
    ...cursor,
    at: { stamp: walk.startedAt > cursor.at.stamp ? walk.startedAt : cursor.at.stamp, id: '' },
    completeAt: walk.startedAt,
    deepAt: walk.deep ? walk.startedAt : cursor.deepAt,
    walk: null,
  };
}
