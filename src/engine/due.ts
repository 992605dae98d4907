import { iso } from '../core/clock.ts';
import { formatKey, parseKey, type WorkKey } from '../core/link.ts';
import { nextLook } from './decide-news.ts';
import type { Engine } from './engine.ts';

const dueAtOnce = 1000;

/**
 * Queues what waited for a time that has come: quarantined records, creates in doubt, writes in doubt. Returns how many keys, and
 * when the next becomes due (milliseconds since the epoch; null for nothing).
 */
export async function enqueueDue(engine: Engine): Promise<{ readonly queued: number; readonly nextAt: number | null }> {
  const now = engine.clock.now();
  return engine.store.transaction(async (tx) => {
    const quarantined = await tx.quarantineDue(iso(now), dueAtOnce);
    const intents = await tx.openIntents(dueAtOnce);
    const setAside = new Set(
      (await tx.quarantined(intents.map((intent) => formatKey(keyOf(intent))))).map((row) => row.key),
    );
    const waiting = intents.filter((intent) => !setAside.has(formatKey(keyOf(intent))));
    const ofIntents = new Set(intents.map((intent) => intent.id));
    const pending = await tx.linksWithPendingBefore(iso(now - engine.times.settle), dueAtOnce);
    const links = pending.filter((id) => !ofIntents.has(id));
    const keys = [
      ...quarantined.flatMap((row) => parseKey(row.key) ?? []),
      ...waiting.filter((intent) => nextLook(engine, intent) <= now).map(keyOf),
      ...links.map((linkId): WorkKey => ({ kind: 'link', linkId })),
    ];
    if (keys.length > 0) await tx.enqueue(keys);
    const later = waiting.map((intent) => nextLook(engine, intent)).filter((at) => at > now);
    return { queued: keys.length, nextAt: later.length === 0 ? null : Math.min(...later) };
  });
}

function keyOf(intent: {
  readonly pair: string;
  readonly origin: 'servicenow' | 'salesforce';
  readonly originId: string;
}): WorkKey {
  return { kind: 'new', pair: intent.pair, side: intent.origin, id: intent.originId };
}
