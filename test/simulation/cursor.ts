import { iso } from '../../src/core/clock.ts';
import type { SourceRecord } from '../../src/core/record.ts';
import { type Side, sides } from '../../src/core/side.ts';
import type { Tx } from '../../src/store/store.ts';
import { objects } from '../model/world.ts';
import { Violation } from './violation.ts';
import type { SimulatedWorld } from './world.ts';

/**
 * When a walk has ended, every row that could be seen when it began and lies behind the cursor is queued, being worked on, set
 * aside, or nothing to us; and a cursor never moves back.
 */
export function createCursorJudge(world: SimulatedWorld): () => Promise<void> {
  const last = new Map<Side, { version: number; stamp: string }>();
  return async () => {
    await world.store.transaction(async (tx) => {
      for (const side of sides) {
        const cursor = await tx.cursor(world.pair.name, side);
        const before = last.get(side);
        if (cursor === null || cursor.version === before?.version) continue;
        last.set(side, { version: cursor.version, stamp: cursor.at.stamp });
        if (before !== undefined && cursor.at.stamp < before.stamp)
          throw new Violation('cursor never passes an unqueued row', `the cursor of ${side} moved back`, cursor);
        // A clock that has just jumped back stamps rows behind a walk that is under way: they are the overlap's business.
        if (world.clock.now() - world.jumpedAt < 60_000) continue;
        if (cursor.walk !== null || cursor.at.stamp === before?.stamp) continue;
        judgeAhead(world, side, cursor.at.stamp);
        await judgeBehind(world, tx, side, cursor.at.stamp, before?.stamp ?? '');
      }
    });
  };
}

/** Whatever is saved from now on is stamped by the desk's own clock: a cursor ahead of it passes rows before they are there. */
function judgeAhead(world: SimulatedWorld, side: Side, stamp: string): void {
  const now = iso(world.deskNow(side));
  if (stamp > now)
    throw new Violation('cursor never passes an unqueued row', `${stamp} on ${side}, where it is ${now}`);
}

async function judgeBehind(world: SimulatedWorld, tx: Tx, side: Side, stamp: string, since: string): Promise<void> {
  for (const row of world.desks[side].rows(objects[side])) {
    const versions = world.desks[side].versions(objects[side], row.id);
    const latest = versions.at(-1);
    // Late rows are the overlap's business, and rows of the cursor's own second the next walk's.
    if (latest === undefined || latest.by === 'casebridge' || latest.visibleAt > latest.at) continue;
    // In no list of changes: the sweep's business.
    if (latest.unstamped === true) continue;
    if (latest.stamp >= stamp || latest.stamp < since) continue;
    if (await isAccountedFor(world, tx, side, row)) continue;
    throw new Violation('cursor never passes an unqueued row', `${row.id} on ${side}`, {
      cursor: stamp,
      row: latest,
      now: iso(world.clock.now()),
    });
  }
}

async function isAccountedFor(world: SimulatedWorld, tx: Tx, side: Side, row: SourceRecord): Promise<boolean> {
  if (world.onceHidden.has(row.id)) return true;
  const [link] = await tx.linksBySource(world.pair.name, side, [row.id]);
  if (link?.status === 'detached') return true;
  const origin = row.partnerId ?? row.id;
  const key =
    link === undefined
      ? `new:${world.pair.name}:${row.partnerId === null ? side : side === 'servicenow' ? 'salesforce' : 'servicenow'}:${origin}`
      : `link:${link.id}`;
  if (world.store.queue.keys().has(key) || (await tx.quarantined([key])).length > 0) return true;
  if (link === undefined) return (await tx.openIntents(100)).some((intent) => intent.originId === origin);
  // A write in doubt is looked at again once it has settled, and the row with it.
  if ((await tx.pendingOf([link.id])).length > 0) return true;
  const base = link.bases[side];
  if (base.version.stamp >= row.version.stamp) return true;
  return world.pair.fields.every((rule) => {
    const name = rule.fields[side];
    return rule.same(side, base.fields[name] ?? null, row.fields[name] ?? null);
  });
}
