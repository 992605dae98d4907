import { setTimeout as delay } from 'node:timers/promises';
import { otherSide, type Side, sides } from '../../../src/core/side.ts';
import { type Pair, pairsOf } from './bursts.ts';
import type { Desks } from './desk.ts';
import { objects, type Percentiles, percentiles, texts } from './measure.ts';
import type { Round } from './round.ts';
import { pollGapMs } from './ticks.ts';

export interface Lag {
  readonly edits: number;
  readonly missing: number;
  /** The gap between two polls that was in force, in milliseconds. */
  readonly gapMs: number;
  /** What p95 is held against: that gap and three calls. */
  readonly targetMs: number;
  readonly latencyMs: Percentiles;
}

const withinMs = 60_000;
const answeredMs = 700;

/** Single edits at uneven moments, each side in turn, each on a ticket of its own. */
export async function runActiveLag(round: Round, edits: number, apartMs: number, callMs: number): Promise<Lag> {
  const pairs = (await pairsOf(round.desks, edits)).slice(0, edits);
  const under: Promise<number | null>[] = [];
  for (const [at, pair] of pairs.entries()) {
    under.push(editOne(round.desks, at % 2 === 0 ? 'servicenow' : 'salesforce', pair, `Lag ${at}`));
    // Uneven, so that the edits do not fall in step with the poll; the same in every run.
    await delay(apartMs * (0.5 + ((at * 7) % 10) / 10));
  }
  return lagOf(await Promise.all(under), pollGapMs, callMs);
}

/**
 * A pair that nobody works on: an edit on each side right after a poll, the worst moment there is. Waits for the idle gap first,
 * as the desks see it.
 */
export async function runIdleLag(round: Round, gapMs: number, callMs: number): Promise<Lag> {
  const pairs = await pairsOf(round.desks, 2);
  const waits = await Promise.all(
    sides.map(async (side, at) => {
      const pair = pairs[at];
      if (pair === undefined) return null;
      await untilPolled(round.desks, side, gapMs);
      // Else the poll under way may still list it.
      await delay(answeredMs);
      return editOne(round.desks, side, pair, `Idle ${at}`);
    }),
  );
  return lagOf(waits, gapMs, callMs);
}

function lagOf(waits: readonly (number | null)[], gapMs: number, callMs: number): Lag {
  const seen = waits.filter((wait) => wait !== null);
  return {
    edits: waits.length,
    missing: waits.length - seen.length,
    gapMs,
    targetMs: gapMs + 3 * callMs,
    latencyMs: percentiles(seen),
  };
}

/** From edit to visible across, in milliseconds; null where it never was. */
async function editOne(desks: Desks, from: Side, { ids }: Pair, text: string): Promise<number | null> {
  const to = otherSide(from);
  const expected = { [ids[to]]: text };
  const edits = [{ id: ids[from], fields: { [texts[from]]: text } }];
  const done = await desks[from].ask({ do: 'edit', object: objects[from], edits });
  const { seenAt } = await desks[to].ask({
    do: 'watch',
    object: objects[to],
    key: 'id',
    field: texts[to],
    expected,
    timeoutMs: withinMs,
  });
  const [at] = Object.values(seenAt);
  return at === undefined ? null : at - done.at;
}

/** Resolves right after a poll that came about `gapMs` after the one before. */
async function untilPolled(desks: Desks, side: Side, gapMs: number): Promise<void> {
  const until = Date.now() + 6 * gapMs + 90_000;
  let last = Date.now();
  let since = last;
  while (Date.now() < until) {
    const { firstAt } = await desks[side].ask({ do: 'calls', since });
    if (firstAt === null) {
      await delay(50);
      continue;
    }
    if (firstAt - last >= gapMs * 0.9) return;
    last = firstAt;
    // The calls of one poll come close together.
    await delay(500);
    since = Date.now();
  }
  throw new Error(`${side} was not polled every ${gapMs} ms`);
}
