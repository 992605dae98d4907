import { describe, expect, it } from 'vitest';
import { createWorld, newCase, newIncident } from './world.ts';

describe('a ticket born on one desk', () => {
  it('gets a counterpart on the other, once, and nothing is written after that', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();

    const twin = world.twin('salesforce');
    expect(twin.fields).toMatchObject({
      Subject: 'Printer on fire',
      Description: 'Second floor.',
      Status: 'New',
      Priority: 'Medium',
      Origin: 'Phone',
    });
    expect(twin.partnerId).toBe(incident.id);
    expect(await world.link()).toMatchObject({
      status: 'synced',
      origin: 'servicenow',
      ids: { servicenow: incident.id, salesforce: twin.id },
    });

    const writes = world.writes();
    for (let polls = 0; polls < 40; polls += 1) await world.sync();
    expect(world.writes()).toBe(writes);
  });

  it('is opened in ServiceNow with the Case as its stamp', async () => {
    const world = createWorld();
    const born = world.put('salesforce', newCase);
    await world.sync();

    const incident = world.twin('servicenow');
    expect(incident.fields).toMatchObject({
      short_description: 'No dial tone',
      state: '1',
      urgency: '1',
      contact_type: 'self-service',
    });
    expect(incident.partnerId).toBe(born.id);
    expect((await world.link()).origin).toBe('salesforce');
  });
});

describe('an edit', () => {
  it('travels, and only its field is written', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    await world.edit('servicenow', incident.id, { urgency: '1' });
    await world.sync();

    expect(world.twin('salesforce').fields['Priority']).toBe('High');
    const last = world.desks.salesforce.writes().at(-1);
    expect(Object.keys(last?.fields ?? {})).toEqual(['Priority']);
  });

  it('travels the other way, and two edits of different fields both stand', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    const twin = world.twin('salesforce');
    await world.edit('servicenow', incident.id, { short_description: 'Printer smokes' });
    await world.edit('salesforce', twin.id, { Priority: 'Low' });
    await world.sync();

    expect(world.twin('salesforce').fields).toMatchObject({ Subject: 'Printer smokes', Priority: 'Low' });
    expect(world.twin('servicenow').fields).toMatchObject({ short_description: 'Printer smokes', urgency: '3' });
    expect(world.events.filter((event) => event.type === 'conflict.noted')).toEqual([]);
  });

  it('within a class of states does not travel, and does not bounce', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    await world.edit('servicenow', incident.id, { state: '2' });
    await world.sync();
    const twin = world.twin('salesforce');
    expect(twin.fields['Status']).toBe('Working');
    await world.edit('salesforce', twin.id, { Status: 'Escalated' });
    await world.sync();
    await world.edit('servicenow', incident.id, { state: '3' });
    await world.sync();

    expect(world.twin('salesforce').fields['Status']).toBe('Escalated');
    expect(world.twin('servicenow').fields['state']).toBe('3');
  });

  it('that closes a Case resolves the incident with what ServiceNow demands', async () => {
    const world = createWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    await world.edit('salesforce', world.twin('salesforce').id, { Status: 'Closed' });
    await world.sync();

    expect(world.twin('servicenow').fields).toMatchObject({
      state: '6',
      close_code: 'Solution provided',
      close_notes: 'Done.',
    });
  });
});

describe('a conflict', () => {
  it('under latest goes to the later edit, and the loser is kept', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    const twin = world.twin('salesforce');
    await world.edit('servicenow', incident.id, { urgency: '1' });
    await world.clock.advance(60_000);
    await world.edit('salesforce', twin.id, { Priority: 'Low' });
    await world.sync();

    expect(world.twin('servicenow').fields['urgency']).toBe('3');
    const rows = await world.store.transaction((tx) => tx.listConflicts({ all: true, limit: 10 }));
    expect(rows).toMatchObject([
      {
        field: 'urgency',
        winner: 'salesforce',
        why: 'later',
        status: 'settled',
        values: { servicenow: '1', salesforce: 'Low' },
      },
    ]);
  });

  it('within five seconds is a tie, and the tie-break side wins', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    await world.edit('salesforce', world.twin('salesforce').id, { Priority: 'Low' });
    await world.edit('servicenow', incident.id, { urgency: '1' });
    await world.sync();

    expect(world.twin('salesforce').fields['Priority']).toBe('High');
    const rows = await world.store.transaction((tx) => tx.listConflicts({ all: true, limit: 10 }));
    expect(rows).toMatchObject([{ winner: 'servicenow', why: 'tie' }]);
  });

  it('under manual holds that field only, until a person chooses', async () => {
    const world = createWorld({ conflict: 'manual' });
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    await world.edit('servicenow', incident.id, { urgency: '1', short_description: 'Printer smokes' });
    await world.edit('salesforce', world.twin('salesforce').id, { Priority: 'Low' });
    await world.sync();

    expect(world.twin('salesforce').fields).toMatchObject({ Priority: 'Low', Subject: 'Printer smokes' });
    expect(await world.link()).toMatchObject({ status: 'conflict' });
    const [row] = await world.store.transaction((tx) => tx.listConflicts({ all: false, limit: 10 }));
    if (row === undefined) throw new Error('no conflict was noted');

    await world.sync();
    expect(await world.store.transaction((tx) => tx.listConflicts({ all: true, limit: 10 }))).toHaveLength(1);

    await world.store.transaction(async (tx) => {
      await tx.decideConflict(row.id, { kind: 'take', side: 'salesforce' });
      await tx.enqueue([{ kind: 'link', linkId: row.linkId }]);
    });
    await world.sync();
    expect(world.twin('servicenow').fields['urgency']).toBe('3');
    expect(await world.link()).toMatchObject({ status: 'synced', holds: [] });
    expect(await world.store.transaction((tx) => tx.listConflicts({ all: false, limit: 10 }))).toEqual([]);
  });
});

describe('the poll', () => {
  it('walks many rows of one second to the end', async () => {
    const world = createWorld();
    for (let n = 0; n < 130; n += 1) world.put('servicenow', { ...newIncident, short_description: `Ticket ${n}` });
    await world.sync();
    expect(world.desks.salesforce.rows('Case')).toHaveLength(130);
  });

  it('sees a row that becomes visible minutes late', async () => {
    const world = createWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    world.desks.servicenow.setLag(200_000);
    world.put('servicenow', { ...newIncident, short_description: 'Late' });
    for (let polls = 0; polls < 70; polls += 1) await world.sync();
    expect(world.desks.salesforce.rows('Case').map((row) => row.fields['Subject'])).toContain('Late');
  });

  it('stops the pair and asks when one poll would create more than is believable', async () => {
    const world = createWorld({ maxCreatesPerPoll: 10 });
    for (let n = 0; n < 11; n += 1) world.put('servicenow', newIncident);
    await world.sync();
    expect(world.desks.salesforce.rows('Case')).toEqual([]);
    expect(world.events.filter((event) => event.type === 'pair.paused')).toMatchObject([
      { pause: { reason: 'too-many-creates', detail: { found: 11, limit: 10 } } },
    ]);
  });

  it('costs one call a side when nothing has happened', async () => {
    const world = createWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    await world.sync();
    const before = world.desks.servicenow.calls() + world.desks.salesforce.calls();
    await world.sync();
    expect(world.desks.servicenow.calls() + world.desks.salesforce.calls() - before).toBe(2);
  });
});
