import { describe, expect, it } from 'vitest';
import type { Fields } from '../../src/core/record.ts';
import type { Side } from '../../src/core/side.ts';
import { poll } from '../../src/engine/poll.ts';
import { reconcile } from '../../src/engine/reconcile.ts';
import { verify } from '../../src/engine/verify.ts';
import { defaultFields, defaultPairWith } from '../../src/mapping/default-config.ts';
import type { PairConfig } from '../../src/mapping/define-config.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';
import { createWorld, newCase, newIncident, type World } from './world.ts';

const fields: PairConfig['fields'] = [
  ...defaultFields,
  { kind: 'parent', servicenow: 'parent_incident', salesforce: 'ParentId' },
];
const family = (): World => createWorld({ fields });

const incident = (w: World, more: Fields = {}) => w.put('servicenow', { ...newIncident, ...more });
const linkOf = async (w: World, side: Side, id: string) => {
  const [link] = await w.store.transaction((tx) => tx.linksBySource('incident-case', side, [id]));
  if (link === undefined) throw new Error(`${id} has no link`);
  return link;
};
const across = async (w: World, side: Side, id: string) => {
  const link = await linkOf(w, side, id);
  const to = side === 'servicenow' ? 'salesforce' : 'servicenow';
  const twin = w.desks[to].rows(to === 'servicenow' ? 'incident' : 'Case').find((row) => row.id === link.ids[to]);
  if (twin === undefined) throw new Error(`${id} has no twin`);
  return twin;
};
const holds = async (w: World, side: Side, id: string) => (await linkOf(w, side, id)).holds.map(({ reason }) => reason);

describe('parents', () => {
  it('arrive with their children, in one batch, whichever comes first', async () => {
    const w = family();
    const parent = incident(w);
    const children = [incident(w, { parent_incident: parent.id }), incident(w, { parent_incident: parent.id })];
    await w.sync();
    const twin = await across(w, 'servicenow', parent.id);
    for (const child of children) {
      expect((await across(w, 'servicenow', child.id)).fields['ParentId']).toBe(twin.id);
      expect(await holds(w, 'servicenow', child.id)).toEqual([]);
    }
    const before = w.writes();
    await w.sync();
    expect(w.writes()).toBe(before);
    expect((await verify(w.engine, {})).drift).toEqual([]);
  });

  it('go the other way, and away again', async () => {
    const w = family();
    const parent = w.put('salesforce', newCase);
    const child = w.put('salesforce', { ...newCase, ParentId: parent.id });
    await w.sync();
    const twin = await across(w, 'salesforce', parent.id);
    expect((await across(w, 'salesforce', child.id)).fields['parent_incident']).toBe(twin.id);
    await w.edit('salesforce', child.id, { ParentId: null });
    await w.sync();
    expect((await across(w, 'salesforce', child.id)).fields['parent_incident']).toBeNull();
  });

  it('are waited for: the child goes ahead, and the field follows once its parent is linked', async () => {
    const w = createWorld({ fields, scope: { servicenow: { field: 'u_ours', isNot: 'no' } } });
    const parent = incident(w, { u_ours: 'no' });
    const child = incident(w, { parent_incident: parent.id });
    await w.sync();
    expect(w.desks.salesforce.rows('Case')).toHaveLength(1);
    expect(await holds(w, 'servicenow', child.id)).toEqual([
      { kind: 'parent-not-linked', side: 'servicenow', value: parent.id },
    ]);
    await w.edit('servicenow', child.id, { urgency: '1' });
    await w.sync();
    expect((await across(w, 'servicenow', child.id)).fields).toMatchObject({ Priority: 'High' });
    expect((await across(w, 'servicenow', child.id)).fields['ParentId'] ?? null).toBeNull();

    await w.edit('servicenow', parent.id, { u_ours: null });
    await w.sync();
    const twin = await across(w, 'servicenow', parent.id);
    expect((await across(w, 'servicenow', child.id)).fields['ParentId']).toBe(twin.id);
    expect(await holds(w, 'servicenow', child.id)).toEqual([]);
  });

  it('that change are followed, and a person who chose another across is heard', async () => {
    const w = family();
    const [one, two, child] = [incident(w), incident(w), incident(w)];
    await w.sync();
    await w.edit('servicenow', child.id, { parent_incident: one.id });
    await w.sync();
    const other = await across(w, 'servicenow', two.id);
    const twin = await across(w, 'servicenow', child.id);
    expect(twin.fields['ParentId']).toBe((await across(w, 'servicenow', one.id)).id);
    await w.edit('salesforce', twin.id, { ParentId: other.id });
    await w.sync();
    const [now] = w.desks.servicenow.rows('incident').filter((row) => row.id === child.id);
    expect(now?.fields['parent_incident']).toBe(two.id);
  });
});

