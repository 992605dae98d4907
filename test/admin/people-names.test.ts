import { describe, expect, it } from 'vitest';
import type { ConflictPage } from '../../src/admin/schemas/conflicts.ts';
import type { LinkDetail, LinkNow } from '../../src/admin/schemas/links.ts';
import { createNameBook } from '../../src/operate/name-book.ts';
import { peopleWorld } from '../engine/people-world.ts';
import { newIncident } from '../engine/world.ts';
import { type AdminWorld, createAdminWorld } from './support.ts';

/** A day after, when nothing that was looked up while syncing counts any more. */
const nextDay = 24 * 60 * 60 * 1000;

/** An incident of two people, carried across, with its page open the day after. */
async function carried(): Promise<
  AdminWorld & { readonly id: string; readonly staff: ReturnType<typeof peopleWorld>['staff']; finds(): string[] }
> {
  const world = peopleWorld(undefined, { conflict: 'manual' });
  const { caller, agent } = world.staff;
  world.put('servicenow', { ...newIncident, caller_id: caller.servicenow, assigned_to: agent.servicenow });
  await world.sync();
  const { id } = await world.link();
  await world.clock.advance(nextDay);
  const finds: string[] = [];
  for (const side of ['servicenow', 'salesforce'] as const)
    world.desks[side].onCall((call) => {
      if (call.method === 'find') finds.push(side);
    });
  return { ...(await createAdminWorld({ world })), id, staff: world.staff, finds: () => finds };
}

describe('the people of a link', () => {
  it('are shown by their names, and agree where the mapping says that they are the same', async () => {
    const { ask, id, staff } = await carried();
    const now = (await ask('GET', `/api/links/${id}/now`)).json as unknown as LinkNow;
    const field = now.fields.find(({ field: name }) => name === 'caller_id');
    expect(field?.now).toEqual({ servicenow: staff.caller.servicenow, salesforce: staff.caller.salesforce });
    expect(field?.agree).toBe(true);
    expect(field?.nowText).toEqual({ servicenow: 'Rosa Lind', salesforce: 'Rosa Lind' });
    expect(now.fields.every(({ agree }) => agree)).toBe(true);
  });

  it('are shown by their names in what was last agreed and in the history, for one look-up a side', async () => {
    const { ask, id, staff, finds } = await carried();
    const read = async () => (await ask('GET', `/api/links/${id}`)).json as unknown as LinkDetail;
    const link = await read();
    const caller = link.fields.find(({ field }) => field === 'caller_id');
    expect(caller?.baseText).toEqual({ servicenow: 'Rosa Lind', salesforce: 'Rosa Lind' });
    expect(caller?.base.servicenow).toBe(staff.caller.servicenow);
    const entry = link.history.find(({ field }) => field === 'caller_id');
    expect(entry).toMatchObject({ value: staff.caller.salesforce, valueName: 'Rosa Lind', beforeName: null });
    expect(link.fields.map(({ baseText }) => baseText.servicenow)).toContain('Dana Okafor');
    expect(finds().toSorted()).toEqual(['salesforce', 'servicenow']);
    await read();
    await ask('GET', `/api/links/${id}/history`);
    expect(finds()).toHaveLength(2);
  });

  it('are shown by their names in conflicts, with whoever wrote them, however many there are', async () => {
    const { ask, id, staff, world, finds } = await carried();
    const { ids } = await world.link();
    world.desks.servicenow.edit('incident', ids.servicenow, { caller_id: staff.stranger.servicenow }, 'beth.anglin');
    world.desks.salesforce.edit('Case', ids.salesforce, { ContactId: null }, staff.agent.salesforce);
    await world.sync();
    await world.clock.advance(nextDay);
    finds().length = 0;
    const page = (await ask('GET', '/api/conflicts')).json as unknown as ConflictPage;
    expect(page.items).toMatchObject([
      {
        linkId: id,
        field: 'caller_id',
        servicenow: staff.stranger.servicenow,
        texts: { servicenow: 'Igor Silva', salesforce: '(empty)' },
        baseNames: { servicenow: 'Rosa Lind', salesforce: 'Rosa Lind' },
        writers: { servicenow: 'beth.anglin', salesforce: staff.agent.salesforce },
        writerNames: { servicenow: null, salesforce: 'Dana Okafor' },
      },
    ]);
    expect(finds().toSorted()).toEqual(['salesforce', 'servicenow']);
  });

  it('are shown by their ids where nobody is known by them', async () => {
    const world = peopleWorld();
    const { ask } = await createAdminWorld({ world });
    world.put('servicenow', { ...newIncident, caller_id: 'f'.repeat(32) });
    await world.sync();
    const { id } = await world.link();
    const now = (await ask('GET', `/api/links/${id}/now`)).json as unknown as LinkNow;
    expect(now.fields.find(({ field }) => field === 'caller_id')?.nowText.servicenow).toContain('fff');
  });
});

describe('names', () => {
  const salesforceUser = { side: 'salesforce', name: '0053000000D8cuIAAR' } as const;

  it('of whoever changed a Case are asked for by id; user names of ServiceNow are names enough', async () => {
    const world = peopleWorld();
    const { agent } = world.staff;
    const book = createNameBook(world.engine);
    const [dana, beth] = [
      { side: 'salesforce', name: agent.salesforce },
      { side: 'servicenow', name: 'beth.anglin' },
    ] as const;
    const names = await book.read([], [dana, beth, { side: 'salesforce', name: null }]);
    expect(names.ofWriter(dana)).toBe('Dana Okafor');
    expect(names.ofWriter(beth)).toBeNull();
  });

  it('cost no call where nobody is named', async () => {
    const world = peopleWorld();
    const finds: string[] = [];
    for (const side of ['servicenow', 'salesforce'] as const)
      world.desks[side].onCall(({ method }) => finds.push(method));
    const book = createNameBook(world.engine);
    const [pair] = world.engine.pairs;
    const title = { pair: pair?.name ?? '', field: 'short_description', side: 'servicenow', value: 'Printer' } as const;
    const names = await book.read([title, { ...title, field: 'caller_id', value: null }], []);
    expect(names.ofValue(title)).toBeNull();
    expect(finds).toEqual([]);
  });

  it('hold up no page: a desk that says nothing is left alone for a minute', async () => {
    const world = peopleWorld();
    let asked = 0;
    const find = () => {
      asked += 1;
      return new Promise<never>(() => undefined);
    };
    Object.assign(world.engine, {
      systems: { ...world.engine.systems, salesforce: { ...world.engine.systems.salesforce, find } },
    });
    const book = createNameBook(world.engine, 5);
    expect((await book.read([], [salesforceUser])).ofWriter(salesforceUser)).toBeNull();
    await book.read([], [salesforceUser]);
    expect(asked).toBe(1);
  });

  it('are left alone for a minute where the directory is down, and asked for again then', async () => {
    const world = peopleWorld();
    const agent = { side: 'salesforce', name: world.staff.agent.salesforce } as const;
    let asked = 0;
    world.desks.salesforce.onCall(({ method }) => {
      if (method === 'find') asked += 1;
    });
    world.desks.salesforce.faults.add({ method: 'find', error: 'Unavailable', times: 1 });
    const book = createNameBook(world.engine);
    await book.read([], [agent]);
    await book.read([], [agent]);
    expect(asked).toBe(1);
    await world.clock.advance(61_000);
    expect((await book.read([], [agent])).ofWriter(agent)).toBe('Dana Okafor');
    expect(asked).toBe(2);
  });
});
