import { setTimeout as delay } from 'node:timers/promises';
import { sides } from '../../src/core/side.ts';
import { evidenceOf } from './evidence.ts';
import { type Broken, judge } from './judge.ts';
import { People } from './people.ts';
import { type Daemon, startWorld, type World } from './world.ts';

export interface Plan {
  readonly seed: number;
  readonly texts: readonly string[];
  /** Times each point is killed at, each time with other things going on. */
  readonly perPoint: number;
  /** At most this many points; all when left out. */
  readonly points?: number;
  readonly kills: number;
  readonly stops: number;
  readonly databaseRestarts: number;
  readonly cuts: number;
  /** The share of rounds that begin with everything still held that the last one's dead have held. */
  readonly fresh: number;
  readonly say: (line: string) => void;
}

export interface Row {
  readonly what: string;
  readonly rounds: number;
  readonly broken: readonly Broken[];
}

export interface ChaosReport {
  readonly rows: readonly Row[];
  readonly points: readonly string[];
  readonly pointsFired: number;
  readonly tickets: number;
  readonly edits: number;
  readonly comments: number;
  readonly recoveries: readonly number[];
  readonly said: readonly string[];
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

interface Stage {
  readonly world: World;
  readonly people: People;
  readonly random: () => number;
}

/** Kills, stops, cuts and restarts real processes while people work at both desks, and holds the desks against what people did. */
export async function chaos(plan: Plan): Promise<ChaosReport> {
  const random = series(plan.seed);
  const startedAt = performance.now();
  const say = (line: string): void =>
    plan.say(`${String(Math.round((performance.now() - startedAt) / 1000)).padStart(5)} s  ${line}`);
  const starting = startWorld();
  const untie = endWith(async () => (await starting).stop());
  const world = await starting;
  const stage: Stage = { world, people: new People(world, random, plan.texts), random };
  try {
    const points = await learnPoints(stage);
    const chosen = points.slice(0, plan.points ?? points.length);
    say(`${points.length} points; ${chosen.length} are killed at, ${plan.perPoint} times each`);
    const rows: Row[] = [];
    const fired = { count: 0 };
    const told = new Set<string>();
    const run = async (what: string, rounds: number, round: (n: number) => Promise<void>): Promise<void> => {
      const broken: Broken[] = [];
      for (let n = 0; n < rounds; n += 1) {
        if (random() >= plan.fresh) await world.outlast();
        await round(n);
        if (n % 20 === 19 || n === rounds - 1) {
          broken.splice(0, broken.length, ...(await settleAndJudge(stage)));
          say(`${what}: ${n + 1} of ${rounds}, broken ${broken.length}`);
          for (const one of broken.slice(0, 5)) {
            say(`    ${one.what}: ${one.about}`);
            const mark = /\[\w+\]/.exec(one.about)?.[0];
            if (mark === undefined || told.has(mark)) continue;
            told.add(mark);
            for (const line of await evidenceOf(world, mark)) plan.say(`        ${line}`);
          }
        }
      }
      rows.push({ what, rounds, broken });
    };
    await run('killed at a point', chosen.length * plan.perPoint, (n) => killedAt(stage, armOf(chosen, n), fired));
    await run('killed at random', plan.kills, () => killedAtRandom(stage));
    await run('stopped past the lease', plan.stops, () => stoppedAmongTwo(stage));
    await run('database restarted', plan.databaseRestarts, () => databaseRestarted(stage));
    await run('network cut', plan.cuts, () => networkCut(stage));
    const { tickets } = stage.people;
    return {
      rows,
      points,
      pointsFired: fired.count,
      tickets: tickets.length,
      edits: tickets.reduce((sum, ticket) => sum + ticket.edits.length, 0),
      comments: tickets.reduce((sum, ticket) => sum + ticket.comments.length, 0),
      recoveries: world.recoveries,
      said: world.said,
    };
  } finally {
    await world.stop();
    untie();
  }
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

/** Every point that an ordinary morning comes past. */
async function learnPoints({ world, people }: Stage): Promise<readonly string[]> {
  const daemon = await startFor(world);
  for (let n = 0; n < 4; n += 1) {
    await people.bustle(15);
    await untilQuiet(daemon);
  }
  const answer = await daemon.ask({ kind: 'points?' });
  await end(daemon);
  return answer.kind === 'points' ? answer.names.toSorted() : [];
}

function armOf(points: readonly string[], n: number): string {
  return `${points[n % points.length] ?? ''}@${1 + (Math.floor(n / points.length) % 4)}`;
}

async function killedAt({ world, people }: Stage, arm: string, fired: { count: number }): Promise<void> {
  await people.bustle(6);
  const daemon = await world.startDaemon(arm);
  if (daemon === null) {
    fired.count += 1;
    return;
  }
  await Promise.race([daemon.ended, people.bustle(4).then(() => untilQuiet(daemon, 6000))]).catch(() => undefined);
  if (daemon.alive()) await end(daemon);
  else fired.count += 1;
}

async function killedAtRandom({ world, people, random }: Stage): Promise<void> {
  await people.bustle(4);
  const daemon = await startFor(world);
  await Promise.all([people.bustle(4), delay(50 + random() * 1500)]);
  await kill(daemon);
}

/** One of two replicas is frozen for longer than its jobs' heartbeat, and comes back believing that they are its own. */
async function stoppedAmongTwo({ world, people, random }: Stage): Promise<void> {
  const [first, second] = await Promise.all([startFor(world), startFor(world)]);
  await people.bustle(6);
  await delay(random() * 800);
  first.signal('SIGSTOP');
  await people.bustle(4);
  await delay(13_000 + random() * 4000);
  first.signal('SIGCONT');
  await people.bustle(3);
  await delay(500);
  await Promise.all([kill(first), end(second)]);
}

async function databaseRestarted({ world, people, random }: Stage): Promise<void> {
  const daemon = await startFor(world);
  await people.bustle(5);
  await delay(random() * 500);
  await Promise.all([world.restartDatabase(), people.bustle(4)]);
  await delay(500);
  await kill(daemon);
}

async function networkCut({ world, people, random }: Stage): Promise<void> {
  const daemon = await startFor(world);
  const side = sides[Math.floor(random() * sides.length)] ?? 'servicenow';
  await people.bustle(5);
  await delay(random() * 800);
  await world.desks[side].cable.cut();
  await people.bustle(4);
  await delay(500);
  await world.desks[side].cable.mend();
  await delay(500);
  await kill(daemon);
}

/** One replica without an armed point works until nothing is left to do. */
async function settleAndJudge({ world, people }: Stage): Promise<readonly Broken[]> {
  await world.outlast();
  const daemon = await startFor(world);
  await untilQuiet(daemon, 180_000);
  const broken = await judge(world, people);
  await end(daemon);
  return broken;
}

async function startFor(world: World): Promise<Daemon> {
  const daemon = await world.startDaemon();
  if (daemon === null) throw new Error('the daemon did not start');
  return daemon;
}

async function untilQuiet(daemon: Daemon, withinMs = 60_000): Promise<void> {
  const until = Date.now() + withinMs;
  for (let quiet = 0; quiet < 2 && Date.now() < until; await delay(150)) {
    const answer = await daemon.ask({ kind: 'quiet?' });
    quiet = answer.kind === 'quiet' && answer.quiet ? quiet + 1 : 0;
  }
}

async function kill(daemon: Daemon): Promise<void> {
  daemon.signal('SIGKILL');
  await daemon.ended;
}

async function end(daemon: Daemon): Promise<void> {
  await daemon.ask({ kind: 'stop' }).catch(() => undefined);
  await daemon.ended;
}
