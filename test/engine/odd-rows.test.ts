import { describe, expect, it } from 'vitest';
import type { TicketSystem } from '../../src/connectors/ticket-system.ts';
import { poll } from '../../src/engine/poll.ts';
import { createWorld, newIncident, objects } from './world.ts';

describe('a stamp that somebody clears', () => {
  it('on either ticket leaves them paired: edits go on, nothing is made again, and nothing goes round', async () => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    const { id, ids } = await world.link();
    for (const urgency of ['1', '2', '3']) {
      await world.edit('salesforce', ids.salesforce, { ServiceNow_Id__c: null });
      await world.edit('servicenow', ids.servicenow, { correlation_id: null, correlation_display: null });
      await world.sync();
      await world.edit('servicenow', incident.id, { urgency });
      await world.sync();
    }
    // One ticket a side, one link, the same as before; one write for each edit that people made, and the create.
    expect(await world.link()).toMatchObject({ id, ids, status: 'synced' });
    expect(world.twin('salesforce').fields['Priority']).toBe('Low');
    expect(world.twin('servicenow').id).toBe(incident.id);
    expect(world.writes()).toBe(1 + 3);
  });
});

describe('a row that a page lists twice, in two versions', () => {
  it.each([['the older one first'], ['the newer one first']])('is written once, as it is now: %s', async (order) => {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    const writes = world.writes();
    const desk = world.desks.servicenow;
    const older = await world.edit('servicenow', incident.id, { urgency: '3' });
    const newer = await world.edit('servicenow', incident.id, { urgency: '1' });
    const rows = order.startsWith('the older') ? [older, newer] : [newer, older];
    const servicenow: TicketSystem = {
      ...desk,
      changes: async (request) => ({ ...(await desk.changes(request)), records: rows }),
    };
    const engine = { ...world.engine, systems: { ...world.engine.systems, servicenow } };
    for (const pair of engine.pairs) await poll(engine, pair, 'servicenow', { unlimitedCreates: false });
    expect((await world.store.queue.depth()).waiting).toBe(1);
    await world.work();
    expect(world.twin('salesforce').fields['Priority']).toBe('High');
    expect(world.writes()).toBe(writes + 1);
  });

  it('makes one ticket where it is new', async () => {
    const world = createWorld();
    const desk = world.desks.servicenow;
    const older = world.put('servicenow', newIncident);
    const newer = await world.edit('servicenow', older.id, { short_description: 'Printer out' });
    const servicenow: TicketSystem = {
      ...desk,
      changes: async (request) => ({ ...(await desk.changes(request)), records: [older, newer] }),
    };
    const engine = { ...world.engine, systems: { ...world.engine.systems, servicenow } };
    for (const pair of engine.pairs) await poll(engine, pair, 'servicenow', { unlimitedCreates: false });
    await world.sync();
    expect(world.twin('salesforce').fields['Subject']).toBe('Printer out');
    expect(world.writes()).toBe(1);
  });
});

describe('a ticket without a subject', () => {
  it('that the desk across refuses is set aside alone, tried ever more rarely, and goes across once it has one', async () => {
    const world = createWorld(
      {},
      {
        validations: [
          ({ object, after }) =>
            object === 'Case' && (after['Subject'] ?? null) === null
              ? {
                  code: 'REQUIRED_FIELD_MISSING',
                  fields: ['Subject'],
                  answer: 'Required fields are missing: [Subject]',
                }
              : null,
        ],
      },
    );
    const mute = world.put('servicenow', { ...newIncident, short_description: '' });
    world.put('servicenow', newIncident);
    await world.sync();
    expect(world.desks.salesforce.rows(objects.salesforce)).toHaveLength(1);
    const aside = () => world.store.transaction((tx) => tx.listQuarantine(9));
    expect(await aside()).toMatchObject([{ attempts: 1, reason: { data: { code: 'REQUIRED_FIELD_MISSING' } } }]);
    for (let hours = 0; hours < 24; hours += 1) {
      await world.clock.advance(3_600_000);
      await world.sync();
    }
    const [row] = await aside();
    expect(row?.attempts).toBeGreaterThan(1);
    expect(row?.attempts).toBeLessThan(30);
    await world.edit('servicenow', mute.id, { short_description: 'No sound' });
    await world.clock.advance(24 * 3_600_000);
    await world.sync();
    expect(await aside()).toEqual([]);
    expect(world.desks.salesforce.rows(objects.salesforce).map(({ fields }) => fields['Subject'])).toContain(
      'No sound',
    );
  });

  it('goes across without one where nobody minds, and stays as it is', async () => {
    const world = createWorld();
    world.put('servicenow', { ...newIncident, short_description: '' });
    await world.sync();
    await world.sync();
    expect(world.twin('salesforce').fields['Subject'] ?? null).toBeNull();
    expect(world.writes()).toBe(1);
  });
});
