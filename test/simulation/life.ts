import { resync } from '../../src/engine/resync.ts';
import { queueEverything } from '../model/steps.ts';
import { createJudge } from './always.ts';
import { happen } from './happen.ts';
import { judgeComments, judgePapers, judgeQuiet } from './quiet.ts';
import type { Script } from './script.ts';
import { Violation } from './violation.ts';
import { SimulatedWorld } from './world.ts';

export interface Life {
  readonly world: SimulatedWorld;
  readonly violation: Violation | null;
  /** Equal for two lives in which the same happened. */
  readonly hash: number;
}

/** Lives through a script, then through a quiet time, and judges both. Never rejects: what goes wrong is the result. */
export async function live(script: Script): Promise<Life> {
  let judge: (door: string) => Promise<void> = async () => undefined;
  const world = new SimulatedWorld(script.weather, script.seed, (door) => judge(door));
  judge = createJudge(world);
  let violation: Violation | null = null;
  try {
    await liveThrough(world, script);
  } catch (error) {
    violation =
      error instanceof Violation
        ? error
        : new Violation('comes to rest', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  world.close();
  return { world, violation, hash: world.schedule.hash };
}

async function liveThrough(world: SimulatedWorld, script: Script): Promise<void> {
  // The first pair is linked before anything happens: sight is proven by it from then on.
  await world.schedule.until(world.clock.now() + 15_000);
  let at = world.clock.now();
  for (const { afterMs, step } of script.steps) {
    at = Math.max(world.clock.now(), at + afterMs);
    await world.schedule.until(at);
    await happen(world, step);
  }
  await world.schedule.until(world.clock.now() + 30_000);
  world.note('nothing goes wrong any more');
  world.endTroubles();
  await comeToRest(world);
  await judgeQuiet(world);
  await judgeComments(world);
  await judgePapers(world);
  await tellDeletions(world);
  await judgeIdle(world);
}

const soon = 6_000;

/**
 * Long enough for everything that waits: processes that start anew and late requests (75 s and two probes), late rows (5 min), and
 * what was set aside for up to six hours. What changed while it was hidden is a resync's to find.
 */
async function comeToRest(world: SimulatedWorld): Promise<void> {
  await world.schedule.toRest(90_000);
  for (const ms of [10_000, 80_000, 10_000, 80_000, 10_000, 310_000, 10_000, 310_000]) await round(world, ms);
  if (world.onceHidden.size > 0) await lookAtEverything(world);
  // A journal has no stream, and what it held while it was hidden moves no ticket: it is seen when its ticket is looked at next.
  if (world.onceBlind) await queueEverything(world, 2);
  for (const hours of [1, 7, 7]) for (const ms of [hours * 3_600_000, 80_000, 10_000, 10_000]) await round(world, ms);
}

/** As the daemon does it: time passes, both sides are polled, the queue is worked off. */
async function round(world: SimulatedWorld, afterMs: number): Promise<void> {
  await world.schedule.until(world.clock.now() + afterMs);
  await world.resume();
  for (const replica of world.replicas) {
    replica.ticker.hurry();
    void replica.ticker.tick();
    await world.schedule.toRest(soon);
  }
}

async function lookAtEverything(world: SimulatedWorld): Promise<void> {
  const command = world.startProcess('last resync');
  void command.reading(() => resync(command.engine, { dryRun: false, signal: new AbortController().signal }));
  await world.schedule.toRest(soon);
}

/** No stream says that a comment was deleted: that is seen when its ticket is looked at next. */
async function tellDeletions(world: SimulatedWorld): Promise<void> {
  await queueEverything(world, 1);
  for (const ms of [10_000, 80_000, 10_000]) await round(world, ms);
  await judgeComments(world);
}

/** Nothing is written any more, however often everything is looked at; and what is not asked for costs a handful of calls. */
async function judgeIdle(world: SimulatedWorld): Promise<void> {
  const writes = world.calls.writes;
  const calls = world.calls.all;
  const rounds = [10_000, 310_000, 10_000];
  for (const ms of rounds) await round(world, ms);
  const swept = world.weather.sweepMs === undefined ? 0 : Math.ceil(330_000 / world.weather.sweepMs) * 2;
  // A poll a side and replica, and the sweep's pages; records that a person deleted are looked at again now and then, at three calls a look.
  const bound = rounds.length * world.replicas.length * 2 * world.pagesAtMost() + rounds.length * 3 + swept;
  if (world.calls.all - calls > bound)
    throw new Violation('bounded calls when quiet', `${world.calls.all - calls} calls, ${bound} would do`);
  await queueEverything(world, 3);
  await round(world, 10_000);
  if (world.calls.writes > writes)
    throw new Violation(
      'idle when quiet',
      `${world.calls.writes - writes} writes`,
      world.lastWrites(world.calls.writes - writes),
    );
}
