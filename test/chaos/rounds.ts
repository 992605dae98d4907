import { setTimeout as delay } from 'node:timers/promises';
import { sides } from '../../src/core/side.ts';
import type { People } from './people.ts';
import type { Round } from './results.ts';
import { scenarioNamed } from './scenarios.ts';
import type { Wanted } from './wanted.ts';
import type { Daemon, World } from './world.ts';

export interface Stage {
  readonly world: World;
  readonly people: People;
  readonly random: () => number;
}

type Came = Pick<Round, 'outcome'> & Partial<Pick<Round, 'during' | 'replicas' | 'settled'>>;

/** Plays one round. Nothing of ours runs before it, nothing after it. */
export async function play(stage: Stage, wanted: Wanted): Promise<Came> {
  switch (wanted.what) {
    case 'point':
      return killedAt(stage, wanted);
    case 'kill':
      return killedAtRandom(stage, wanted);
    case 'stop':
      return stoppedAmongOthers(stage, wanted);
    case 'restart':
      return databaseRestarted(stage, wanted);
    case 'cut':
      return networkCut(stage, wanted);
    case 'in-doubt':
      return leftInDoubt(stage, wanted);
  }
}

function act({ people, world }: Stage, { scenario }: Wanted): Promise<void> {
  return scenarioNamed(scenario).act(people, world);
}

/** One part of the work waits for the process, the other comes while it is at it. */
async function killedAt(stage: Stage, wanted: Wanted): Promise<Came> {
  const { world } = stage;
  await act(stage, wanted);
  const daemon = await world.startDaemon({ arm: `${wanted.point ?? ''}@${wanted.hit ?? 1}` });
  if (daemon === null) return { outcome: 'struck', during: 'start' };
  const work = async (): Promise<void> => {
    await act(stage, wanted);
    // What the dead one held rests for up to ten seconds.
    await untilQuiet(daemon, 20_000);
    await act(stage, wanted);
    await untilQuiet(daemon, 12_000);
  };
  await Promise.race([daemon.ended, work()]).catch(() => undefined);
  if (daemon.alive()) await end(daemon);
  if (!daemon.killed()) return { outcome: 'missed' };
  return { outcome: 'struck', during: world.recoveries.length > 0 ? 'work' : 'recovery' };
}

/** One process; every fourth time two, of which the other takes over. */
async function killedAtRandom(stage: Stage, wanted: Wanted): Promise<Came> {
  const { world, people, random } = stage;
  await act(stage, wanted);
  const two = wanted.n % 4 === 3;
  const [daemon, other] = await Promise.all([startFor(world), two ? startFor(world) : null]);
  // One time while it starts, the other while it works.
  if (wanted.n % 2 === 1) await atWork(world, 1);
  await Promise.all([act(stage, wanted), people.bustle(2), delay(30 + random() * 1500)]);
  const during = world.recoveries.length > 0 ? 'work' : 'recovery';
  await kill(daemon);
  if (other !== null) {
    await people.bustle(3);
    await untilQuiet(other, 20_000);
    await end(other);
  }
  return { outcome: 'struck', during, replicas: two ? 2 : 1 };
}

/** One of two or three replicas is frozen for longer than its jobs' heartbeat, and comes back believing that they are its own. */
async function stoppedAmongOthers(stage: Stage, wanted: Wanted): Promise<Came> {
  const { world, people, random } = stage;
  const replicas = 2 + (wanted.n % 2);
  const [first, ...others] = await Promise.all(Array.from({ length: replicas }, () => startFor(world)));
  if (first === undefined) throw new Error('no replica');
  await atWork(world, replicas);
  await Promise.all([act(stage, wanted), people.bustle(4), delay(random() * 800)]);
  first.signal('SIGSTOP');
  await people.bustle(4);
  await delay(13_000 + random() * 4000);
  first.signal('SIGCONT');
  await act(stage, wanted);
  await delay(500);
  await Promise.all([kill(first), ...others.map((one, index) => (index === 0 ? end(one) : kill(one)))]);
  return { outcome: 'struck', replicas };
}

