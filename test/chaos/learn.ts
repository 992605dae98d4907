import { type People } from './people.ts';
import type { Points } from './results.ts';
import { end, startFor, untilQuiet } from './rounds.ts';
import { scenarios } from './scenarios.ts';
import type { Daemon, World } from './world.ts';

async function seenBy(daemon: Daemon): Promise<Readonly<Record<string, number>>> {
  const answer = await daemon.ask({ kind: 'points?' });
  return answer.kind === 'points' ? answer.seen : {};
}

/** How often a daemon comes past each point while it starts and carries what a scenario brings, without being disturbed. */
export async function learnPoints(world: World, people: People, say: (line: string) => void): Promise<Points> {
  const points: Record<string, Readonly<Record<string, number>>> = {};
  const first = await startFor(world);
  await people.bustle(25);
  await untilQuiet(first);
  await end(first);
  for (const { name, act } of scenarios) {
    await act(people, world);
    const daemon = await startFor(world);
    await act(people, world);
    await untilQuiet(daemon);
    points[name] = await seenBy(daemon);
    say(`${name}: ${Object.keys(points[name] ?? {}).length} points`);
    await end(daemon);
  }
  return points;
}
