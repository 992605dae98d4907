import { describe, expect, it } from 'vitest';
import { verify } from '../../src/engine/verify.ts';
import { people, peopleWorld } from './people-world.ts';
import { newCase, newIncident } from './world.ts';

describe('a caller, an assignee and a group', () => {
  it('go with a new incident: contact and account, and the assignee owns the Case', async () => {
    const { staff, put, sync, twin } = peopleWorld();
    put('servicenow', {
      ...newIncident,
      caller_id: staff.caller.servicenow,
      assigned_to: staff.agent.servicenow,
      assignment_group: staff.network.servicenow,
    });
    await sync();
    expect(twin('salesforce').fields).toMatchObject({
      ContactId: staff.caller.salesforce,
      AccountId: staff.account,
      OwnerId: staff.agent.salesforce,
    });
  });

  it('go with a new Case: the queue is the group, and nobody is assigned', async () => {
    const { staff, put, sync, twin } = peopleWorld();
    put('salesforce', { ...newCase, ContactId: staff.caller.salesforce, OwnerId: staff.network.salesforce });
    await sync();
    expect(twin('servicenow').fields).toMatchObject({
      caller_id: staff.caller.servicenow,
      assignment_group: staff.network.servicenow,
      assigned_to: null,
    });
  });

  it('follow the ticket from hand to hand, and come to rest after each', async () => {
    const { staff, put, edit, sync, twin, writes, engine } = peopleWorld();
    const { id } = put('servicenow', { ...newIncident, assignment_group: staff.network.servicenow });
    await sync();
    const caseId = twin('salesforce').id;
    expect(twin('salesforce').fields['OwnerId']).toBe(staff.network.salesforce);

    await edit('servicenow', id, { assigned_to: staff.agent.servicenow });
    await sync();
    expect(twin('salesforce').fields['OwnerId']).toBe(staff.agent.salesforce);

    await edit('salesforce', caseId, { OwnerId: staff.network.salesforce });
    await sync();
    expect(twin('servicenow').fields).toMatchObject({ assigned_to: null, assignment_group: staff.network.servicenow });

    await edit('salesforce', caseId, { OwnerId: staff.agent.salesforce });
    await sync();
    expect(twin('servicenow').fields).toMatchObject({
      assigned_to: staff.agent.servicenow,
      assignment_group: staff.network.servicenow,
    });
    const before = writes();
    await sync();
    await sync();
    expect(writes()).toBe(before);
    expect((await verify(engine, {})).drift).toEqual([]);
  });

  it('leave an incident alone that nobody has and a Case that belongs to the account that made it', async () => {
    const { staff, put, sync, link, engine, desks, twin, edit } = peopleWorld();
    put('servicenow', newIncident);
    await sync();
    await edit('salesforce', twin('salesforce').id, { OwnerId: staff.stranger.salesforce, Subject: 'Seen' });
    await sync();
    expect(desks.servicenow.rows('incident')[0]?.fields['assigned_to'] ?? null).toBeNull();
    expect((await link()).holds).toEqual([]);
    expect((await verify(engine, {})).drift).toEqual([]);
  });
});

describe('somebody without a counterpart', () => {
  it('that stands for nobody needs no incident to say so', async () => {
    const fields = people.map((field) =>
      field.kind === 'team' ? { ...field, otherwise: { salesforce: 'Unassigned' } } : field,
    );
    const { put, sync, link, engine, desks } = peopleWorld(fields);
    const queue = desks.salesforce.enrol({ object: 'Group', fields: { Name: 'Unassigned' } });
    put('salesforce', { ...newCase, OwnerId: queue });
    await sync();
    expect((await link()).holds).toEqual([]);
    expect(await engine.store.transaction((tx) => tx.listUnmatched({ limit: 9 }))).toEqual([]);
    expect((await verify(engine, {})).drift).toEqual([]);
  });

  it('is left out of the new record, held with the reason, and never written as text', async () => {
    const { staff, put, sync, twin, link } = peopleWorld([
      { kind: 'person', servicenow: 'caller_id', salesforce: 'ContactId' },
    ]);
    put('servicenow', { ...newIncident, caller_id: staff.stranger.servicenow });
    await sync();
    expect(twin('salesforce').fields['ContactId'] ?? null).toBeNull();
    expect((await link()).holds).toEqual([
      {
        field: 'caller_id',
        reason: { kind: 'no-counterpart', side: 'servicenow', value: staff.stranger.servicenow, label: 'Igor Silva' },
      },
    ]);
  });

  it('gives way to the default where the mapping has one, and does not come back from there', async () => {
    const fields = people.map((field) =>
      field.kind === 'team' ? { ...field, otherwise: { salesforce: 'Network' } } : field,
    );
    const { staff, put, sync, twin, writes, engine } = peopleWorld(fields);
    put('servicenow', { ...newIncident, assigned_to: staff.stranger.servicenow });
    await sync();
    expect(twin('salesforce').fields['OwnerId']).toBe(staff.network.salesforce);
    const before = writes();
    await sync();
    expect(writes()).toBe(before);
    expect(twin('servicenow').fields['assigned_to']).toBe(staff.stranger.servicenow);
    expect((await verify(engine, {})).drift).toEqual([]);
  });

  it('is left alone where a directory that was open a moment ago shows nobody any more', async () => {
    const fields = people.map((field) =>
      field.kind === 'team' ? { ...field, otherwise: { salesforce: 'Network' } } : field,
    );
    const { staff, put, sync, desks } = peopleWorld(fields);
    put('servicenow', { ...newIncident, assigned_to: staff.stranger.servicenow });
    await sync();
    const other = desks.servicenow.enrol({
      object: 'sys_user',
      fields: { name: 'Eva Holm', email: 'eva@desk.example', active: 'true' },
    });
    desks.salesforce.enrol({
      object: 'User',
      fields: { Name: 'Eva Holm', Email: 'eva@desk.example', IsActive: true },
    });
    for (const row of desks.salesforce.rows('User')) desks.salesforce.hide('User', row.id, true);
    put('servicenow', { ...newIncident, assigned_to: other });
    await sync();
    const owners = desks.salesforce.rows('Case').map((row) => row.fields['OwnerId'] ?? null);
    expect(new Set(owners)).toEqual(new Set([staff.network.salesforce, null]));
  });
});
