import { resync } from '../../src/engine/resync.ts';
import { happen, queueEverything, type Step } from './steps.ts';
import { checkQuiet, checkSafety, createCursorCheck } from './truth.ts';
import { checkTalk, checkTalkQuiet } from '../support/talk.ts';
import { type Weather, World } from './world.ts';

/** How often each thing has happened over all histories of a run. */
export interface Coverage {
  histories: number;
  deaths: Record<string, number>;
  faults: Record<string, number>;
  events: Record<string, number>;
  steps: Record<string, number>;
}

export function noCoverage(): Coverage {
  return { histories: 0, deaths: {}, faults: {}, events: {}, steps: {} };
}

/** Lives through a history, then through a quiet time, and checks what must then be true. */
export async function live(weather: Weather, steps: readonly Step[], coverage: Coverage): Promise<World> {
  const world = new World(weather);
  const checkCursor = createCursorCheck(world);
  for (const step of steps) {
    await happen(world, step);
    await checkSafety(world);
    checkTalk(world.desks, world.talk);
    await checkCursor();
    count(coverage.steps, step.kind);
  }
  world.calm();
  await comeToRest(world);
  await checkSafety(world);
  await checkQuiet(world);
  if (weather.comments) await checkTalkQuiet(world.desks, world.store, world.talk);
  await tellDeletions(world);
  await checkIdle(world);
  cover(world, coverage);
  return world;
}

/** The same, where references to changes were lost: a resync must find them. */
export async function liveAndResync(weather: Weather, steps: readonly Step[], coverage: Coverage): Promise<World> {
  const world = new World(weather);
  for (const step of steps) await happen(world, step);
  world.calm();
  await comeToRest(world);
  await world.clock.advance(10_000);
  // The resync works the queue off by itself; its worker is stopped with it, so the rest of this life is by hand again.
  await world.run((engine) => resync(engine, { dryRun: false, signal: new AbortController().signal }));
  await comeToRest(world);
  await checkSafety(world);
  await checkQuiet(world);
  if (weather.comments) await checkTalkQuiet(world.desks, world.store, world.talk);
  cover(world, coverage);
  return world;
}

/**
 * Long enough for everything that waits: in-doubt writes and creates (75 s and two probes), late rows (5 min overlap), the wide
 * poll, and a quarantine that has backed off for up to six hours.
 */
async function comeToRest(world: World): Promise<void> {
  for (const ms of [10_000, 10_000, 80_000, 10_000, 80_000, 10_000, 10_000, 300_000, 10_000, 300_000, 10_000])
    await world.round(ms);
  for (const hours of [1, 7, 7]) {
    await world.round(hours * 3_600_000);
    for (const ms of [80_000, 10_000, 10_000, 10_000]) await world.round(ms);
  }
}

/** No stream says that a comment was deleted: that is seen when its ticket is looked at next. */
async function tellDeletions(world: World): Promise<void> {
  await queueEverything(world, 1);
  for (const ms of [10_000, 10_000]) await world.round(ms);
  checkTalk(world.desks, world.talk);
}

/** S2 and S8: nothing is written any more, however often everything is looked at again. */
async function checkIdle(world: World): Promise<void> {
  const before = world.writeCalls.length;
  for (const ms of [10_000, 310_000, 10_000]) await world.round(ms);
  await queueEverything(world, 3);
  await world.round(10_000);
  const more = world.writeCalls.slice(before);
  if (more.length > 0) throw new Error(`S2: written at rest: ${more.join(', ')}`);
}

function cover(world: World, coverage: Coverage): void {
  coverage.histories += 1;
  for (const death of world.deaths) count(coverage.deaths, death);
  for (const event of world.events) count(coverage.events, event.type);
  for (const desk of Object.values(world.desks)) {
    for (const [name, times] of Object.entries(desk.faults.fired)) count(coverage.faults, name, times);
  }
}

function count(counts: Record<string, number>, name: string, times = 1): void {
  counts[name] = (counts[name] ?? 0) + times;
}
