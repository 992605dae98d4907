import { setTimeout as delay } from 'node:timers/promises';
import { evidenceOf } from './evidence.ts';
import { type Broken, judge, lasting } from './judge.ts';
import { learnPoints } from './learn.ts';
import { People } from './people.ts';
import type { Judged, Results, Round } from './results.ts';
import { end, play, type Stage, startFor, untilQuiet } from './rounds.ts';
import { type Counts, type Wanted, wantedGroups } from './wanted.ts';
import { startWorld, type World } from './world.ts';

export interface Plan {
  readonly commit: string;
  readonly seed: number;
  readonly texts: readonly string[];
  readonly counts: Counts;
  /** Worlds side by side, each with a Postgres and two desks of its own. */
  readonly worlds: number;
  /** No round begins after this many milliseconds. */
  readonly withinMs: number;
  /** The share of rounds that begin with everything still held that the last one's dead have held. */
  readonly fresh: number;
  readonly say: (line: string) => void;
}

/** Deterministic series for one seed (mulberry32); the processes around it are not. */
export function series(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** So many groups are judged in one world; the next one begins empty. */
const groupsPerWorld = 6;

/**
 * Kills, stops, cuts and restarts real processes while people work at both desks, and holds the desks against what people did. Every
 * round and every judgement is added to `results`; what they hold already is not done again.
 */
export async function chaos(plan: Plan, results: Results): Promise<void> {
  const startedAt = performance.now();
  const say = (line: string): void =>
    plan.say(`${String(Math.round((performance.now() - startedAt) / 1000)).padStart(5)} s  ${line}`);
  const worlds = new Set<Promise<World>>();
  let ending = false;
  const stopAll = async (): Promise<void> => {
    ending = true;
    await Promise.allSettled([...worlds].map(async (world) => (await world).stop()));
  };
  const untie = endWith(stopAll);
  const open = async (random: () => number): Promise<Stage> => {
    if (ending) throw new Error('told to end');
    const starting = startWorld();
    worlds.add(starting);
    const world = await starting;
    return { world, random, people: new People(world, random, plan.texts) };
  };
  // A group that was broken off asks for no new world.
  const over = (): boolean => ending || performance.now() - startedAt > plan.withinMs;
  try {
    if (results.points(plan.commit) === null) {
      const { world, people } = await open(series(plan.seed));
      const points = await learnPoints(world, people, say);
      results.add({ kind: 'points', commit: plan.commit, points });
      await world.stop();
    }
    const points = results.points(plan.commit) ?? {};
    const groups = [...wantedGroups(plan.counts, results, plan.commit, points, series(plan.seed))];
    say(`${groups.flat().length} rounds in ${groups.length} groups`);
    const lane = async (number: number): Promise<void> => {
      // Another series for each lane and each run: what was gone on with does not begin with the same people again.
      const random = series(plan.seed * 1000 + number + results.lines.length * 100);
      let stage: Stage | null = null;
      for (let played = 1; groups.length > 0 && !over(); played += 1) {
        const group = groups.shift() ?? [];
        stage ??= await settledIn(await open(random));
        const judged = await playGroup(plan, results, stage, group, { over, ending: () => ending, say });
        say(told(judged, groups.length));
        if (judged.broken.length === 0 && played % groupsPerWorld !== 0) continue;
        await stage.world.stop();
        stage = null;
      }
      await stage?.world.stop();
    };
    await Promise.all(Array.from({ length: plan.worlds }, (_, number) => lane(number)));
  } finally {
    await stopAll();
    untie();
  }
}

/** Some tickets that stand on both sides already, so that there is something to edit from the first round on. */
async function settledIn(stage: Stage): Promise<Stage> {
  const daemon = await startFor(stage.world);
  await stage.people.bustle(12);
  await untilQuiet(daemon);
  await end(daemon);
  return stage;
}

function told({ what, seconds, broken }: Judged, left: number): string {
  return `${what.padEnd(9)} ${String(seconds).padStart(4)} s, broken ${broken.length}; ${left} groups left`;
}

interface Watch {
  /** True when no round is to begin any more. */
  readonly over: () => boolean;
  /** True when everything is being stopped. */
  readonly ending: () => boolean;
  readonly say: (line: string) => void;
}

let groupCount = 0;

/** Plays rounds one behind the other in one world, then lets it come to rest and judges it. What was not judged counts for nothing. */
async function playGroup(
  plan: Plan,
  results: Results,
  stage: Stage,
  group: readonly Wanted[],
  { over, ending, say }: Watch,
): Promise<Judged> {
  groupCount += 1;
  const { world, people } = stage;
  const { commit } = plan;
  const name = `${Date.now()}-${process.pid}-${groupCount}`;
  const startedAt = performance.now();
  const before = doings(people);
  let broken: readonly Broken[];
  try {
    for (const wanted of group) {
      if (over()) break;
      const held = stage.random() < plan.fresh || wanted.what === 'in-doubt';
      if (!held) await world.outlast();
      world.recoveries.length = 0;
      world.recoveriesCpu.length = 0;
      const came = await play(stage, wanted);
      const { what, n, point, scenario } = wanted;
      const round: Round = {
        kind: 'round',
        group: name,
        commit,
        what,
        n,
        scenario,
        held,
        replicas: 1,
        ...(point === undefined ? {} : { point }),
        recovery: [...world.recoveries],
        recoveryCpu: [...world.recoveriesCpu],
        ...came,
      };
      results.add(round);
    }
    broken = await settleAndJudge(stage);
  } catch (error) {
    // The processes were taken away from under it: that shows nothing.
    if (ending()) throw error;
    broken = [{ what: 'stuck', about: error instanceof Error ? (error.stack ?? error.message) : String(error) }];
  }
  await tellBroken(stage, broken, plan.say, say);
  const after = doings(people);
  const judged: Judged = {
    kind: 'judged',
    group: name,
    commit,
    broken,
    what: group[0]?.what ?? 'point',
    seconds: Math.round((performance.now() - startedAt) / 1000),
    tickets: after.tickets - before.tickets,
    edits: after.edits - before.edits,
    comments: after.comments - before.comments,
    files: after.files - before.files,
    removed: after.removed - before.removed,
  };
  results.add(judged);
  return judged;
}

function doings({ tickets }: People): Pick<Judged, 'tickets' | 'edits' | 'comments' | 'files' | 'removed'> {
  const sum = (count: (ticket: (typeof tickets)[number]) => number): number =>
    tickets.reduce((total, ticket) => total + count(ticket), 0);
  return {
    tickets: tickets.length,
    edits: sum(({ edits }) => edits.length),
    comments: sum(({ comments }) => comments.length),
    files: sum(({ files }) => files.length),
    removed: sum(({ removed }) => (removed === null ? 0 : 1)),
  };
}

async function tellBroken(
  { world }: Stage,
  broken: readonly Broken[],
  plain: (line: string) => void,
  say: (line: string) => void,
): Promise<void> {
  for (const one of broken.slice(0, 5)) {
    say(`    ${one.what}: ${one.about}`);
    const mark = /\[\w+\]/.exec(one.about)?.[0];
    if (mark === undefined) continue;
    const lines = await evidenceOf(world, mark).catch((error: unknown) => [`no evidence: ${String(error)}`]);
    for (const line of lines) plain(`        ${line}`);
  }
  if (broken.length > 0)
    for (const text of new Set(world.said.slice(-20))) plain(`        said: ${text.slice(0, 300)}`);
}

/** One replica without an armed point works until nothing is left to do. What time may mend has a minute for it. */
async function settleAndJudge({ world, people }: Stage): Promise<readonly Broken[]> {
  await world.outlast();
  await Promise.all([world.desks.servicenow.faults([]), world.desks.salesforce.faults([])]);
  const daemon = await startFor(world);
  const until = performance.now() + 60_000;
  let quiet = await untilQuiet(daemon, 180_000);
  let broken = await judge(world, people);
  while (broken.length > 0 && !broken.some(({ what }) => lasting.has(what)) && performance.now() < until) {
    await delay(2500);
    quiet = await untilQuiet(daemon, 60_000);
    broken = await judge(world, people);
  }
  await end(daemon);
  return quiet ? broken : [...broken, { what: 'stuck', about: 'something was left to do after three minutes' }];
}

const endings = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const;

/** Told to end, this process ends its others first: the daemon and Postgres would live on. Returns what takes that back. */
function endWith(stop: () => Promise<void>): () => void {
  const end = (signal: NodeJS.Signals): void => {
    const code = Object.entries(endings).find(([name]) => name === signal)?.[1] ?? 1;
    const exit = (): never => process.exit(code);
    void stop().then(exit, exit);
  };
  const signals = Object.keys(endings) as (keyof typeof endings)[];
  for (const signal of signals) process.on(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}
