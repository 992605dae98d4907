import { describe, expect, it } from 'vitest';
import { iso } from '../../src/core/clock.ts';
import { planAll } from '../../src/engine/dry-run.ts';
import { verify } from '../../src/engine/verify.ts';
import { lookAgain } from '../../src/operate/people.ts';
import { peopleWorld } from './people-world.ts';
import { newCase, newIncident } from './world.ts';

const caller = [{ kind: 'person', servicenow: 'caller_id', salesforce: 'ContactId' }] as const;

describe('the list of people without a counterpart', () => {
  it('names them once, with how often and where they were met last, and lets them go when they are found', async () => {
    const { staff, put, sync, engine, link, desks, clock, edit } = peopleWorld(caller);
    const listed = () => engine.store.transaction((tx) => tx.listUnmatched({ limit: 9 }));
    const { id } = put('servicenow', { ...newIncident, caller_id: staff.stranger.servicenow });
    const at = iso(clock.now() + 10_000);
    await sync();
    expect(await listed()).toEqual([
      {
        pair: 'incident-case',
        side: 'servicenow',
        field: 'caller_id',
        value: staff.stranger.servicenow,
        label: 'Igor Silva',
        why: 'nobody',
        // With its create, and when its comments were looked for.
        times: 2,
        linkId: (await link()).id,
        firstAt: at,
        lastAt: at,
      },
    ]);

    const contact = desks.salesforce.enrol({ object: 'Contact', fields: { Name: 'Igor', Email: 'IGOR@desk.example' } });
    await clock.advance(61_000);
    await edit('servicenow', id, { urgency: '1' });
    await sync();
    expect(desks.salesforce.rows('Case')[0]?.fields['ContactId']).toBe(contact);
    expect(await listed()).toEqual([]);
    expect((await link()).holds).toEqual([]);
  });

  it('says why: two with one e-mail, one who has left, one who is gone, one without an e-mail', async () => {
    const { put, sync, engine, desks, twin } = peopleWorld([
      { kind: 'person', servicenow: 'assigned_to', salesforce: 'OwnerId' },
    ]);
    const user = (name: string, email: string | null): string =>
      desks.servicenow.enrol({ object: 'sys_user', fields: { name, email, active: 'true' } });
    const owner = (Email: string, IsActive: boolean): string =>
      desks.salesforce.enrol({ object: 'User', fields: { Name: Email, Email, IsActive } });
    owner('two@desk.example', true);
    owner('Two@desk.example', true);
    owner('left@desk.example', false);
    // One of two counts where the other has left.
    owner('back@desk.example', false);
    const back = owner('back@desk.example', true);
    const named = {
      ambiguous: user('Two', 'two@desk.example'),
      inactive: user('Left', 'left@desk.example'),
      gone: '0123456789abcdef0123456789abcdef',
      'no-key': user('Nameless', null),
    };
    for (const assigned_to of Object.values(named)) put('servicenow', { ...newIncident, assigned_to });
    await sync();
    const rows = await engine.store.transaction((tx) => tx.listUnmatched({ limit: 9 }));
    expect(Object.fromEntries(rows.map((row) => [row.why, row.value]))).toEqual(named);
    for (const row of desks.salesforce.rows('Case')) expect(row.fields['OwnerId']).toBeUndefined();

    const known = put('servicenow', { ...newIncident, assigned_to: user('Back', 'back@desk.example') });
    await sync();
    const link = (
      await engine.store.transaction((tx) => tx.linksBySource('incident-case', 'servicenow', [known.id]))
    )[0];
    const made = desks.salesforce.rows('Case').find((row) => row.id === link?.ids.salesforce);
    expect(made?.fields['OwnerId']).toBe(back);
    expect(() => twin('salesforce')).toThrow('not one');
  });

  it('ends for those who got the default, too, once their tickets are looked at again', async () => {
    const { staff, put, sync, store, link, twin, desks, clock, engine } = peopleWorld([
      { ...caller[0], otherwise: { salesforce: 'rosa.lind@volvo.example' } },
    ]);
    put('servicenow', { ...newIncident, caller_id: staff.stranger.servicenow });
    await sync();
    expect(twin('salesforce').fields['ContactId']).toBe(staff.caller.salesforce);
    const contact = desks.salesforce.enrol({ object: 'Contact', fields: { Name: 'Igor', Email: 'igor@desk.example' } });
    await clock.advance(61_000);
    const queued = await lookAgain({ store, actor: 'cli:test', now: () => clock.now() }, undefined, 'all');
    expect(queued).toBe(1);
    await sync();
    expect(twin('salesforce').fields['ContactId']).toBe(contact);
    expect((await link()).status).toBe('synced');
    expect((await verify(engine, {})).drift).toEqual([]);
  });

  it('is not touched by a dry run', async () => {
    const { staff, put, engine } = peopleWorld(caller);
    put('servicenow', { ...newIncident, caller_id: staff.stranger.servicenow });
    expect(await planAll(engine, {})).toHaveLength(1);
    expect(await engine.store.transaction((tx) => tx.listUnmatched({ limit: 9 }))).toEqual([]);
  });
});

