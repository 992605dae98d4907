import { iso } from '../../core/clock.ts';
import { brakeOnEnds, lifeWindowMs } from '../../core/life/brake.ts';
import { defaultLife } from '../../core/life/rules.ts';
import { bothSides, type Side, sides } from '../../core/side.ts';
import type { PairPause } from '../../store/store.ts';
import type { Engine } from '../engine.ts';
import { readBoth } from '../read.ts';
import { type Decision, groupBy, type LinkDecision } from '../work.ts';
import { isLife, type StopReason } from './step.ts';

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
    const pause = await pauseOnEnds(engine, pair, group);
    if (pause !== null)
      braked = await stop(engine, braked, pause, (decision) => group.filter(isAsked).some((one) => one === decision));
  }
  for (const side of sides) {
    const unseen = braked.filter((decision): decision is Missing => isFirstMiss(decision, side));
    for (const [pair, group] of groupBy(unseen, ({ work }) => work.pair.name)) {
      const pause = await pauseOnBlindness(engine, side, group, braked);
      if (pause !== null)
        braked = await stop(
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
type Ending = Extract<LinkDecision, { readonly kind: 'life' }>;

function endsLink(decision: Decision): decision is Ending {
  return isLife(decision, 'end') || isLife(decision, 'follow');
}

async function pauseOnEnds(engine: Engine, pair: string, group: readonly Ending[]): Promise<PairPause | null> {
  const asked = group.filter(isAsked);
  const max = group[0]?.work.pair.life?.maxPerRun ?? defaultLife.maxPerRun;
  const now = engine.clock.now();
  const counts = await engine.store.transaction((tx) => tx.countEnds(pair, iso(now - lifeWindowMs)));
  const brake = brakeOnEnds({ ...counts, adding: asked.length, max });
  if (brake.kind === 'go') return null;
  return { pair, reason: 'too-many-deletes', detail: { found: brake.found, limit: brake.limit }, at: iso(now) };
}

/** What a person has said yes to, and what was begun before, is not asked for again. */
function isAsked({ work }: Ending): boolean {
  return !isAllowed(work) && !isUnderWay(work);
}

function isAllowed({ quarantine }: Ending['work']): boolean {
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

async function stop(
  engine: Engine,
  decisions: readonly Decision[],
  pause: PairPause,
  isMeant: (decision: Decision) => boolean,
): Promise<readonly Decision[]> {
  await engine.store.transaction((tx) => tx.pausePair(pause));
  engine.emit({ type: 'pair.paused', pause });
  const why: StopReason = pause.reason === 'side-blind' ? 'side-blind' : 'too-many-deletes';
  return decisions.map((decision): Decision => {
    if (!isMeant(decision) || decision.work.kind !== 'link') return decision;
    return { kind: 'life', work: decision.work, life: { kind: 'stopped', why } };
  });
}
