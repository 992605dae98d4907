import { describe, expect, it } from 'vitest';
import type { LinkNow } from '../../src/admin/schemas/links.ts';
import { peopleWorld } from '../engine/people-world.ts';
import { newIncident } from '../engine/world.ts';
import { createAdminWorld } from './support.ts';

describe('the people of a link', () => {
  it('are shown by their names, and agree where the mapping says that they are the same', async () => {
    const world = peopleWorld();
    const { caller, agent } = world.staff;
    const { ask } = await createAdminWorld({ world });
    world.put('servicenow', { ...newIncident, caller_id: caller.servicenow, assigned_to: agent.servicenow });
    await world.sync();
    const { id } = await world.link();
    const now = (await ask('GET', `/api/links/${id}/now`)).json as unknown as LinkNow;
    const field = now.fields.find(({ field: name }) => name === 'caller_id');
    expect(field?.now).toEqual({ servicenow: caller.servicenow, salesforce: caller.salesforce });
    expect(field?.agree).toBe(true);
    expect(field?.nowText.servicenow).not.toContain(caller.servicenow);
    expect(field?.nowText.salesforce).not.toContain(caller.salesforce);
    expect(now.fields.every(({ agree }) => agree)).toBe(true);
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
