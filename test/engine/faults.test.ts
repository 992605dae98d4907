import { describe, expect, it } from 'vitest';
import { enqueueDue } from '../../src/engine/due.ts';
import { poll } from '../../src/engine/poll.ts';
import { reconcile } from '../../src/engine/reconcile.ts';
import { createWorld, newCase, newIncident, objects, type World } from './world.ts';
import type { Side } from '../../src/core/side.ts';

const quarantine = (world: World) => world.store.transaction((tx) => tx.listQuarantine(10));
const tickets = (world: World, side: Side) => world.desks[side].rows(objects[side]);

describe('a create whose answer is lost', () => {
  it.each([
    { born: 'servicenow', target: 'salesforce', fields: newIncident },
    { born: 'salesforce', target: 'servicenow', fields: newCase },
  ] as const)(
    'on $target is looked for after its settle time, and adopted, never made again',
    async ({ born, target, fields }) => {
      const world = createWorld();
      world.put(born, { ...fields });
      await world.sync();
      world.desks[target].faults.add({ method: 'create', error: 'Unavailable', effect: 'done', times: 1 });
      world.put(born, fields);
      await world.sync();
      expect(tickets(world, target)).toHaveLength(2);
      expect(await world.store.transaction((tx) => tx.countLinks())).toMatchObject({ synced: 1 });

      await world.clock.advance(80_000);
      await world.sync();
      expect(tickets(world, target)).toHaveLength(2);
      expect(await world.store.transaction((tx) => tx.countLinks())).toMatchObject({ synced: 2 });
      // What it carried is in the history like that of any other create.
      const [one, two] = await world.store.transaction(async (tx) => {
        const links = await tx.findLinks({ limit: 2 });
        const all = await Promise.all(links.map(({ id }) => tx.historyOf(id, 50)));
        return all.map((rows) => rows.map(({ field, from, because, runId }) => ({ field, from, because, runId })));
      });
      expect(one).toEqual(two);
      expect(one?.length).toBeGreaterThan(3);
    },
  );

  it('and that never ran is made after two looks, once', async () => {
    const world = createWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    world.desks.salesforce.faults.add({ method: 'create', error: 'Unavailable', executed: 'maybe', times: 1 });
    world.put('servicenow', newIncident);
    await world.sync();
    expect(tickets(world, 'salesforce')).toHaveLength(1);
    await world.clock.advance(80_000);
    await world.sync();
    expect(tickets(world, 'salesforce')).toHaveLength(1);
    await world.sync();
    expect(tickets(world, 'salesforce')).toHaveLength(2);
    for (let polls = 0; polls < 20; polls += 1) await world.sync();
    expect(tickets(world, 'salesforce')).toHaveLength(2);
  });

  it('and that runs a minute late is still only one ticket', async () => {
    const world = createWorld();
    world.put('salesforce', newCase);
    await world.sync();
    world.desks.servicenow.faults.add({ method: 'create', error: 'Unavailable', effect: 60_000, times: 1 });
    world.put('salesforce', newCase);
    for (let polls = 0; polls < 20; polls += 1) await world.sync();
    expect(tickets(world, 'servicenow')).toHaveLength(2);
    expect(await world.store.transaction((tx) => tx.countLinks())).toMatchObject({ synced: 2 });
  });
});

describe('a create in doubt while nothing can be seen on either side', () => {
  it('stays in doubt, and is recovered with what it carried once both can be seen', async () => {
    const world = createWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    const control = world.twin('salesforce');
    world.desks.salesforce.faults.add({ method: 'create', error: 'Unavailable', effect: 'done', times: 1 });
    const incident = world.put('servicenow', { ...newIncident, short_description: 'Second' });
    await world.sync();
    const made = tickets(world, 'salesforce').find((row) => row.id !== control.id);
    if (made === undefined) throw new Error('no Case was made');
    const hide = (hidden: boolean): void => {
      world.desks.servicenow.hide('incident', incident.id, hidden);
      for (const { id } of [control, made]) world.desks.salesforce.hide('Case', id, hidden);
    };
    hide(true);
    await world.clock.advance(80_000);
    await world.sync();
    expect(await world.store.transaction((tx) => tx.openIntents(10))).toHaveLength(1);

    hide(false);
    await world.edit('salesforce', made.id, { Subject: 'Renamed meanwhile' });
    await world.sync();
    expect(tickets(world, 'salesforce')).toHaveLength(2);
    const titles = tickets(world, 'servicenow').map((row) => row.fields['short_description']);
    expect(titles).toContain('Renamed meanwhile');
  });
});

