import type { StreamName, StreamPage } from '../../connectors/children.ts';
import type { ChangesPage, ChangesRequest, Keyset } from '../../connectors/ticket-system.ts';
import type { WorkKey } from '../../core/link.ts';
import type { PairRules } from '../../core/rules.ts';
import type { Side } from '../../core/side.ts';
import type { Cursor, Tx, Walk } from '../../store/store.ts';
import type { Engine } from '../engine.ts';
import { endWalk, firstCursor, walkStart } from '../walk.ts';
import { followedStreams, streamKey, touchedKeys } from './streams.ts';

/** A stream that is followed in the calls that walk the tickets themselves. */
export interface StreamWalk {
  readonly name: StreamName;
  readonly cursor: Cursor;
  /** Where its walk starts or goes on. */
  readonly start: Pick<Walk, 'after' | 'deep'>;
  /** At its end, not there, or not readable: not asked for again in this walk. */
  readonly done: boolean;
}

export async function openStreams(engine: Engine, tx: Tx, pair: PairRules, side: Side): Promise<readonly StreamWalk[]> {
  const walks: StreamWalk[] = [];
  for (const { name, startsAt } of followedStreams(pair, side)) {
    const key = streamKey(pair, name);
    const cursor = (await tx.cursor(key, side)) ?? firstCursor(key, side, startsAt);
    walks.push({ name, cursor, start: cursor.walk ?? walkStart(engine, cursor), done: false });
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
    streams: open.map(({ name, start }) => ({ name, after: start.after, limit: engine.pageSize })),
  };
}

export type Followed =
  | { readonly streams: readonly StreamWalk[]; readonly keys: readonly WorkKey[] }
  /** Another replica has saved one of them. */
  | 'moved';

/** Saves the places that a page has brought each stream to, and returns the keys that its rows touch. */
export async function saveStreams(
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
    const { cursor, start } = stream;
    const walk: Walk = cursor.walk ?? { ...start, startedAt: page.serverNow, created: 0 };
    const next = answer.done ? endWalk(cursor, walk) : { ...cursor, walk: { ...walk, after: answer.next } };
    const saved: Cursor = { ...next, version: cursor.version + 1 };
    if (!(await tx.saveCursor(saved))) return 'moved';
    followed.push({ ...stream, cursor: saved, start: saved.walk ?? start, done: answer.done });
    keys.push(...(await touchedKeys(tx, pair, side, answer)));
  }
  return { streams: followed, keys };
}

/** A stream that is walked once, without a place of its own. */
export interface StreamLook {
  readonly name: StreamName;
  readonly after: Keyset;
  readonly done: boolean;
}

/** The streams of a side from a time on; from where each was first followed where that is null. */
export function lookAtStreams(pair: PairRules, side: Side, since: string | null): readonly StreamLook[] {
  return followedStreams(pair, side).map(({ name, startsAt }) => ({
    name,
    after: { stamp: since ?? startsAt, id: '' },
    done: false,
  }));
}

/** What to ask for beside the tickets. */
export function lookAsks(engine: Engine, looks: readonly StreamLook[]): Pick<ChangesRequest, 'streams'> {
  const open = looks.filter((look) => !look.done);
  if (open.length === 0) return {};
  return { streams: open.map(({ name, after }) => ({ name, after, limit: engine.pageSize })) };
}

/** Where the streams stand after a page. */
export function afterPage(looks: readonly StreamLook[], page: ChangesPage): readonly StreamLook[] {
  return looks.map((look) => {
    const answer = answerTo(look, page);
    return { ...look, after: answer?.next ?? look.after, done: answer === undefined || answer.done };
  });
}

/** The keys that the rows of a page's streams touch. */
export async function lookKeys(
  tx: Tx,
  pair: PairRules,
  side: Side,
  looks: readonly StreamLook[],
  page: ChangesPage,
): Promise<readonly WorkKey[]> {
  const keys: WorkKey[] = [];
  for (const look of looks) {
    const answer = answerTo(look, page);
    if (answer !== undefined) keys.push(...(await touchedKeys(tx, pair, side, answer)));
  }
  return keys;
}

function answerTo(look: StreamLook, page: ChangesPage): StreamPage | undefined {
  return look.done ? undefined : page.streams?.find((one) => one.name === look.name);
}
