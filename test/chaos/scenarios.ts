import type { Fault } from '../../src/sandbox/faults.ts';
import { sides } from '../../src/core/side.ts';
import type { People } from './people.ts';
import type { World } from './world.ts';

/** What is under way while a process dies. */
export interface Scenario {
  readonly name: string;
  act(people: People, world: World): Promise<void>;
}

async function times(count: number, act: () => Promise<unknown>): Promise<void> {
  for (let n = 0; n < count; n += 1) await act();
}

function scenario(name: string, act: Scenario['act']): Scenario {
  return { name, act };
}

/** The answer to a write is lost after the desk has carried it out, or the desk fails after committing. */
const lostAnswers: readonly Fault[] = (['POST', 'PATCH', 'PUT'] as const).flatMap((method) => [
  { kind: 'drop-after', path: '/api/now', method, times: 1, skip: 1 },
  { kind: 'drop-after', path: '/services/data', method, times: 1, skip: 1 },
  { kind: 'error-after', path: '/services/data', method, times: 1, skip: 2 },
]);

export const scenarios: readonly Scenario[] = [
  scenario('new tickets', (people) => times(4, () => people.open())),
  scenario('edits', (people) => times(6, () => people.edit())),
  scenario('both sides edited', (people) => times(4, () => people.clash())),
  scenario('public comments', (people) => times(5, () => people.comment('public'))),
  scenario('internal comments', (people) => times(5, () => people.comment('internal'))),
  scenario('files', (people) => times(4, () => people.attach())),
  scenario('tickets closed', async (people) => {
    await people.open();
    await times(4, () => people.resolve());
  }),
  scenario('tickets deleted', async (people) => {
    await people.open();
    await times(2, () => people.remove());
  }),
  scenario('new tickets, edited and commented on at once', (people) =>
    times(2, async () => {
      const ticket = await people.open();
      await people.edit(ticket, ticket.origin);
      await people.comment();
    }),
  ),
  scenario('answers lost', async (people, world) => {
    await Promise.all(sides.map((side) => world.desks[side].faults(lostAnswers)));
    await times(2, () => people.open());
    await times(3, () => people.edit());
    await times(2, () => people.comment());
  }),
  scenario('a backlog', (people) => people.bustle(30)),
  scenario('some of everything', (people) => people.bustle(8)),
];

export function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
}
