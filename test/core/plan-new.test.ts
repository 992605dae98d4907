import { describe, expect, it } from 'vitest';
import { brakeOnCreates } from '../../src/core/brake.ts';
import { movesOfCreate, newLink } from '../../src/core/new-link.ts';
import { planLink } from '../../src/core/plan-link.ts';
import { planNew } from '../../src/core/plan-new.ts';
import type { LinkView } from '../../src/core/plan.ts';
import type { SourceRecord } from '../../src/core/record.ts';
import type { Side } from '../../src/core/side.ts';
import { ids, recordOn, rulesOf, settleMs, start } from './world.ts';

const pair = rulesOf();
const at = new Date(start).toISOString();
const nobody: ReadonlySet<string> = new Set();
const other = 'a9a16740c61122760004fe9095b7ddca';

describe('a record that has no link', () => {
  it('is created across, without the fields that are empty', () => {
    const plan = planNew({ pair, origin: recordOn('servicenow'), partner: null, claimed: [], linkedIds: nobody });
    expect(plan).toEqual({
      kind: 'create',
      on: 'salesforce',
      fields: {
        Subject: 'Printer on fire',
        Status: 'Working',
        Priority: 'Medium',
        Origin: 'Phone',
        ServiceNow_Number__c: 'INC0010042',
      },
      holds: [],
    });
  });

  it('takes a resolution along when it is closed already', () => {
    const origin = recordOn('salesforce', { Status: 'Closed' });
    expect(planNew({ pair, origin, partner: null, claimed: [], linkedIds: nobody })).toMatchObject({
      on: 'servicenow',
      fields: { state: '6', close_code: 'Solution provided', close_notes: 'Closed in Salesforce.' },
    });
  });

  it('is created without the value that has no counterpart, and says so', () => {
    const origin = recordOn('salesforce', { Status: 'Waiting for parts' });
    const plan = planNew({ pair, origin, partner: null, claimed: [], linkedIds: nobody });
    expect(plan).toMatchObject({ kind: 'create', holds: [{ field: 'state', reason: { value: 'Waiting for parts' } }] });
    expect(plan.kind === 'create' && 'state' in plan.fields).toBe(false);
  });

  it('is left alone out of scope', () => {
    const origin = recordOn('servicenow', { state: '7' }, { createdAt: '2026-02-01T00:00:00.000Z' });
    expect(planNew({ pair, origin, partner: null, claimed: [], linkedIds: nobody })).toEqual({
      kind: 'ignore',
      why: 'out-of-scope',
    });
  });

  const stamped = (side: Side, partnerId: string | null, more: Partial<SourceRecord> = {}): SourceRecord =>
    recordOn(side, {}, { partnerId, createdAt: '2020-01-01T00:00:00.000Z', ...more });

  it.each([
    ['its stamp names a free record', stamped('salesforce', ids.servicenow), recordOn('servicenow'), []],
    ['both name each other', stamped('salesforce', ids.servicenow), stamped('servicenow', ids.salesforce), []],
    ['a free record across names it', stamped('servicenow', null), null, [stamped('salesforce', ids.servicenow)]],
  ] as const)('is adopted, in scope or not, when %s', (_story, origin, partner, claimed) => {
    expect(planNew({ pair, origin, partner, claimed, linkedIds: nobody })).toMatchObject({
      kind: 'adopt',
      records: { servicenow: { id: ids.servicenow }, salesforce: { id: ids.salesforce } },
    });
  });

  it.each([
    ['stamp-names-nothing', stamped('salesforce', other), null, [], nobody],
    [
      'stamp-names-linked',
      stamped('salesforce', ids.servicenow),
      recordOn('servicenow'),
      [],
      new Set([ids.servicenow]),
    ],
    [
      'stamp-names-linked',
      stamped('servicenow', null),
      null,
      [stamped('salesforce', ids.servicenow)],
      new Set([ids.salesforce]),
    ],
    [
      'several-carry-stamp',
      stamped('servicenow', null),
      null,
      [stamped('salesforce', ids.servicenow), stamped('salesforce', ids.servicenow, { id: '5005g00001ZzZzZAAV' })],
      nobody,
    ],
    [
      'several-carry-stamp',
      stamped('salesforce', ids.servicenow),
      stamped('servicenow', '5005g00001ZzZzZAAV'),
      [],
      nobody,
    ],
  ] as const)(
    'is never a reason to create when a stamp does not fit: %s',
    (why, origin, partner, claimed, linkedIds) => {
      expect(planNew({ pair, origin, partner, claimed, linkedIds })).toMatchObject({ kind: 'quarantine', why });
    },
  );
});