describe('a directory that cannot be read', () => {
  it('puts the ticket off while its side is down, and never writes the default', async () => {
    const { staff, put, poll, work, desks } = peopleWorld([
      { ...caller[0], otherwise: { salesforce: 'Rosa.Lind@volvo.example' } },
    ]);
    put('servicenow', { ...newIncident, caller_id: staff.stranger.servicenow });
    desks.salesforce.faults.add({ method: 'find', error: 'Unavailable', times: 1 });
    await poll();
    await expect(work()).rejects.toMatchObject({ kind: 'Unavailable' });
    expect(desks.salesforce.rows('Case')).toEqual([]);
  });

  it('leaves that field alone where this account may not read it, and the rest of the ticket goes on', async () => {
    const { staff, put, sync, twin, link, desks, engine } = peopleWorld([
      { ...caller[0], otherwise: { salesforce: 'Rosa.Lind@volvo.example' } },
    ]);
    desks.salesforce.faults.add({ method: 'find', error: 'Rejected', cause: 'unknown-object' });
    put('servicenow', { ...newIncident, caller_id: staff.stranger.servicenow });
    await sync();
    expect(twin('salesforce').fields).toMatchObject({ Subject: 'Printer on fire' });
    expect(twin('salesforce').fields['ContactId'] ?? null).toBeNull();
    expect((await link()).holds).toEqual([{ field: 'caller_id', reason: { kind: 'unreadable', side: 'salesforce' } }]);
    expect(await engine.store.transaction((tx) => tx.listUnmatched({ limit: 9 }))).toEqual([]);
  });

  it('is no empty one: an access rule that hides everybody is not taken for nobody', async () => {
    const { staff, put, sync, link, desks } = peopleWorld([{ ...caller[0], otherwise: 'empty' }]);
    for (const row of desks.salesforce.rows('Contact')) desks.salesforce.hide('Contact', row.id, true);
    put('servicenow', { ...newIncident, caller_id: staff.caller.servicenow });
    await sync();
    expect((await link()).holds).toEqual([{ field: 'caller_id', reason: { kind: 'unreadable', side: 'salesforce' } }]);
  });
});

describe('how often the directories are asked', () => {
  it('is twice a side for a batch of strangers, and not at all for those who are remembered', async () => {
    const { staff, put, poll, work, desks, clock } = peopleWorld();
    const asked = { servicenow: 0, salesforce: 0 };
    for (const side of ['servicenow', 'salesforce'] as const)
      desks[side].onCall(({ method, item }) => {
        if (method === 'find' && item === null) asked[side] += 1;
      });
    for (let n = 0; n < 40; n += 1) {
      const email = `caller-${n}@volvo.example`;
      desks.salesforce.enrol({ object: 'Contact', fields: { Name: email, Email: email } });
      const caller_id = desks.servicenow.enrol({ object: 'sys_user', fields: { name: email, email, active: 'true' } });
      put('servicenow', { ...newIncident, caller_id, assignment_group: staff.network.servicenow });
      put('salesforce', { ...newCase, OwnerId: staff.agent.salesforce });
    }
    await clock.advance(1000);
    await poll();
    await work();
    expect(desks.salesforce.rows('Case')).toHaveLength(80);
    expect(asked).toEqual({ servicenow: 2, salesforce: 2 });
  });
});
