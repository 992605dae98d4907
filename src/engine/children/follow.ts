import type { StreamName } from '../../connectors/children.ts';
import type { ChangesPage, ChangesRequest } from '../../connectors/ticket-system.ts';
import type { WorkKey } from '../../core/link.ts';
import type { PairRules } from '../../core/rules.ts';
import type { Side } from '../../core/side.ts';
import type { Cursor, Tx } from '../../store/store.ts';
import type { Engine } from '../engine.ts';
import { endWalk, firstCursor, walkStart } from '../walk.ts';
import { followedStreams, streamKey, touchedKeys } from './streams.ts';

/** A stream that is followed in the calls that walk the tickets themselves. */
export interface StreamWalk {
  readonly name: StreamName;
  readonly cursor: Cursor;
  /** At its end, not there, or not readable: not asked for again in this walk. */
  readonly done: boolean;
}

export async function openStreams(tx: Tx, pair: PairRules, side: Side): Promise<readonly StreamWalk[]> {
  const walks: StreamWalk[] = [];
  for (const { name, startsAt } of followedStreams(pair, side)) {
    const key = streamKey(pair, name);
    walks.push({ name, cursor: (await tx.cursor(key, side)) ?? firstCursor(key, side, startsAt), done: false });
  }
  return walks;
}

export function streamsDone(streams: readonly StreamWalk[]): boolean {
  return streams.every((stream) => stream.done);
}

/** What to ask for beside the tickets: nothing once every stream is at its end. */
export function streamAsks(engine: Engine, streams: readonly StreamWalk[]): Pick<ChangesRequest, 'streams'> {
  const open = streams.filter((stream) => !stream.done);
  if (open.length === 0) return {};
  return {
    streams: open.map(({ name, cursor }) => ({
      name,
      after: (cursor.walk ?? walkStart(engine, cursor)).after,
      limit: engine.pageSize,
    })),
  };
}

export type Followed =
  | { readonly streams: readonly StreamWalk[]; readonly keys: readonly WorkKey[] }
  /** Another replica has saved one of them. */
  | 'moved';

/** Saves the places that a page has brought each stream to, and returns the keys that its rows touch. */
export async function saveStreams(
  engine: Engine,
  tx: Tx,
  pair: PairRules,
  side: Side,
  streams: readonly StreamWalk[],
  page: ChangesPage,
): Promise<Followed> {
  const followed: StreamWalk[] = [];
  const keys: WorkKey[] = [];
  for (const stream of streams) {
    const answer = stream.done ? undefined : page.streams?.find((one) => one.name === stream.name);
    // A stream that cannot be read keeps its place: what it holds is seen when it can.
    if (answer === undefined || !answer.readable) {
      followed.push({ ...stream, done: true });
      continue;
    }
    const { cursor } = stream;
    const walk = cursor.walk ?? { ...walkStart(engine, cursor), startedAt: page.serverNow, created: 0 };
    const next = answer.done ? endWalk(cursor, walk) : { ...cursor, walk: { ...walk, after: answer.next } };
    const saved: Cursor = { ...next, version: cursor.version + 1 };
    if (!(await tx.saveCursor(saved))) return 'moved';
    followed.push({ ...stream, cursor: saved, done: answer.done });
    keys.push(...(await touchedKeys(tx, pair, side, answer)));
  }
  return { streams: followed, keys };
}
