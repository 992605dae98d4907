import { describe, expect, it } from 'vitest';
import type { Fields } from '../../src/core/record.ts';
import { type Side, sides } from '../../src/core/side.ts';
import { findMatches } from '../../src/engine/match/find.ts';
import { planAll } from '../../src/engine/dry-run.ts';
import type { MatchConfig } from '../../src/mapping/match-config.ts';
import { decideProposal } from '../../src/operate/proposals.ts';
import { createWorld, newCase, newIncident, type World } from './world.ts';

const byNumber: MatchConfig = { byNumber: { servicenow: 'u_case', salesforce: 'Incident__c' } };
const byRule: MatchConfig = {
  rules: [{ name: 'vendor', on: [{ servicenow: 'u_ref', salesforce: 'Ref__c' }] }],
};
const near: MatchConfig = { near: 'propose-and-wait' };

const world = (match: MatchConfig): World => createWorld({ match });
const incident = (w: World, fields: Fields = {}) => w.put('servicenow', { ...newIncident, ...fields });
const aCase = (w: World, fields: Fields = {}) => w.put('salesforce', { ...newCase, ...fields });
const links = (w: World) => w.store.transaction((tx) => tx.findLinks({ limit: 1000 }));
const proposals = (w: World) => w.store.transaction((tx) => tx.listProposals({ limit: 1000 }));
const quarantine = (w: World) => w.store.transaction((tx) => tx.listQuarantine(100));
const operator = (w: World) => ({ store: w.store, actor: 'test', now: () => w.clock.now() });

describe('tickets that were there on both desks', () => {
  it.each([
    ['the Case names the number of the incident', byNumber, {}, (number: string) => ({ Incident__c: number })],
    ['a rule of the mapping finds them', byRule, { u_ref: 'A-1' }, () => ({ Ref__c: 'A-1' })],
  ] as const)(
    'are paired when %s, from whichever end, and then brought into step',
    async (_story, match, here, there) => {
      const w = world(match);
      const one = incident(w, { ...here, short_description: 'Printer on fire' });
      aCase(w, { ...there(one.number ?? ''), Subject: 'Printer is on fire', Description: null });
      await w.sync();
      await w.sync();

      const link = await w.link();
      expect(link.status).toBe('synced');
      expect(w.twin('servicenow').fields['short_description']).toBe(w.twin('salesforce').fields['Subject']);
      expect(w.twin('salesforce').fields['Description']).toBe('Second floor.');
      expect(w.events.filter((event) => event.type === 'link.adopted')).toHaveLength(1);
      expect(w.desks.salesforce.writes().every(({ kind }) => kind === 'update')).toBe(true);
      expect(await quarantine(w)).toEqual([]);
    },
  );

  it('are looked up with one call a side and batch, whatever the number of records and fields', async () => {
    const w = world({ ...byNumber, ...byRule });
    for (let n = 0; n < 30; n += 1) {
      incident(w, { u_ref: `R${n}`, u_case: null });
      aCase(w, { Ref__c: n < 20 ? `R${n}` : `S${n}`, Incident__c: null });
    }
    const calls: Record<Side, number> = { servicenow: 0, salesforce: 0 };
    for (const side of sides)
      w.desks[side].onCall(({ method, item }) => {
        if (method === 'find' && item === null) calls[side] += 1;
      });
    await w.clock.advance(10_000);
    await w.poll();
    await w.work();
    expect(calls).toEqual({ servicenow: 1, salesforce: 1 });
    await w.sync();
    expect(await links(w)).toHaveLength(40);
    expect(w.desks.servicenow.rows('incident')).toHaveLength(40);
    expect(w.desks.salesforce.rows('Case')).toHaveLength(40);
  });

  it('wait with a sentence that names both where two Cases claim one incident, and nothing is created', async () => {
    const w = world(byNumber);
    const one = incident(w);
    const claims = [aCase(w, { Incident__c: one.number }), aCase(w, { Incident__c: one.number })];
    await w.sync();
    expect(await links(w)).toEqual([]);
    expect(w.writes()).toBe(0);
    const rows = await quarantine(w);
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row.reason).toMatchObject({ kind: 'plan', why: 'several-claim-number' });
    const ofIncident = rows.find((row) => row.ids.servicenow === one.id);
    expect(ofIncident?.reason).toMatchObject({ others: claims.map(({ number }) => number) });

    // One claim was wrong: taken back, the other one stands.
    await w.edit('salesforce', claims[1]?.id ?? '', { Incident__c: null });
    for (let tries = 0; tries < 4; tries += 1) {
      await w.clock.advance(200_000);
      await w.sync();
    }
    const paired = (await links(w)).find((link) => link.ids.servicenow === one.id);
    expect(paired?.ids.salesforce).toBe(claims[0]?.id);
    expect(await quarantine(w)).toEqual([]);
    expect(w.desks.servicenow.rows('incident')).toHaveLength(2);
  });

  it('are not created again for a later Case that claims an incident which has its own', async () => {
    const w = world(byNumber);
    const one = incident(w);
    await w.sync();
    const first = w.twin('salesforce');
    const late = aCase(w, { Incident__c: one.number });
    await w.sync();
    expect(await links(w)).toHaveLength(1);
    expect(w.desks.servicenow.rows('incident')).toHaveLength(1);
    const [row] = await quarantine(w);
    expect(row?.ids.salesforce).toBe(late.id);
    expect(row?.reason).toMatchObject({ why: 'number-names-linked', others: [one.number, first.number] });
  });

  it('never pair with a row that an access rule hides, nor are created while a number names it', async () => {
    const w = world(byNumber);
    const hidden = aCase(w);
    w.desks.salesforce.hide('Case', hidden.id, true);
    aCase(w);
    incident(w, { u_case: hidden.number });
    await w.sync();
    expect(await links(w)).toHaveLength(1);
    expect((await quarantine(w))[0]?.reason).toMatchObject({ why: 'number-names-nothing', others: [hidden.number] });
  });
});

