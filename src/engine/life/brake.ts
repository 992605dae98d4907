import { iso } from '../../core/clock.ts';
import { brakeOnEnds, lifeWindowMs } from '../../core/life/brake.ts';
import { defaultLife } from '../../core/life/rules.ts';
import { bothSides, type Side, sides } from '../../core/side.ts';
import type { PairPause } from '../../store/store.ts';
import type { Engine } from '../engine.ts';
import { readBoth } from '../read.ts';
import { type Decision, groupBy, type LinkDecision, type Work } from '../work.ts';
import { isLife, type LifeOf, type StopReason } from './step.ts';

/** What a person said of a record that was set aside by the brake: go on. */
export const allowedByPerson = 'allowed-by-person';

/** How many other records are looked at before a side counts as blind, and how few are too few to tell. */
const sample = 20;
const fewest = 3;

/**
 * Stops a pair before it lets go of many links at once, and where a side shows nothing at all any more. Decides for the whole batch
 * before its first step: then nothing of it is done, and a person is asked.
 */
export async function brakeLives(engine: Engine, decisions: readonly Decision[]): Promise<readonly Decision[]> {
  let braked = decisions;
  for (const [pair, group] of groupBy(decisions.filter(endsLink), ({ work }) => work.pair.name)) {
    const asked = group.filter(isAsked);
    const pause = asked.length === 0 ? null : await pauseOnEnds(engine, pair, asked);
    if (pause !== null) braked = stopped(engine, braked, pause, (decision) => asked.some((one) => one === decision));
  }
  for (const side of sides) {
    const unseen = braked.filter((decision): decision is Missing => isFirstMiss(decision, side));
    for (const [pair, group] of groupBy(unseen, ({ work }) => work.pair.name)) {
      const pause = await pauseOnBlindness(engine, side, group, braked);
      if (pause === null) continue;
      await engine.store.transaction((tx) => tx.pausePair(pause));
      braked = stopped(
        engine,
        braked,
        pause,
        (one) => one.kind === 'missing' && one.side === side && one.work.pair.name === pair,
      );
    }
  }
  return braked;
}

type Missing = Extract<LinkDecision, { readonly kind: 'missing' }>;
type Ending = LifeOf<'end'> | LifeOf<'follow'>;

function endsLink(decision: Decision): decision is Ending {
  return isLife(decision, 'end') || isLife(decision, 'follow');
}

/**
 * Counts what ended lately, by whichever replica, and notes what is about to end, in one transaction that no other replica's count can
 * come between: two batches that are small enough each are not small enough together.
 */
async function pauseOnEnds(engine: Engine, pair: string, asked: readonly Ending[]): Promise<PairPause | null> {
  const max = asked[0]?.work.pair.life?.maxPerRun ?? defaultLife.maxPerRun;
  return engine.store.transaction(async (tx) => {
    await tx.lock([`ends ${pair}`], 'alone');
    const standing = (await tx.pauses()).find((pause) => pause.pair === pair && pause.reason === 'too-many-deletes');
    if (standing !== undefined) return standing;
    const now = engine.clock.now();
    const counts = await tx.countEnds(pair, iso(now - lifeWindowMs));
    const brake = brakeOnEnds({ ...counts, adding: asked.length, max });
    if (brake.kind === 'stop') {
      const detail = { found: brake.found, limit: brake.limit };
      const pause: PairPause = { pair, reason: 'too-many-deletes', detail, at: iso(now) };
      await tx.pausePair(pause);
      return pause;
    }
    // Who has lost his keys meanwhile must not write over what their new owner recorded.
    await tx.holdJobs(asked.map(({ work }) => work.job));
    await tx.updateLinks(asked.map(({ work, life }) => ({ ...work.link, status: 'pending', life: life.life })));
    return null;
  });
}

/** What a person has said yes to, and what was begun before, is not asked for again. */
function isAsked({ work }: Ending): boolean {
  return !isAllowed(work) && !isUnderWay(work);
}

/** True where a person has said of this record: go on. */
export function isAllowed({ quarantine }: Work): boolean {
  return quarantine?.reason.kind === 'plan' && quarantine.reason.why === allowedByPerson;
}

/** Noted by a run before this one, which counted it. */
function isUnderWay({ link }: Ending['work']): boolean {
  return link.life !== null && link.life.kind !== 'missing';
}

function isFirstMiss(decision: Decision, side: Side): boolean {
  return decision.kind === 'missing' && decision.side === side && decision.work.link.life === null;
}

/** A side that shows none of its linked records, where it showed them before, tells nothing about any of them. */
async function pauseOnBlindness(
  engine: Engine,
  side: Side,
  unseen: readonly Missing[],
  decisions: readonly Decision[],
): Promise<PairPause | null> {
  const pair = unseen[0]?.work.pair;
  if (pair === undefined) return null;
  const sighted = decisions.some(
    (one) => one.work.kind === 'link' && one.work.pair.name === pair.name && one.kind === 'plan',
  );
  if (sighted) return null;
  const known = new Set(unseen.map(({ work }) => work.link.id));
  const latest = await engine.store.transaction((tx) =>
    tx.findLinks({ pair: pair.name, latestFirst: true, limit: sample + known.size }),
  );
  const others = latest.filter((link) => link.status !== 'detached' && link.life === null && !known.has(link.id));
  if (others.length + known.size < fewest) return null;
  const answers = await readBoth(
    engine,
    bothSides((one) => (one === side ? others.map((link) => ({ pair, id: link.ids[side] })) : [])),
  );
  // A record that was surely deleted is proof of sight, too.
  if (others.some((link) => answers[side].get(pair.objects[side], link.ids[side]).kind !== 'absent')) return null;
  const detail = { side, looked: others.length + known.size };
  return { pair: pair.name, reason: 'side-blind', detail, at: iso(engine.clock.now()) };
}

function stopped(
  engine: Engine,
  decisions: readonly Decision[],
  pause: PairPause,
  isMeant: (decision: Decision) => boolean,
): readonly Decision[] {
  engine.emit({ type: 'pair.paused', pause });
  const why: StopReason = pause.reason === 'side-blind' ? 'side-blind' : 'too-many-deletes';
  return decisions.map((decision): Decision => {
    if (!isMeant(decision) || decision.work.kind !== 'link') return decision;
    return { kind: 'life', work: decision.work, life: { kind: 'stopped', why } };
  });
}
