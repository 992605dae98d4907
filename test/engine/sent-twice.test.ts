import { describe, expect, it } from 'vitest';
import { createWorld, newCase } from './world.ts';

describe('a create that was sent twice, with other words the second time', () => {
  it('and arrived the first time does not bring the old words back', async () => {
    const world = createWorld();
    world.put('salesforce', newCase);
    await world.sync();
    const born = world.put('salesforce', { ...newCase, Description: 'First words' });
    world.desks.servicenow.faults.add({ method: 'create', error: 'Unavailable', effect: 'done', times: 1 });
    await world.sync();
    const made = world.desks.servicenow.rows('incident').find((row) => row.partnerId === born.id);
    if (made === undefined) throw new Error('nothing arrived');

    // Hidden from us, it is not found twice, and so sent again.
    world.desks.servicenow.hide('incident', made.id, true);
    await world.edit('salesforce', born.id, { Description: 'Second words' });
    for (const ms of [80_000, 10_000, 10_000]) {
      await world.clock.advance(ms);
      await world.sync();
    }
    world.desks.servicenow.hide('incident', made.id, false);
    for (let polls = 0; polls < 12; polls += 1) {
      await world.clock.advance(20_000);
      await world.sync();
    }

    const texts = world.desks.servicenow.rows('incident').map((row) => row.fields['description']);
    expect(new Set(texts)).toEqual(new Set(['Desk 14.', 'Second words']));
    expect(world.desks.salesforce.rows('Case').map((row) => row.fields['Description'])).toContain('Second words');
  });
});