describe('a write whose answer is lost', () => {
  it('and that landed is recognised', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    world.desks.salesforce.faults.add({ method: 'update', error: 'Unavailable', effect: 'done', times: 1 });
    await world.edit('servicenow', incident.id, { urgency: '1' });
    await world.sync();
    expect(await world.link()).toMatchObject({ status: 'pending' });
    const writes = world.writes();
    await world.clock.advance(80_000);
    await world.sync();
    expect(await world.link()).toMatchObject({ status: 'synced' });
    expect(world.writes()).toBe(writes);
  });

  it('and that landed is in the history, under the run that sent it, and can be undone with it', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    world.desks.salesforce.faults.add({ method: 'update', error: 'Unavailable', effect: 'done', times: 1 });
    await world.edit('servicenow', incident.id, { urgency: '1' });
    await world.sync();
    const sent = { field: 'urgency', to: 'salesforce', before: 'Medium', value: 'High', because: 'found-landed' };
    const { id } = await world.link();
    const found = async () =>
      (await world.store.transaction((tx) => tx.historyOf(id, 50))).filter((row) => row.because !== 'create');
    expect(await found()).toEqual([]);
    await world.clock.advance(80_000);
    // The daemon that sent it is gone; another one finds it.
    const other = { ...world.engine, runId: 'run-2' };
    for (const pair of other.pairs) await poll(other, pair, 'servicenow', { unlimitedCreates: false });
    await enqueueDue(other);
    await reconcile(other, await world.store.queue.takeBatch(200));
    expect(await found()).toMatchObject([{ ...sent, from: 'servicenow', runId: 'run-1' }]);
    await world.clock.advance(80_000);
    await world.sync();
    expect(await found()).toHaveLength(1);
  });

  it('and that was overtaken by a person lets the person stand, with a conflict row', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    world.desks.salesforce.faults.add({ method: 'update', error: 'Unavailable', effect: 'done', times: 1 });
    await world.edit('servicenow', incident.id, { urgency: '1' });
    await world.sync();
    await world.edit('salesforce', world.twin('salesforce').id, { Priority: 'Low' });
    await world.sync();
    await world.clock.advance(80_000);
    await world.sync();
    expect(world.twin('servicenow').fields['urgency']).toBe('3');
    expect(world.twin('salesforce').fields['Priority']).toBe('Low');
    const rows = await world.store.transaction((tx) => tx.listConflicts({ all: true, limit: 10 }));
    expect(rows).toMatchObject([{ field: 'urgency', why: 'overtaken', winner: 'salesforce' }]);
  });
});