describe('circular parents', () => {
  const rest = async (w: World): Promise<void> => {
    for (let rounds = 0; rounds < 3; rounds += 1) await w.sync();
    const before = w.writes();
    await w.sync();
    await w.sync();
    expect(w.writes()).toBe(before);
  };

  it('that come at once are held on both tickets, and nothing runs in circles', async () => {
    const w = family();
    const [a, b] = [incident(w), incident(w)];
    await w.sync();
    await w.edit('servicenow', a.id, { parent_incident: b.id });
    await w.edit('servicenow', b.id, { parent_incident: a.id });
    await rest(w);
    for (const one of [a, b]) {
      expect(await holds(w, 'servicenow', one.id)).toMatchObject([{ kind: 'parent-circle', side: 'servicenow' }]);
      expect((await across(w, 'servicenow', one.id)).fields['ParentId'] ?? null).toBeNull();
    }
    await w.edit('servicenow', b.id, { parent_incident: null });
    await rest(w);
    const twin = await across(w, 'servicenow', b.id);
    expect((await across(w, 'servicenow', a.id)).fields['ParentId']).toBe(twin.id);
  });

  it('that are closed from the other side are held where they would close', async () => {
    const w = family();
    const [a, b] = [incident(w), incident(w)];
    await w.sync();
    const [caseA, caseB] = [await across(w, 'servicenow', a.id), await across(w, 'servicenow', b.id)];
    await w.edit('servicenow', a.id, { parent_incident: b.id });
    await w.edit('salesforce', caseB.id, { ParentId: caseA.id });
    await rest(w);
    const parents = w.desks.salesforce.rows('Case').map((row) => row.fields['ParentId'] ?? null);
    expect(parents.filter((parent) => parent !== null)).toHaveLength(1);
    expect([...(await holds(w, 'servicenow', a.id)), ...(await holds(w, 'servicenow', b.id))]).toContainEqual(
      expect.objectContaining({ kind: 'parent-circle' }),
    );
  });

  it.each([1, 3, 12])('of %i tickets are found however long the way around is', async (length) => {
    const w = family();
    const ring = Array.from({ length }, () => incident(w));
    await w.sync();
    for (const [at, one] of ring.entries()) {
      await w.edit('servicenow', one.id, { parent_incident: ring[(at + 1) % length]?.id ?? '' });
      if (at % 5 === 4) await w.sync();
    }
    await rest(w);
    const twins = new Map(w.desks.salesforce.rows('Case').map((row) => [row.id, String(row.fields['ParentId'] ?? '')]));
    for (const start of twins.keys()) {
      let at = start;
      for (let steps = 0; steps <= length && at !== ''; steps += 1) at = twins.get(at) ?? '';
      expect(at).toBe('');
    }
  });
});

