import type { Keyset } from '../connectors/ticket-system.ts';
import { formatKey, type WorkKey } from '../core/link.ts';
import { fieldsOf, type PairRules } from '../core/rules.ts';
import { type Side, sides } from '../core/side.ts';
import { afterPage, lookAsks, lookKeys, openStreams, type StreamLook } from './children/follow.ts';
import type { Engine } from './engine.ts';
import { loadBatch } from './load.ts';
import { keysOf } from './poll.ts';
import { decide } from './reconcile.ts';
import type { Decision } from './work.ts';
import { batches } from './worker.ts';

/** What would be done about one key. */
export interface PlannedItem {
  readonly key: string;
  readonly decision: Decision;
}

/** What a sync would do now: walks as a poll would, from the cursor, and decides. Writes nothing, on either side or in the store. */
export async function planAll(
  engine: Engine,
  options: { readonly pair?: string; readonly signal?: AbortSignal },
): Promise<readonly PlannedItem[]> {
  const keys = new Map<string, WorkKey>();
  for (const pair of engine.pairs) {
    if (options.pair !== undefined && pair.name !== options.pair) continue;
    for (const side of sides)
      for (const key of await walkKeys(engine, pair, side, options.signal)) keys.set(formatKey(key), key);
  }
  return planKeys(engine, [...keys.values()]);
}

async function walkKeys(
  engine: Engine,
  pair: PairRules,
  side: Side,
  signal: AbortSignal | undefined,
): Promise<readonly WorkKey[]> {
  const { cursor, streams: open } = await engine.store.transaction(async (tx) => ({
    cursor: await tx.cursor(pair.name, side),
    streams: await openStreams(engine, tx, pair, side),
  }));
  const keys: WorkKey[] = [];
  let streams: readonly StreamLook[] = open.map(({ name, start }) => ({ name, after: start.after, done: false }));
  for (
    let after: Keyset = cursor?.walk?.after ?? cursor?.at ?? { stamp: pair.startsAt, id: '' };
    signal?.aborted !== true;
  ) {
    const page = await engine.systems[side].changes({
      object: pair.objects[side],
      fields: fieldsOf(pair, side),
      after,
      limit: engine.pageSize,
      ...lookAsks(engine, streams),
    });
    await engine.store.transaction(async (tx) => {
      keys.push(...(await keysOf(tx, pair, side, page.records)));
      keys.push(...(await lookKeys(tx, pair, side, streams, page)));
    });
    streams = afterPage(streams, page);
    if (page.done && streams.every((stream) => stream.done)) break;
    after = page.next;
  }
  return keys;
}

/** Decides about these keys, in batches, without changing anything. */
export async function planKeys(engine: Engine, keys: readonly WorkKey[]): Promise<readonly PlannedItem[]> {
  const planned: PlannedItem[] = [];
  for (let from = 0; from < keys.length; from += batches.batchSize) {
    const jobs = keys.slice(from, from + batches.batchSize).map((key) => ({ key, handle: null }));
    const decisions = await decide(engine, await loadBatch(engine, jobs, 'dry-run'));
    planned.push(...decisions.map((decision) => ({ key: decision.work.key, decision })));
  }
  return onceEach(planned);
}

/** Two desks that are full find each other from both ends, in batches far apart: the pair is one plan. */
function onceEach(planned: readonly PlannedItem[]): readonly PlannedItem[] {
  const seen = new Set<string>();
  return planned.filter(({ decision }) => {
    if (decision.kind !== 'plan') return true;
    if (decision.plan.kind === 'ignore' && decision.plan.why === 'taken-up') return false;
    if (decision.plan.kind !== 'adopt') return true;
    const { records } = decision.plan;
    const key = `${decision.work.pair.name} ${records.servicenow.id} ${records.salesforce.id}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