function firstPlan(
  records: Readonly<Record<Side, SourceRecord>>,
  how: 'create' | 'adopt',
  origin: Side = 'servicenow',
) {
  const link = newLink({ id: 'L1', pair, records, origin, how, at });
  const view: LinkView = { link, now: records, pending: [], settled: {}, open: {}, dates: {} };
  return { link, ...planLink(view, pair, { now: at, settleMs }) };
}

describe('the first link', () => {
  it('of two records in step is synced, and the next run writes nothing', () => {
    const { link, plan } = firstPlan(
      { servicenow: recordOn('servicenow'), salesforce: recordOn('salesforce') },
      'create',
    );
    expect(link).toMatchObject({
      status: 'synced',
      ids,
      numbers: { servicenow: 'INC0010042', salesforce: '00001007' },
    });
    expect(plan).toMatchObject({ kind: 'agree', moved: false });
  });

  it('treats a difference between adopted records as a conflict: neither side is overwritten in silence', () => {
    const records = {
      servicenow: recordOn('servicenow', { urgency: '1' }),
      salesforce: recordOn('salesforce', { Priority: 'Low' }),
    };
    const { link, plan, undated } = firstPlan(records, 'adopt');
    expect(link.status).toBe('pending');
    expect(plan).toMatchObject({ kind: 'agree' });
    expect(undated).toMatchObject([{ field: 'urgency', values: { servicenow: '1', salesforce: 'Low' } }]);
  });

  it('fills what only one of two adopted records has', () => {
    const records = {
      servicenow: recordOn('servicenow', { description: 'all of it' }),
      salesforce: recordOn('salesforce'),
    };
    expect(firstPlan(records, 'adopt').plan).toMatchObject({
      writes: [{ fields: { Description: 'all of it' } }],
      conflicts: [],
    });
  });

  it('carries back what automation made of a created record', () => {
    const records = { servicenow: recordOn('servicenow'), salesforce: recordOn('salesforce', { Priority: 'High' }) };
    const { link, plan } = firstPlan(records, 'create');
    expect(link.status).toBe('pending');
    expect(plan).toMatchObject({ writes: [{ on: 'servicenow', fields: { urgency: '1' } }] });
  });

  it('keeps holding what could not be carried at the create', () => {
    const records = {
      servicenow: recordOn('servicenow', { state: '1' }),
      salesforce: recordOn('salesforce', { Status: 'Waiting for parts' }),
    };
    const { link, plan } = firstPlan(records, 'create', 'salesforce');
    expect(link.holds).toMatchObject([{ field: 'state' }]);
    expect(plan).toMatchObject({ kind: 'agree', holds: [{ field: 'state', reason: { kind: 'no-counterpart' } }] });
  });

  it('shows the number that ServiceNow gave to an incident created from Salesforce', () => {
    const records = {
      servicenow: recordOn('servicenow'),
      salesforce: recordOn('salesforce', { ServiceNow_Number__c: null }),
    };
    const { link, plan } = firstPlan(records, 'create', 'salesforce');
    expect(link.status).toBe('pending');
    expect(plan).toMatchObject({
      writes: [{ on: 'salesforce', fields: { ServiceNow_Number__c: 'INC0010042' } }],
      conflicts: [],
    });
  });

  it('has one move per field in its history', () => {
    const moves = movesOfCreate(pair, recordOn('servicenow'));
    expect(moves).toContainEqual({
      field: 'urgency',
      from: 'servicenow',
      to: 'salesforce',
      before: null,
      value: 'Medium',
      because: 'create',
    });
    expect(moves).toHaveLength(5);
  });
});

describe('the brake on creates (S10)', () => {
  it.each([
    [{ created: 0, adding: 200, max: 200, consent: false }, 'go'],
    [{ created: 0, adding: 201, max: 200, consent: false }, 'stop'],
    [{ created: 150, adding: 51, max: 200, consent: false }, 'stop'],
    [{ created: 200, adding: 0, max: 200, consent: false }, 'go'],
    [{ created: 5000, adding: 1, max: 200, consent: true }, 'go'],
  ] as const)('%j: %s', (input, kind) => {
    expect(brakeOnCreates(input).kind).toBe(kind);
  });
});