describe('a record that is refused', () => {
  it('is set aside alone with the answer, and its neighbours go on', async () => {
    const world = createWorld();
    const bad = world.put('servicenow', { ...newIncident, short_description: 'Bad' });
    world.desks.salesforce.faults.add({
      method: 'create',
      item: bad.id,
      error: 'Rejected',
      code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      cause: 'validation',
    });
    for (let n = 0; n < 5; n += 1) world.put('servicenow', newIncident);
    await world.sync();
    expect(tickets(world, 'salesforce')).toHaveLength(5);
    expect(await quarantine(world)).toMatchObject([
      {
        numbers: { servicenow: bad.number, salesforce: null },
        reason: { kind: 'connector', error: 'Rejected', data: { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' } },
      },
    ]);

    world.desks.salesforce.faults.clear();
    await world.sync();
    await world.sync();
    expect(tickets(world, 'salesforce')).toHaveLength(6);
    expect(await quarantine(world)).toEqual([]);
  });

  it('keeps what the other side got, and tries the rest again later', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    const twin = world.twin('salesforce');
    world.desks.salesforce.faults.add({ method: 'update', item: twin.id, error: 'Rejected', times: 1 });
    await world.edit('servicenow', incident.id, { urgency: '1' });
    await world.edit('salesforce', twin.id, { Subject: 'Renamed' });
    await world.sync();
    expect(world.twin('servicenow').fields['short_description']).toBe('Renamed');
    expect(await world.link()).toMatchObject({ status: 'quarantined' });
    await world.sync();
    expect(world.twin('salesforce').fields).toMatchObject({ Priority: 'High', Subject: 'Renamed' });
    expect(await world.link()).toMatchObject({ status: 'synced' });
  });
});

describe('an edit in the gap between our read and our write', () => {
  it('of another field is carried, not taken for an echo', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    const twin = world.twin('salesforce');
    let struck = false;
    world.desks.salesforce.onCall((call) => {
      if (call.method !== 'update' || call.item === null || struck) return;
      struck = true;
      world.desks.salesforce.edit('Case', twin.id, { Subject: 'In the gap' });
    });
    await world.edit('servicenow', incident.id, { urgency: '1' });
    await world.sync();
    expect(struck).toBe(true);
    expect(world.twin('servicenow').fields).toMatchObject({ short_description: 'In the gap', urgency: '1' });
  });

  it('of the same field is on record', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    const twin = world.twin('salesforce');
    let struck = false;
    world.desks.salesforce.onCall((call) => {
      if (call.method !== 'update' || call.item === null || struck) return;
      struck = true;
      world.desks.salesforce.edit('Case', twin.id, { Priority: 'Low' });
    });
    await world.edit('servicenow', incident.id, { urgency: '1' });
    await world.sync();
    const rows = await world.store.transaction((tx) => tx.listConflicts({ all: true, limit: 10 }));
    expect(rows).toMatchObject([{ field: 'urgency', why: 'overwritten-in-gap', values: { salesforce: 'Low' } }]);
  });
});

describe('a side that is down', () => {
  it('keeps the jobs, and nothing is set aside', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    world.desks.salesforce.faults.add({
      method: 'update',
      whole: true,
      error: 'Unavailable',
      executed: 'no',
      times: 2,
    });
    await world.edit('servicenow', incident.id, { urgency: '1' });
    await world.sync();
    await world.sync();
    await world.sync();
    expect(world.twin('salesforce').fields['Priority']).toBe('High');
    expect(await quarantine(world)).toEqual([]);
    expect(await world.link()).toMatchObject({ status: 'synced' });
  });
});

describe('a linked record that does not come back', () => {
  it('is set aside with its reason, and nothing is created or written', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    world.desks.salesforce.hide('Case', world.twin('salesforce').id, true);
    await world.edit('servicenow', incident.id, { urgency: '1' });
    await world.sync();
    expect(await quarantine(world)).toMatchObject([{ reason: { kind: 'plan', why: 'absent-on-salesforce' } }]);
    expect(tickets(world, 'servicenow')).toHaveLength(1);
  });
});

describe('our own database, lost', () => {
  it('finds the pairs again by their stamps', async () => {
    const world = createWorld();
    world.put('servicenow', newIncident);
    world.put('salesforce', newCase);
    await world.sync();
    const again = createWorld();
    const engine = { ...again.engine, systems: world.desks };
    const { poll } = await import('../../src/engine/poll.ts');
    const { reconcile } = await import('../../src/engine/reconcile.ts');
    for (const side of ['servicenow', 'salesforce'] as const) {
      const [pair] = engine.pairs;
      if (pair !== undefined) await poll(engine, pair, side, { unlimitedCreates: false });
    }
    for (
      let jobs = await again.store.queue.takeBatch(50);
      jobs.length > 0;
      jobs = await again.store.queue.takeBatch(50)
    )
      await reconcile(engine, jobs);
    expect(tickets(world, 'servicenow')).toHaveLength(2);
    expect(tickets(world, 'salesforce')).toHaveLength(2);
    expect(await again.store.transaction((tx) => tx.countLinks())).toMatchObject({ synced: 2 });
  });
});
