import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/connectors/errors.ts';
import type { Fields } from '../../src/core/record.ts';
import type { Side } from '../../src/core/side.ts';
import { enqueueDue } from '../../src/engine/due.ts';
import { verify } from '../../src/engine/verify.ts';
import type { FieldConfig } from '../../src/mapping/define-config.ts';
import { people, peopleWorld } from './people-world.ts';
import { newCase, newIncident } from './world.ts';

type Step =
  | { readonly kind: 'edit'; readonly side: Side; readonly ticket: number; readonly fields: Fields }
  | { readonly kind: 'new'; readonly side: Side; readonly fields: Fields }
  | {
      readonly kind: 'fault';
      readonly side: Side;
      readonly method: 'find' | 'update' | 'create';
      readonly lost: boolean;
    }
  /** Somebody joins the other desk, or leaves it. */
  | { readonly kind: 'join'; readonly n: number }
  | { readonly kind: 'sync' };

const some = 5;
const nobody = fc.constant<number | null>(null);
const who = fc.oneof(nobody, fc.integer({ min: 0, max: some - 1 }));

/** Who is named, by number; `directory` turns them into the ids of a side. */
interface Named {
  readonly caller: number | null;
  readonly user: number | null;
  readonly group: number | null;
}
const named: fc.Arbitrary<Named> = fc.record({ caller: who, user: who, group: who });

function stepsWith(idsOf: (side: Side, named: Named) => Fields): fc.Arbitrary<readonly Step[]> {
  const side = fc.constantFrom<Side>('servicenow', 'salesforce');
  const change = fc.record({ side, ticket: fc.nat(3), named });
  return fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: change.map((one): Step => ({
          kind: 'edit',
          side: one.side,
          ticket: one.ticket,
          fields: idsOf(one.side, one.named),
        })),
      },
      {
        weight: 2,
        arbitrary: change.map((one): Step => ({ kind: 'new', side: one.side, fields: idsOf(one.side, one.named) })),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('fault' as const),
          side,
          method: fc.constantFrom('find', 'update', 'create'),
          lost: fc.boolean(),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('join' as const), n: fc.integer({ min: 3, max: some - 1 }) }),
      },
      { weight: 4, arbitrary: fc.constant<Step>({ kind: 'sync' }) },
    ),
    { maxLength: 24 },
  );
}

/** People 0 to 2 are on both desks, 3 and 4 on one only until they join. */
function enrolled(fields: readonly FieldConfig[]) {
  const world = peopleWorld(fields);
  const { servicenow, salesforce } = world.desks;
  const both = (n: number): boolean => n < 3;
  const numbers = Array.from({ length: some }, (_, n) => n);
  const email = (n: number): string => `p${n}@desk.example`;
  const users = numbers.map((n) =>
    servicenow.enrol({ object: 'sys_user', fields: { name: `P${n}`, email: email(n), active: 'true' } }),
  );
  const groups = numbers.map((n) =>
    servicenow.enrol({ object: 'sys_user_group', fields: { name: `Team ${n}`, active: 'true' } }),
  );
  const key = (n: number): string => (both(n) ? email(n) : `alone-${n}@crm.example`);
  const owners = numbers.map((n) =>
    salesforce.enrol({ object: 'User', fields: { Name: `P${n}`, Email: key(n), IsActive: true } }),
  );
  const contacts = numbers.map((n) =>
    salesforce.enrol({ object: 'Contact', fields: { Name: `P${n}`, Email: key(n) } }),
  );
  const queues = numbers.map((n) =>
    salesforce.enrol({ object: 'Group', fields: { Name: both(n) ? `Team ${n}` : `Alone ${n}` } }),
  );
  const pick = (ids: readonly string[], n: number | null): string | null => (n === null ? null : (ids[n] ?? null));
  return {
    world,
    known: { servicenow: new Set([...users, ...groups]), salesforce: new Set([...owners, ...contacts, ...queues]) },
    idsOf: (side: Side, { caller, user, group }: Named): Fields =>
      side === 'servicenow'
        ? { caller_id: pick(users, caller), assigned_to: pick(users, user), assignment_group: pick(groups, group) }
        : {
            ContactId: pick(contacts, caller),
            OwnerId: pick(owners, user) ?? pick(queues, group) ?? owners[0] ?? null,
          },
    join: (n: number): void => {
      if (salesforce.rows('User').some((row) => row.fields['Email'] === email(n))) return;
      salesforce.enrol({ object: 'User', fields: { Name: `P${n}`, Email: email(n), IsActive: true } });
      salesforce.enrol({ object: 'Contact', fields: { Name: `P${n}`, Email: email(n) } });
    },
  };
}