async function databaseRestarted(stage: Stage, wanted: Wanted): Promise<Came> {
  const { world, people, random } = stage;
  const replicas = 1 + (wanted.n % 2);
  const daemons = await Promise.all(Array.from({ length: replicas }, () => startFor(world)));
  await atWork(world, replicas);
  await act(stage, wanted);
  await delay(random() * 500);
  await Promise.all([world.restartDatabase(), people.bustle(4)]);
  await delay(500);
  await Promise.all(daemons.map((one, index) => (index === 0 ? kill(one) : end(one))));
  return { outcome: 'struck', replicas };
}

async function networkCut(stage: Stage, wanted: Wanted): Promise<Came> {
  const { world, people, random } = stage;
  const daemon = await startFor(world);
  const side = sides[wanted.n % sides.length] ?? 'servicenow';
  await atWork(world, 1);
  await act(stage, wanted);
  await delay(random() * 800);
  await world.desks[side].cable.cut();
  await people.bustle(4);
  await delay(500);
  await world.desks[side].cable.mend();
  await delay(500);
  await kill(daemon);
  return { outcome: 'struck' };
}

const aroundCreate = [
  'salesforce.create:before',
  'servicenow.create:after',
  'servicenow.create:before',
  'salesforce.create:after',
  'tx.insertLinks:before',
  'tx.closeIntents:after',
] as const;

/**
 * Dies around a create, with the service's own waiting times, and with everything left as it is: how long until no create is in doubt
 * any more.
 */
async function leftInDoubt(stage: Stage, wanted: Wanted): Promise<Came> {
  const { world, people } = stage;
  for (let n = 0; n < 8; n += 1) await people.open();
  await people.bustle(3);
  const point = aroundCreate[wanted.n % aroundCreate.length] ?? aroundCreate[0];
  const first = await world.startDaemon({ arm: `${point}@1`, times: 'earnest' });
  await Promise.race([first?.ended, delay(120_000)]);
  if (first?.alive() === true) {
    await end(first);
    return { outcome: 'missed' };
  }
  const diedAt = performance.now();
  const open = async (): Promise<ReadonlySet<string>> =>
    new Set((await world.query('SELECT id FROM intents')).map((row) => String(row['id'])));
  const doubtful = [...(await open())];
  const next = await world.startDaemon({ times: 'earnest' });
  if (next === null) throw new Error('the daemon did not start');
  await people.bustle(6);
  const settled = new Map<string, number>();
  while (settled.size < doubtful.length && performance.now() - diedAt < 240_000) {
    await delay(500);
    const still = await open();
    for (const id of doubtful)
      if (!still.has(id) && !settled.has(id)) settled.set(id, Math.round(performance.now() - diedAt));
  }
  await end(next);
  return {
    outcome: doubtful.length === 0 ? 'missed' : 'struck',
    // What never settled counts as four minutes.
    settled: doubtful.map((id) => settled.get(id) ?? 240_000),
  };
}

export async function startFor(world: World): Promise<Daemon> {
  const daemon = await world.startDaemon();
  if (daemon === null) throw new Error('the daemon did not start');
  return daemon;
}

/** Until so many processes of this round have polled every stream; no longer than twenty seconds. */
async function atWork(world: World, processes: number): Promise<void> {
  const until = Date.now() + 20_000;
  while (world.recoveries.length < processes && Date.now() < until) await delay(50);
}

/** True when nothing was left to do twice in a row, within the time. */
export async function untilQuiet(daemon: Daemon, withinMs = 60_000): Promise<boolean> {
  const until = Date.now() + withinMs;
  let quiet = 0;
  for (; quiet < 2 && Date.now() < until; await delay(250)) {
    const answer = await daemon.ask({ kind: 'quiet?' });
    quiet = answer.kind === 'quiet' && answer.quiet ? quiet + 1 : 0;
  }
  return quiet >= 2;
}

async function kill(daemon: Daemon): Promise<void> {
  daemon.signal('SIGKILL');
  await daemon.ended;
}

export async function end(daemon: Daemon): Promise<void> {
  await daemon.ask({ kind: 'stop' }).catch(() => undefined);
  await daemon.ended;
}
