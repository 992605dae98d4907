import { describe, expect, it } from 'vitest';
import { computes } from '../../src/connectors/memory/rules.ts';
import { createWorld, newCase, objects } from './world.ts';

/** Less than the mapping says, as a customised column may be. */
const short = { limits: { description: 20 } };
const long = 'What the customer wrote is longer than that column.';

describe('a desk that keeps less of a text than it says', () => {
  it('never gets the beginning it kept written over the whole text that a ticket was made from', async () => {
    const world = createWorld({}, short);
    const { id } = world.put('salesforce', { ...newCase, Description: long });
    await world.sync();
    await world.sync();
    expect(world.twin('servicenow').fields['description']).toBe(long.slice(0, 20));
    expect(world.desks.salesforce.versions(objects.salesforce, id).at(-1)?.fields['Description']).toBe(long);
  });

  it('nor when the answer to the create was lost', async () => {
    const world = createWorld({}, short);
    world.desks.servicenow.faults.add({ error: 'Unavailable', method: 'create', effect: 'done', times: 1 });
    world.put('salesforce', { ...newCase, Description: long });
    await world.sync();
    for (const ms of [80_000, 6000, 6000]) {
      await world.clock.advance(ms);
      await world.sync();
    }
    expect(world.twin('servicenow').fields['description']).toBe(long.slice(0, 20));
    expect(world.twin('salesforce').fields['Description']).toBe(long);
  });

  it('puts the whole text on record where somebody emptied the beginning before the lost create was found', async () => {
    const world = createWorld({}, short);
    world.desks.servicenow.faults.add({ error: 'Unavailable', method: 'create', effect: 'done', times: 1 });
    world.put('salesforce', { ...newCase, Description: long });
    await world.sync();
    world.desks.servicenow.edit('incident', world.twin('servicenow').id, { description: null });
    for (const ms of [80_000, 6000, 6000]) {
      await world.clock.advance(ms);
      await world.sync();
    }
    const link = await world.link();
    const rows = await world.store.transaction((tx) => tx.conflictsOf([link.id], ['open', 'decided', 'settled']));
    expect(rows).toMatchObject([
      { field: 'description', why: 'overtaken', values: { servicenow: null, salesforce: long } },
    ]);
    expect(world.twin('salesforce').fields['Description']).toBeNull();
  });

  it('leaves a text alone that a desk took nothing of, as where our user may not write it, though the answer was lost', async () => {
    const world = createWorld({}, { rules: [computes('description', () => null)] });
    world.desks.servicenow.faults.add({ error: 'Unavailable', method: 'create', effect: 'done', times: 1 });
    world.put('salesforce', { ...newCase, Description: long });
    await world.sync();
    for (const ms of [80_000, 6000, 6000]) {
      await world.clock.advance(ms);
      await world.sync();
    }
    expect(world.twin('servicenow').fields['description']).toBeNull();
    expect(world.twin('salesforce').fields['Description']).toBe(long);
  });
});