type Enrolled = ReturnType<typeof enrolled>;

/** Works until nothing is left to do; a side that fails is tried again later. */
async function settle({ world }: Enrolled): Promise<void> {
  for (let round = 0; round < 60; round += 1) {
    await world.clock.advance(30_000);
    try {
      await world.poll();
      while ((await world.work()) !== null);
      if ((await enqueueDue(world.engine)).nextAt === null && (await world.store.queue.depth()).waiting === 0) return;
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      await world.store.queue.loseWorkers();
    }
  }
  throw new Error('it does not come to rest');
}

async function play(here: Enrolled, steps: readonly Step[]): Promise<void> {
  const { world } = here;
  for (const step of steps) {
    await world.clock.advance(1000);
    switch (step.kind) {
      case 'new':
        world.put(step.side, { ...(step.side === 'servicenow' ? newIncident : newCase), ...step.fields });
        break;
      case 'edit': {
        const rows = world.desks[step.side].rows(step.side === 'servicenow' ? 'incident' : 'Case');
        const row = rows[step.ticket % Math.max(1, rows.length)];
        if (row !== undefined) await world.edit(step.side, row.id, step.fields);
        break;
      }
      case 'fault':
        world.desks[step.side].faults.add({
          method: step.method,
          error: 'Unavailable',
          effect: step.lost ? 'done' : 'never',
          times: 1,
        });
        break;
      case 'join':
        here.join(step.n);
        break;
      case 'sync':
        await settle(here);
    }
  }
  for (const side of ['servicenow', 'salesforce'] as const) world.desks[side].faults.clear();
  await settle(here);
  // `people --again --all`: who has joined takes the place of the default.
  await world.store.transaction(async (tx) => {
    const links = await tx.findLinks({ limit: 500 });
    await tx.enqueue(links.map(({ id }) => ({ kind: 'link', linkId: id })));
  });
  // A conflict whose winner cannot be carried is dated anew when a record moves: it may take another round.
  for (let round = 0; round < 3; round += 1) await settle(here);
}

describe.each<readonly [string, readonly FieldConfig[]]>([
  ['left alone', people],
  [
    'given to a default',
    people.map((field) =>
      field.kind === 'team'
        ? { ...field, otherwise: { salesforce: 'Team 0' } }
        : field.kind === 'person' && field.salesforce === 'ContactId'
          ? { ...field, otherwise: 'empty' }
          : field,
    ),
  ],
])('whatever people do with callers, assignees, groups and owners, strangers %s', (_name, fields) => {
  const { idsOf } = enrolled(fields);
  const steps = stepsWith(idsOf);

  it('both desks come to agree, come to rest, and hold nobody but people who are there', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const here = enrolled(fields);
        await play(here, history);
        const { world } = here;
        expect((await verify(world.engine, {})).drift).toEqual([]);
        expect(world.desks.salesforce.rows('Case').length).toBe(world.desks.servicenow.rows('incident').length);
        const before = world.writes();
        await settle(here);
        await settle(here);
        expect(world.writes()).toBe(before);
        for (const row of world.desks.servicenow.rows('incident'))
          for (const name of ['caller_id', 'assigned_to', 'assignment_group']) {
            const value = row.fields[name] ?? null;
            if (value !== null) expect(here.known.servicenow).toContain(value);
          }
      }),
      { numRuns: 50 },
    );
  }, 120_000);
});
