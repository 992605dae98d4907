import { describe, expect, it } from 'vitest';
import { retrySetAside } from '../../src/operate/quarantine.ts';
import { createWorld, newCase, newIncident, type World } from './world.ts';

const intents = (world: World) => world.store.transaction((tx) => tx.openIntents(10));

/** A ticket that proves that we see anything at all. */
async function withVeteran(world: World): Promise<void> {
  world.put('servicenow', { ...newIncident, short_description: 'Old hand' });
  await world.sync();
}

describe('a create whose answer was lost', () => {
  it('stays open while its origin is hidden, and is recognised by what it carried when that is back', async () => {
    const world = createWorld();
    await withVeteran(world);
    const { id } = world.put('servicenow', newIncident);
    world.desks.salesforce.faults.add({ method: 'create', error: 'Unavailable', effect: 'done', times: 1 });
    await world.sync();
    const made = world.desks.salesforce.rows('Case').find((row) => row.partnerId === id)?.id ?? '';
    world.desks.servicenow.hide('incident', id, true);
    world.desks.salesforce.hide('Case', made, true);
    for (let minutes = 0; minutes < 10; minutes += 1) {
      await world.clock.advance(60_000);
      await world.sync();
    }
    expect(await intents(world)).toMatchObject([{ originId: id }]);
    expect(await world.store.transaction((tx) => tx.listQuarantine(5))).toMatchObject([
      { reason: { kind: 'plan', why: 'origin-hidden' } },
    ]);

    world.desks.servicenow.hide('incident', id, false);
    world.desks.salesforce.hide('Case', made, false);
    await world.edit('servicenow', id, { description: 'Third floor.' });
    await world.clock.advance(7 * 3_600_000);
    await world.sync();
    expect(await intents(world)).toEqual([]);
    expect(world.desks.salesforce.rows('Case').filter((row) => row.partnerId === id)).toMatchObject([
      { id: made, fields: { Description: 'Third floor.' } },
    ]);
    expect(await world.store.transaction((tx) => tx.listConflicts({ all: true, limit: 5 }))).toEqual([]);
  });

  it.each([
    ['refused', { error: 'Rejected' }],
    ['turned away', { error: 'RateLimited' }],
  ] as const)('keeps its id when it is sent again and %s: the first may stand there, hidden', async (_how, fault) => {
    const world = createWorld();
    await withVeteran(world);
    const { id } = world.put('salesforce', newCase);
    world.desks.servicenow.faults.add({ method: 'create', error: 'Unavailable', effect: 'done', times: 1 });
    await world.sync();
    const [sent] = await intents(world);
    const made = world.desks.servicenow.rows('incident').find((row) => row.partnerId === id)?.id ?? '';
    world.desks.servicenow.hide('incident', made, true);
    world.desks.servicenow.faults.add({ ...fault, method: 'create', times: 1 });
    for (let minutes = 0; minutes < 10; minutes += 1) {
      await world.clock.advance(60_000);
      await world.sync();
    }
    expect(await intents(world)).toMatchObject([{ id: sent?.id, drawnId: made }]);

    world.desks.servicenow.hide('incident', made, false);
    await world.clock.advance(7 * 3_600_000);
    await world.sync();
    expect(await intents(world)).toEqual([]);
    expect(world.desks.servicenow.rows('incident').filter((row) => row.partnerId === id)).toMatchObject([{ id: made }]);
    expect(await world.store.transaction((tx) => tx.listConflicts({ all: true, limit: 5 }))).toEqual([]);
  });

  it('ends where its origin was surely deleted and it did not arrive', async () => {
    const world = createWorld({}, { tellsDeleted: true });
    await withVeteran(world);
    const { id } = world.put('servicenow', newIncident);
    world.desks.salesforce.faults.add({ method: 'create', error: 'Unavailable', executed: 'maybe', times: 1 });
    await world.sync();
    world.desks.servicenow.remove('incident', id);
    for (let minutes = 0; minutes < 4; minutes += 1) {
      await world.clock.advance(60_000);
      await world.sync();
    }
    expect(await intents(world)).toEqual([]);
    expect(world.desks.salesforce.rows('Case')).toHaveLength(1);
  });
});

describe('a new ticket', () => {
  it('is not kept waiting because every linked one was deleted', async () => {
    const world = createWorld({ life: { deleted: 'ignore' } }, { tellsDeleted: true });
    world.put('servicenow', newIncident);
    await world.sync();
    const link = await world.link();
    world.desks.salesforce.remove('Case', link.ids.salesforce);
    await world.store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: link.id }]));
    await world.sync();

    world.put('servicenow', { ...newIncident, short_description: 'The next one' });
    await world.sync();
    expect(world.twin('salesforce').fields).toMatchObject({ Subject: 'The next one' });
  });

  it('waits where linked ones were there and nothing at all is seen', async () => {
    const world = createWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    const { ids } = await world.link();
    world.desks.salesforce.hide('Case', ids.salesforce, true);
    world.put('servicenow', { ...newIncident, short_description: 'The next one' });
    await world.sync();
    expect(world.desks.salesforce.rows('Case')).toHaveLength(1);
    expect(await world.store.transaction((tx) => tx.listQuarantine(5))).toMatchObject([
      { reason: { why: 'probe-unknown' } },
    ]);
  });

  it('is created where a person has looked and says that it is not there', async () => {
    const world = createWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    const { ids } = await world.link();
    world.desks.salesforce.hide('Case', ids.salesforce, true);
    const { id } = world.put('servicenow', { ...newIncident, short_description: 'The next one' });
    await world.sync();
    const operator = { store: world.store, actor: 'cli:ada', now: () => world.clock.now() };
    await retrySetAside(operator, { kind: 'record', search: id });
    await world.sync();
    expect(world.desks.salesforce.rows('Case')).toHaveLength(1);

    await retrySetAside(operator, { kind: 'record', search: id }, { unseen: true });
    await world.sync();
    expect(world.desks.salesforce.rows('Case').filter((row) => row.partnerId === id)).toHaveLength(1);
    expect(await world.store.transaction((tx) => tx.listQuarantine(5))).toEqual([]);
    expect(await world.store.admin?.recentAudit(1)).toMatchObject([
      { action: 'quarantine.retry', detail: { unseen: true } },
    ]);
  });
});
