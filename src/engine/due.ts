import { iso } from '../core/clock.ts';
import { formatKey, parseKey, type WorkKey } from '../core/link.ts';
import type { Intent, QuarantineRow, Tx } from '../store/store.ts';
import { nextLook } from './decide-news.ts';
import { type Engine, pairOf } from './engine.ts';
import { standingPairs } from './life/standing.ts';
import { longestBackOffSeconds } from './quarantine.ts';

const dueAtOnce = 1000;

/**
 * Queues what waited for a time that has come: quarantined records, creates in doubt, writes in doubt. What is set aside waits for
 * its own time, whatever else is open about it. Returns how many keys, and when the next becomes due (milliseconds since the epoch;
 * null for nothing).
 */
export async function enqueueDue(engine: Engine): Promise<{ readonly queued: number; readonly nextAt: number | null }> {
  const now = engine.clock.now();
  return engine.store.transaction(async (tx) => {
    const standing = await standingPairs(tx);
    const quarantined = await quarantineDue(engine, tx, now, standing);
    const intents = (await tx.openIntents(dueAtOnce)).filter(
      (intent) => pairOf(engine, intent.pair) !== undefined && !standing.has(intent.pair),
    );
    const waiting = await notSetAside(tx, intents, keyOf);
    const written = [
      ...(await writesDue(engine, tx, now, standing)),
      ...(await filesDue(engine, tx, now)),
      ...(await commentsDue(engine, tx, now)),
    ];
    const links = await notSetAside(tx, written, (key) => key);
    const keys = [
      ...quarantined.flatMap((row) => parseKey(row.key) ?? []),
      ...waiting.filter((intent) => nextLook(engine, intent) <= now).map(keyOf),
      ...links,
    ];
    if (keys.length > 0) await tx.enqueue(keys);
    const later = waiting.map((intent) => nextLook(engine, intent)).filter((at) => at > now);
    return { queued: keys.length, nextAt: later.length === 0 ? null : Math.min(...later) };
  });
}

/** Rows whose time has come. Those of a pair that stands still, or that the mapping file no longer has, are put off, so that they keep no other waiting. */
async function quarantineDue(
  engine: Engine,
  tx: Tx,
  now: number,
  standing: ReadonlySet<string>,
): Promise<readonly QuarantineRow[]> {
  const rows = await tx.quarantineDue(iso(now), dueAtOnce);
  const gone = rows.filter((row) => pairOf(engine, row.pair) === undefined || standing.has(row.pair));
  const nextAt = iso(now + longestBackOffSeconds * 1000);
  if (gone.length > 0) await tx.saveQuarantine(gone.map((row) => ({ ...row, nextAt })));
  return rows.filter((row) => !gone.includes(row));
}

/** Links with a file that was not carried yet, or whose upload is in doubt, once its time has come. */
async function filesDue(engine: Engine, tx: Tx, now: number): Promise<readonly WorkKey[]> {
  if (engine.pairs.every((pair) => pair.files === undefined)) return [];
  const ids = await tx.linksWithFilesDue(iso(now - engine.times.settle), iso(now), dueAtOnce);
  const links = ids.length === 0 ? [] : await tx.linksById(ids);
  return links
    .filter((link) => pairOf(engine, link.pair)?.files !== undefined)
    .map((link) => ({ kind: 'link', linkId: link.id }));
}

/** Links with a comment that was about to be posted, once its settle time is over. */
async function commentsDue(engine: Engine, tx: Tx, now: number): Promise<readonly WorkKey[]> {
  if (engine.pairs.every((pair) => pair.comments === undefined)) return [];
  const ids = await tx.linksWithChildrenPlannedBefore('comment', iso(now - engine.times.settle), dueAtOnce);
  const links = ids.length === 0 ? [] : await tx.linksById(ids);
  return links
    .filter((link) => pairOf(engine, link.pair)?.comments !== undefined)
    .map((link) => ({ kind: 'link', linkId: link.id }));
}

/** Links with a write whose settle time is over. One that was unlinked is let through: its notes end there. */
async function writesDue(
  engine: Engine,
  tx: Tx,
  now: number,
  standing: ReadonlySet<string>,
): Promise<readonly WorkKey[]> {
  const ids = await tx.linksWithPendingBefore(iso(now - engine.times.settle), dueAtOnce);
  const links = await tx.linksById(ids);
  return links
    .filter(
      (link) => link.status === 'detached' || (pairOf(engine, link.pair) !== undefined && !standing.has(link.pair)),
    )
    .map((link) => ({ kind: 'link', linkId: link.id }));
}

async function notSetAside<T>(tx: Tx, items: readonly T[], key: (item: T) => WorkKey): Promise<readonly T[]> {
  const rows = await tx.quarantined(items.map((item) => formatKey(key(item))));
  const setAside = new Set(rows.map((row) => row.key));
  return items.filter((item) => !setAside.has(formatKey(key(item))));
}

function keyOf(intent: Intent): WorkKey {
  return { kind: 'new', pair: intent.pair, side: intent.origin, id: intent.originId };
}