describe('a look-up that a side refuses', () => {
  it('creates nothing for the tickets concerned, says why, and holds up no other', async () => {
    const w = world(byRule);
    const linked = aCase(w, { Ref__c: null });
    await w.sync();
    incident(w, { u_ref: 'A-1' });
    await w.edit('salesforce', linked.id, { Priority: 'Low' });
    const before = w.writes();
    w.desks.salesforce.faults.add({ method: 'find', error: 'Rejected', times: 1 });
    await w.sync();
    expect((await quarantine(w)).map(({ reason }) => reason)).toEqual([{ kind: 'plan', why: 'match-not-asked' }]);
    expect(w.writes()).toBe(before + 1);
    await w.clock.advance(60_000);
    await w.sync();
    expect(await links(w)).toHaveLength(2);
    expect(await quarantine(w)).toEqual([]);
  });
});

describe('proposals', () => {
  const rose = {
    servicenow: { 'caller_id.email': 'rose@edge.example' },
    salesforce: { ContactEmail: 'rose@edge.example' },
  };
  const alike = (w: World) => ({
    one: incident(w, { ...rose.servicenow, short_description: 'Printer on the second floor is on fire' }),
    other: aCase(w, { ...rose.salesforce, Subject: 'The printer on floor two is on fire' }),
  });

  it('hold back the creates until a person accepts: then the two are paired', async () => {
    const w = world(near);
    const { one, other } = alike(w);
    await w.sync();
    expect(w.writes()).toBe(0);
    const [proposal, ...more] = await proposals(w);
    expect(more).toEqual([]);
    expect(proposal).toMatchObject({
      ids: { servicenow: one.id, salesforce: other.id },
      status: 'open',
      why: { kind: 'near' },
    });

    await w.edit('servicenow', one.id, { urgency: '1' });
    await w.sync();
    expect(w.writes()).toBe(0);
    // Told once, though both find each other, and once more after the edit.
    expect(w.events.filter((event) => event.type === 'match.proposed')).toHaveLength(1);
    expect(await proposals(w)).toHaveLength(1);

    await decideProposal(operator(w), proposal?.id ?? '', 'accepted');
    await w.sync();
    expect((await w.link()).ids).toEqual({ servicenow: one.id, salesforce: other.id });
    expect((await proposals(w))[0]?.status).toBe('accepted');
  });

  it('are forgotten on a no: both get a ticket of their own, and are never proposed again', async () => {
    const w = world(near);
    alike(w);
    await w.sync();
    await decideProposal(operator(w), (await proposals(w))[0]?.id ?? '', 'rejected');
    await w.sync();
    expect(await links(w)).toHaveLength(2);
    expect((await proposals(w)).map(({ status }) => status)).toEqual(['rejected']);
  });

  it('do not hold back creates where the mapping says so', async () => {
    const w = world({ ...near, near: 'propose-and-create' });
    alike(w);
    await w.sync();
    expect(await links(w)).toHaveLength(2);
    expect((await proposals(w)).every(({ status }) => status === 'open')).toBe(true);
  });

  it('are made for a rule that finds two, and are over when a person links one of them', async () => {
    const w = world(byRule);
    const one = incident(w, { u_ref: 'A-1' });
    const two = [aCase(w, { Ref__c: 'A-1' }), aCase(w, { Ref__c: 'A-1' })];
    await w.sync();
    expect(w.writes()).toBe(0);
    expect(await proposals(w)).toHaveLength(2);
    const chosen = (await proposals(w)).find((row) => row.ids.salesforce === two[1]?.id);
    await decideProposal(operator(w), chosen?.id ?? '', 'accepted');
    await w.sync();
    await w.sync();
    expect((await links(w)).find((link) => link.ids.servicenow === one.id)?.ids.salesforce).toBe(two[1]?.id);
    expect((await proposals(w)).filter(({ status }) => status === 'open')).toEqual([]);
    // The other one waited for the same incident, and gets one of its own now.
    expect(await links(w)).toHaveLength(2);
  });

  it('count for a ticket out of scope once a person has accepted them', async () => {
    const w = createWorld({ match: byRule, sync: { from: '2099-01-01T00:00:00Z' } });
    const old = incident(w, { u_ref: 'A-1' });
    const other = aCase(w, { Ref__c: 'A-1' });
    const row = {
      id: 'p1',
      pair: 'incident-case',
      ids: { servicenow: old.id, salesforce: other.id },
      numbers: { servicenow: old.number, salesforce: other.number },
      why: { kind: 'rule', rule: 'vendor' },
      status: 'open',
      at: old.createdAt,
      decidedAt: null,
    } as const;
    await w.store.transaction((tx) => tx.saveProposals([row]));
    await w.sync();
    expect(await links(w)).toEqual([]);
    await decideProposal(operator(w), 'p1', 'accepted');
    await w.sync();
    expect((await w.link()).ids).toEqual(row.ids);
  });
});