describe('several pairs at once', () => {
  const types = { Incident: '012000000000001AAA', Problem: '012000000000002AAA' } as const;
  const config = (name: string, table: string, recordType: keyof typeof types): PairConfig => ({
    ...defaultPairWith({ closeCode: 'Solution provided', closeNotes: 'Done.' }),
    name,
    servicenow: { table },
    salesforce: { object: 'Case', recordType },
    sync: { from: 'all' },
  });

  /** Two tables and one object: incidents and problems are Cases of two record types. */
  function twoPairs() {
    const w = createWorld({}, { tellsDeleted: true });
    const configs = [config('incidents', 'incident', 'Incident'), config('problems', 'problem', 'Problem')];
    const recordTypes = Object.entries(types).map(([name, id]) => ({ name, id }));
    const pairs = configs.map((one) =>
      buildPairRules(one, {
        startedAt: new Date(w.clock.now()).toISOString(),
        objects: { salesforce: { object: 'Case', fields: [], recordTypes } },
        others: configs.filter((other) => other !== one),
      }),
    );
    const engine = { ...w.engine, pairs };
    const sync = async (): Promise<void> => {
      await w.clock.advance(10_000);
      for (const pair of pairs)
        for (const side of ['servicenow', 'salesforce'] as const)
          await poll(engine, pair, side, { unlimitedCreates: false });
      for (;;) {
        const jobs = await w.store.queue.takeBatch(200);
        if (jobs.length === 0) return;
        await reconcile(engine, jobs);
      }
    };
    return { ...w, sync, links: () => w.store.transaction((tx) => tx.findLinks({ limit: 100 })) };
  }

  it('leave a merged Case to its own pair: no ticket gets one across in each', async () => {
    const w = twoPairs();
    const loser = w.put('salesforce', { ...newCase, RecordTypeId: types.Incident });
    const master = w.put('salesforce', { ...newCase, RecordTypeId: types.Problem });
    await w.sync();
    expect(await w.links()).toHaveLength(2);
    w.desks.salesforce.merge('Case', loser.id, master.id);
    const [link] = await w.store.transaction((tx) => tx.linksBySource('incidents', 'salesforce', [loser.id]));
    await w.store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: link?.id ?? '' }]));
    await w.sync();
    const holding = (await w.links()).filter((one) => one.ids.salesforce === master.id);
    expect(holding.map((one) => one.pair)).toEqual(['problems']);
  });

  it('make one ticket of each Case: the record type says in which table', async () => {
    const w = twoPairs();
    w.put('salesforce', { ...newCase, RecordTypeId: types.Incident });
    w.put('salesforce', { ...newCase, RecordTypeId: types.Problem });
    w.put('salesforce', { ...newCase, RecordTypeId: null });
    await w.sync();
    await w.sync();
    expect(w.desks.servicenow.rows('incident')).toHaveLength(1);
    expect(w.desks.servicenow.rows('problem')).toHaveLength(1);
    expect((await w.links()).map((link) => link.pair).toSorted()).toEqual(['incidents', 'problems']);
    expect(w.desks.salesforce.rows('Case')).toHaveLength(3);
  });

  it('make Cases of the record type of their table', async () => {
    const w = twoPairs();
    w.put('servicenow', newIncident);
    w.desks.servicenow.put('problem', newIncident);
    await w.sync();
    await w.sync();
    const made = w.desks.salesforce.rows('Case').map((row) => row.fields['RecordTypeId']);
    expect(new Set(made)).toEqual(new Set([types.Incident, types.Problem]));
    expect(await w.links()).toHaveLength(2);
    expect(await w.store.transaction((tx) => tx.listQuarantine(10))).toEqual([]);
  });

  it('follow a Case whose record type changes with the ticket it has, and never give it a second one', async () => {
    const w = twoPairs();
    const born = w.put('salesforce', { ...newCase, RecordTypeId: types.Incident });
    const stamped = w.put('servicenow', newIncident);
    await w.sync();
    const twin = (await w.links()).find((link) => link.ids.servicenow === stamped.id)?.ids.salesforce ?? '';
    for (const id of [born.id, twin])
      await w.edit('salesforce', id, { RecordTypeId: types.Problem, Subject: `moved ${id}` });
    await w.sync();
    await w.sync();
    expect(w.desks.servicenow.rows('problem')).toEqual([]);
    const titles = w.desks.servicenow.rows('incident').map((row) => String(row.fields['short_description']));
    expect(new Set(titles)).toEqual(new Set([`moved ${born.id}`, `moved ${twin}`]));
    expect(await w.links()).toHaveLength(2);
    expect(await w.store.transaction((tx) => tx.listQuarantine(10))).toEqual([]);
  });
});
