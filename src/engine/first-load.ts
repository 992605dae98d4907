import { ConnectorError } from '../connectors/errors.ts';
import type { ChangesPage } from '../connectors/ticket-system.ts';
import { iso } from '../core/clock.ts';
import { fieldsOf, type PairRules } from '../core/rules.ts';
import type { Side } from '../core/side.ts';
import type { Cursor } from '../store/store.ts';
import type { Engine } from './engine.ts';
import { walkStart } from './walk.ts';

/**
 * The pages of a bulk walk for a side that was never walked to its end; none for any other, and where the desk says that ordinary pages
 * will do. The last of them says where those go on. A first load that is killed begins anew: what it has queued stays queued.
 */
export async function* firstLoad(
  engine: Engine,
  pair: PairRules,
  side: Side,
  cursor: Cursor,
  signal: AbortSignal | undefined,
): AsyncGenerator<ChangesPage> {
  if (cursor.completeAt !== null) return;
  const from = (cursor.walk ?? walkStart(engine, cursor)).after;
  const walk = await engine.systems[side].bulk?.({
    object: pair.objects[side],
    fields: fieldsOf(pair, side),
    since: from.stamp,
    place: null,
    once: true,
    ...(signal === undefined ? {} : { signal }),
  });
  if (walk === undefined || walk === null) return;
  const page = { done: false, serverNow: walk.takenAt, next: from };
  try {
    for await (const { records } of walk.pages) yield { ...page, records };
    const stamp = iso(Date.parse(walk.takenAt) - engine.times.wideOverlap);
    yield { ...page, records: [], next: stamp > from.stamp ? { stamp, id: '' } : from };
  } catch (error) {
    // The job ended without its result: ordinary pages then.
    if (!(error instanceof ConnectorError) || error.data.cause !== 'bulk-ended') throw error;
  }
}