describe('looking before the first load', () => {
  it('tells what would be paired, proposed and created, and writes nothing but proposals', async () => {
    const w = world({ ...byNumber, ...byRule, ...near });
    const numbered = incident(w);
    aCase(w, { Incident__c: numbered.number });
    incident(w, { u_ref: 'A-1' });
    aCase(w, { Ref__c: 'A-1' });
    incident(w, { 'caller_id.email': 'a@b.example', short_description: 'No dial tone at desk 14' });
    aCase(w, { ContactEmail: 'a@b.example', Subject: 'no dial tone, desk 14' });
    incident(w, { short_description: 'all alone' });

    const found = await findMatches(w.engine, { signal: new AbortController().signal });
    const kinds = found.planned.map(({ decision }) => ('plan' in decision ? decision.plan.kind : decision.kind));
    expect(kinds.toSorted()).toEqual(['adopt', 'adopt', 'create', 'propose', 'propose']);
    expect(await proposals(w)).toHaveLength(1);
    expect(w.writes()).toBe(0);
    expect(await links(w)).toEqual([]);
    expect(await w.store.queue.depth()).toMatchObject({ waiting: 0, active: 0 });
    const planned = await planAll(w.engine, {});
    expect(planned.filter(({ decision }) => 'plan' in decision && decision.plan.kind === 'adopt')).toHaveLength(2);
  });
});

describe('two workers at once', () => {
  it('make one link of a pair that each finds from its own end', async () => {
    const w = world(byRule);
    incident(w, { u_ref: 'A-1' });
    aCase(w, { Ref__c: 'A-1' });
    await w.clock.advance(10_000);
    await w.poll();
    const jobs = await w.store.queue.takeBatch(10);
    expect(jobs).toHaveLength(2);
    const { reconcile } = await import('../../src/engine/reconcile.ts');
    await Promise.all(jobs.map((job) => reconcile(w.engine, [job])));
    await w.clock.advance(10_000);
    await w.sync();
    expect(await links(w)).toHaveLength(1);
    expect(w.desks.servicenow.rows('incident')).toHaveLength(1);
    expect(await quarantine(w)).toEqual([]);
  });
});
