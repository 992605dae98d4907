import { describe, expect, it } from 'vitest';
import { defaultFields } from '../../src/mapping/default-config.ts';
import type { FieldConfig } from '../../src/mapping/define-config.ts';
import { createWorld, newIncident, objects, type World } from './world.ts';

/** An incident that was closed for good, and its Case. */
async function closedTicket(reopen: 'hold' | 'followUp'): Promise<World & { readonly caseId: string }> {
  const fields = defaultFields.map((field): FieldConfig => (field.kind === 'classes' ? { ...field, reopen } : field));
  const world = createWorld({ fields, comments: {} });
  const { id } = world.put('servicenow', newIncident);
  await world.sync();
  await world.edit('servicenow', id, { state: '7' });
  await world.sync();
  await world.sync();
  return { ...world, caseId: world.twin('salesforce').id };
}

const notices = (world: World): readonly string[] =>
  world.desks.servicenow.comments
    .all(objects.servicenow, world.twin('servicenow').id)
    .map(({ channel, text }) => `${channel}: ${text}`);

describe('a Case that is opened again over a closed incident', () => {
  it('leaves the incident closed, and tells nobody unless it is to', async () => {
    const world = await closedTicket('hold');
    await world.edit('salesforce', world.caseId, { Status: 'Working' });
    await world.sync();
    expect((await world.link()).holds).toMatchObject([{ reason: { kind: 'class-locked', value: '7' } }]);
    expect(world.twin('servicenow').fields['state']).toBe('7');
    expect(notices(world)).toEqual([]);
  });

  it('is told to the incident once, internally, however often it is looked at', async () => {
    const world = await closedTicket('followUp');
    await world.edit('salesforce', world.caseId, { Status: 'Working' });
    await world.sync();
    const told = [expect.stringMatching(/^internal: 0+1 was opened again in Salesforce\./)];
    expect(notices(world)).toEqual(told);
    await world.edit('salesforce', world.caseId, { Status: 'Escalated', Subject: 'Still on fire' });
    await world.sync();
    await world.sync();
    expect(notices(world)).toEqual(told);
    expect(world.twin('servicenow').fields).toMatchObject({ state: '7', short_description: 'Still on fire' });
    // What we said does not come back as a comment of somebody's.
    expect(world.desks.salesforce.comments.all(objects.salesforce, world.caseId)).toEqual([]);
  });

  it('is told again where it was closed in between', async () => {
    const world = await closedTicket('followUp');
    for (const Status of ['Working', 'Closed', 'Working']) {
      await world.edit('salesforce', world.caseId, { Status });
      await world.sync();
    }
    expect(notices(world)).toHaveLength(2);
  });

  it('is told once where the answer to the notice is lost', async () => {
    const world = await closedTicket('followUp');
    await world.edit('salesforce', world.caseId, { Status: 'Working' });
    world.desks.servicenow.faults.add({ method: 'post', error: 'Unavailable', effect: 'done', times: 1 });
    await world.sync();
    await world.clock.advance(120_000);
    await world.sync();
    await world.sync();
    expect(notices(world)).toHaveLength(1);
  });
});
