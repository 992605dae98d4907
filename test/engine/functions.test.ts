import { describe, expect, it } from 'vitest';
import { planAll } from '../../src/engine/dry-run.ts';
import { verify } from '../../src/engine/verify.ts';
import { defaultFields } from '../../src/mapping/default-config.ts';
import type { FieldConfig } from '../../src/mapping/define-config.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';
import { createTimeLimit } from '../../src/time-limit.ts';
import { createWorld, newCase, newIncident, type World } from './world.ts';

/** A world whose mapping file has a function, under a time limit. */
function functionWorld(field: FieldConfig, desk: Parameters<typeof createWorld>[1] = {}): World {
  const world = createWorld({}, desk);
  const pair = buildPairRules(
    {
      name: 'incident-case',
      servicenow: { table: 'incident' },
      salesforce: { object: 'Case' },
      fields: [...defaultFields, field],
      sync: { from: 'all' },
    },
    { startedAt: '2026-03-01T00:00:00.000Z', guard: createTimeLimit(1500) },
  );
  Object.assign(world.engine, { pairs: [pair] });
  return { ...world, poll: world.poll };
}

const plant: Pick<Extract<FieldConfig, { kind: 'function' }>, 'kind' | 'servicenow' | 'salesforce'> = {
  kind: 'function',
  servicenow: 'u_plant',
  salesforce: 'Plant__c',
};

describe('a function of the mapping file', () => {
  it.each([
    [
      'throws',
      'threw',
      (): never => {
        throw new Error('no such plant');
      },
    ],
    [
      'never ends',
      'took-too-long',
      (): never => {
        for (;;);
      },
    ],
    ['gives undefined', 'no-value', (): never => undefined as never],
  ])('that %s on one record sets that record aside alone, with the field named', async (_name, why, fail) => {
    const { put, sync, engine, desks, events } = functionWorld({
      ...plant,
      toSalesforce: (value) => (value === 'bad' ? fail() : value),
    });
    for (const u_plant of ['Ghent', 'bad', 'Lyon']) put('servicenow', { ...newIncident, u_plant });
    await sync();
    expect(
      desks.salesforce
        .rows('Case')
        .map((row) => row.fields['Plant__c'])
        .toSorted((a, b) => String(a).localeCompare(String(b))),
    ).toEqual(['Ghent', 'Lyon']);
    const rows = await engine.store.transaction((tx) => tx.listQuarantine(9));
    expect(rows.map((row) => row.reason)).toEqual([
      {
        kind: 'mapping',
        field: 'u_plant',
        why,
        said: why === 'threw' ? 'no such plant' : why === 'no-value' ? 'undefined' : '',
      },
    ]);
    expect(rows[0]?.numbers.servicenow).toBe('INC0000002');
    expect(events.filter(({ type }) => type === 'batch.failed')).toEqual([]);
  });

  it('that fails on a linked ticket leaves both sides as they are, and goes on when it works again', async () => {
    let broken = false;
    const { put, edit, sync, engine, link, twin, clock } = functionWorld({
      ...plant,
      toSalesforce: (value) => {
        if (broken) throw new Error('the list of plants is empty');
        return value;
      },
      toServiceNow: (value) => value,
    });
    const { id } = put('servicenow', { ...newIncident, u_plant: 'Ghent' });
    await sync();
    broken = true;
    await edit('servicenow', id, { u_plant: 'Lyon', short_description: 'Printer in Lyon on fire' });
    expect((await planAll(engine, {})).map(({ decision }) => decision.kind)).toEqual(['faulty']);
    await sync();
    expect((await link()).status).toBe('quarantined');
    expect(twin('salesforce').fields).toMatchObject({ Plant__c: 'Ghent', Subject: 'Printer on fire' });
    expect((await verify(engine, {})).drift.map((drift) => drift.kind)).toEqual(['field', 'field']);
    broken = false;
    await clock.advance(10_000);
    await sync();
    expect((await link()).status).toBe('synced');
    expect(twin('salesforce').fields).toMatchObject({ Plant__c: 'Lyon', Subject: 'Printer in Lyon on fire' });
  });

  it('works on what people do at both desks', async () => {
    const { put, sync, twin } = functionWorld({
      ...plant,
      toSalesforce: (value) => (value === null ? null : String(value).toUpperCase()),
      toServiceNow: (value) => (value === null ? null : String(value).toLowerCase()),
    });
    put('salesforce', { ...newCase, Plant__c: 'GHENT' });
    await sync();
    expect(twin('servicenow').fields['u_plant']).toBe('ghent');
  });
});

describe('a function that fails only once a conflict was dated', () => {
  it('sets that record aside alone', async () => {
    let dated = false;
    const { put, edit, sync, engine, desks, events } = functionWorld({
      ...plant,
      toSalesforce: (value) => {
        if (dated && value === 'Lyon') throw new Error('the list of plants is gone');
        return value;
      },
      toServiceNow: (value) => value,
    });
    const bad = put('servicenow', { ...newIncident, u_plant: 'Ghent' });
    const good = put('servicenow', { ...newIncident, u_plant: 'Turin' });
    await sync();
    const caseOf = (id: string): string => desks.salesforce.rows('Case').find((row) => row.partnerId === id)?.id ?? '';
    for (const { id } of [bad, good]) {
      await edit('servicenow', id, { urgency: '1', ...(id === bad.id ? { u_plant: 'Lyon' } : {}) });
      await edit('salesforce', caseOf(id), { Priority: 'Low' });
    }
    for (const side of ['servicenow', 'salesforce'] as const) {
      const { fieldDates } = desks[side];
      Object.assign(engine.systems[side], {
        fieldDates: (...asks: Parameters<typeof fieldDates>) => {
          dated = true;
          return fieldDates(...asks);
        },
      });
    }
    await sync();
    expect(dated).toBe(true);
    expect(await engine.store.transaction((tx) => tx.listQuarantine(9))).toMatchObject([
      { ids: { servicenow: bad.id }, reason: { kind: 'mapping', field: 'u_plant', why: 'threw' } },
    ]);
    expect(desks.salesforce.rows('Case').find((row) => row.partnerId === good.id)?.fields['Priority']).toBe('High');
    expect(events.filter(({ type }) => type === 'batch.failed')).toEqual([]);
  });
});

describe('a function that fails on what the other desk made of its own value', () => {
  it('sets that record aside with the field named, and keeps nobody else waiting', async () => {
    const { put, sync, engine, desks, clock } = functionWorld(
      {
        ...plant,
        toSalesforce: (value) => value,
        toServiceNow: (value) => {
          if (value === 'UNKNOWN') throw new Error('no such plant');
          return value;
        },
      },
      { rules: [({ after }) => (after['Plant__c'] === 'bad' ? { ...after, Plant__c: 'UNKNOWN' } : after)] },
    );
    for (const u_plant of ['Ghent', 'bad', 'Lyon']) put('servicenow', { ...newIncident, u_plant });
    await sync();
    const links = () => engine.store.transaction((tx) => tx.findLinks({ limit: 9 }));
    expect(await links()).toHaveLength(2);
    const [row] = await engine.store.transaction((tx) => tx.listQuarantine(9));
    expect(row?.reason).toMatchObject({ kind: 'mapping', field: 'u_plant', why: 'threw' });
    for (let tries = 0; tries < 3; tries += 1) {
      await clock.advance(200_000);
      await sync();
    }
    expect(desks.salesforce.rows('Case')).toHaveLength(3);
  });
});
