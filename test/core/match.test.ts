import { describe, expect, it } from 'vitest';
import { matchAsks, worthReading } from '../../src/core/match/asks.ts';
import { likeness } from '../../src/core/match/likeness.ts';
import { matchRecord, type MatchInput } from '../../src/core/match/match.ts';
import type { MatchRules } from '../../src/core/match/rules.ts';
import type { SourceRecord } from '../../src/core/record.ts';
import { type MatchConfig, matchRules } from '../../src/mapping/match-config.ts';
import { ids, recordOn } from './world.ts';

const objects = { servicenow: 'incident', salesforce: 'Case' };

function rulesOf(config: MatchConfig): MatchRules {
  const rules = matchRules(config, {}, objects);
  if (rules === undefined) throw new Error('no rules');
  return rules;
}

/** A Case is looked for, for an incident. */
function match(
  config: MatchConfig,
  origin: SourceRecord,
  across: readonly SourceRecord[],
  more: Partial<MatchInput> = {},
) {
  const input = { rules: rulesOf(config), origin, across, own: [], linked: new Map(), decided: new Map(), ...more };
  return matchRecord(input);
}

const caseOf = (fields: SourceRecord['fields'], more: Partial<SourceRecord> = {}) =>
  recordOn('salesforce', fields, more);
const incidentOf = (fields: SourceRecord['fields'], more: Partial<SourceRecord> = {}) =>
  recordOn('servicenow', fields, more);
const another = '5005g00001ZzZzZAAV';

describe('matching by a number held in a field', () => {
  const byNumber: MatchConfig = { byNumber: { servicenow: 'u_case', salesforce: 'Incident__c' } };

  it.each([
    ['the Case holds the number', incidentOf({ u_case: null }), caseOf({ Incident__c: ' inc0010042 ' })],
    ['the incident holds the number', incidentOf({ u_case: '00001007' }), caseOf({ Incident__c: null })],
    ['each holds the number of the other', incidentOf({ u_case: '00001007' }), caseOf({ Incident__c: 'INC0010042' })],
  ])('links when %s', (_story, origin, across) => {
    expect(match(byNumber, origin, [across])).toMatchObject({
      kind: 'link',
      by: { kind: 'number' },
      record: { id: ids.salesforce },
    });
  });

  it('never links what two tickets claim, and names both', () => {
    const origin = incidentOf({ u_case: null });
    const claims = [
      caseOf({ Incident__c: 'INC0010042' }),
      caseOf({ Incident__c: 'INC0010042' }, { id: another, number: '00001008' }),
    ];
    expect(match(byNumber, origin, claims)).toEqual({
      kind: 'disputed',
      why: 'several-claim-number',
      others: ['00001007', '00001008'],
    });
  });

  it('never links what another record of the same side claims, too', () => {
    const rival = {
      side: 'servicenow',
      id: 'f'.repeat(32),
      fields: { u_case: '00001007', number: 'INC0010043' },
    } as const;
    expect(match(byNumber, incidentOf({ u_case: '00001007' }), [caseOf({})], { own: [rival] })).toEqual({
      kind: 'disputed',
      why: 'several-claim-number',
      others: ['00001007', 'INC0010043'],
    });
  });

  it.each([
    [
      'linked already',
      caseOf({ Incident__c: 'INC0010042' }),
      new Map([[ids.salesforce, 'INC0010001']]),
      ['00001007', 'INC0010001'],
    ],
    [
      'stamped for another',
      caseOf({ Incident__c: 'INC0010042' }, { partnerId: 'e'.repeat(32) }),
      new Map(),
      ['00001007', 'e'.repeat(32)],
    ],
  ])('never takes a ticket that is %s', (_story, across, linked, others) => {
    expect(match(byNumber, incidentOf({ u_case: null }), [across], { linked })).toEqual({
      kind: 'disputed',
      why: 'number-names-linked',
      others,
    });
  });

  it('does not create for a number that names nothing: the ticket may only be hidden from us', () => {
    expect(match(byNumber, incidentOf({ u_case: '00009999' }), [])).toEqual({
      kind: 'disputed',
      why: 'number-names-nothing',
      others: ['00009999'],
    });
  });
});

describe('matching by rules', () => {
  const rules: MatchConfig = {
    rules: [
      {
        name: 'vendor',
        on: [
          { servicenow: 'u_ref', salesforce: 'Ref__c' },
          { servicenow: 'u_site', salesforce: 'Site__c', compare: 'ignoreCase' },
        ],
      },
      { name: 'asset', on: [{ servicenow: 'u_tag', salesforce: 'Tag__c' }] },
    ],
  };
  const origin = incidentOf({ u_ref: 'A-1', u_site: 'Lisbon', u_tag: 'T9' });

  it.each([
    ['all fields of a rule are equal', caseOf({ Ref__c: 'A-1', Site__c: 'LISBON' }), 'vendor'],
    ['a later rule finds it', caseOf({ Ref__c: 'a-1', Site__c: 'Lisbon', Tag__c: 'T9' }), 'asset'],
  ])('links when %s', (_story, across, rule) => {
    expect(match(rules, origin, [across])).toMatchObject({ kind: 'link', by: { kind: 'rule', rule } });
  });

  it.each([
    ['one field differs', caseOf({ Ref__c: 'A-1', Site__c: 'Porto' })],
    ['letter case differs where it counts', caseOf({ Ref__c: 'a-1', Site__c: 'Lisbon' })],
    ['nothing equals nothing', caseOf({ Ref__c: null, Site__c: null, Tag__c: null })],
  ])('finds nobody when %s', (_story, across) => {
    expect(match(rules, origin, [across])).toEqual({ kind: 'none', near: [] });
    expect(match(rules, incidentOf({ u_ref: null, u_site: null, u_tag: null }), [across])).toEqual({
      kind: 'none',
      near: [],
    });
  });

  it('asks a person where two match, and once more for the one that is left', () => {
    const two = [caseOf({ Tag__c: 'T9' }), caseOf({ Tag__c: 'T9' }, { id: another, number: '00001008' })];
    const proposed = match(rules, origin, two);
    expect(proposed).toMatchObject({
      kind: 'propose',
      candidates: [{ id: ids.salesforce }, { id: another, why: { rule: 'asset' } }],
    });
    expect(match(rules, origin, two, { decided: new Map([[another, 'rejected']]) })).toMatchObject({
      kind: 'propose',
      candidates: [{ id: ids.salesforce }],
    });
    const both = new Map([
      [another, 'rejected'],
      [ids.salesforce, 'rejected'],
    ] as const);
    expect(match(rules, origin, two, { decided: both })).toEqual({ kind: 'none', near: [] });
  });

  it('asks a person where another record of the same side matches, too', () => {
    const rival = { side: 'servicenow', id: 'f'.repeat(32), fields: { u_tag: 'T9' } } as const;
    expect(match(rules, origin, [caseOf({ Tag__c: 'T9' })], { own: [rival] })).toMatchObject({ kind: 'propose' });
    const self = { ...rival, id: origin.id };
    expect(match(rules, origin, [caseOf({ Tag__c: 'T9' })], { own: [self] })).toMatchObject({ kind: 'link' });
  });

  it('never proposes one that is linked, and does not link the other of two for that', () => {
    const two = [caseOf({ Tag__c: 'T9' }), caseOf({ Tag__c: 'T9' }, { id: another })];
    const linked = new Map([[another, 'INC1']]);
    expect(match(rules, origin, two, { linked })).toMatchObject({
      kind: 'propose',
      candidates: [{ id: ids.salesforce }],
    });
    expect(match(rules, origin, [two[1] ?? caseOf({})], { linked })).toEqual({ kind: 'none', near: [] });
  });

  it('does as a person says, if the ticket is still free', () => {
    const decided = new Map([[ids.salesforce, 'accepted']] as const);
    expect(match(rules, origin, [caseOf({})], { decided })).toMatchObject({ kind: 'link', by: { kind: 'person' } });
    expect(match(rules, origin, [caseOf({})], { decided, linked: new Map([[ids.salesforce, 'INC1']]) })).toMatchObject({
      kind: 'disputed',
    });
  });
});

describe('near matches', () => {
  const near: MatchConfig = { near: 'propose-and-wait' };
  const origin = incidentOf({
    short_description: 'Printer on the second floor is on fire',
    'caller_id.email': 'rose@edge.example',
  });
  const alike = (more: Partial<SourceRecord> = {}, title = 'printer ON FIRE (second floor)') =>
    caseOf({ Subject: title, ContactEmail: 'Rose@Edge.example' }, more);

  it('are shown to a person, never linked', () => {
    expect(match(near, origin, [alike()])).toEqual({
      kind: 'propose',
      candidates: [{ id: ids.salesforce, number: '00001007', why: { kind: 'near', likeness: 0.77, hours: 0 } }],
    });
    expect(match({ near: 'propose-and-create' }, origin, [alike()])).toMatchObject({
      kind: 'none',
      near: [{ id: ids.salesforce }],
    });
  });

  it.each([
    ['another caller', caseOf({ Subject: 'Printer on the second floor is on fire', ContactEmail: 'ada@edge.example' })],
    ['no caller', caseOf({ Subject: 'Printer on the second floor is on fire', ContactEmail: null })],
    ['another title', alike({}, 'No dial tone')],
    ['another week', alike({ createdAt: '2026-03-09T09:00:00.000Z' })],
    ['a stamp that names another', alike({ partnerId: 'e'.repeat(32) })],
  ])('are not those with %s', (_story, across) => {
    expect(match(near, origin, [across])).toEqual({ kind: 'none', near: [] });
  });

  it('are not shown again once a person has said no, and not at all where nobody wants them', () => {
    expect(match(near, origin, [alike()], { decided: new Map([[ids.salesforce, 'rejected']]) })).toEqual({
      kind: 'none',
      near: [],
    });
    expect(match({ near: 'off' }, origin, [alike()])).toEqual({ kind: 'none', near: [] });
  });
});

describe('likeness', () => {
  it.each([
    ['Printer on fire', 'printer on fire!', 1],
    ['on fire: the printer', 'The printer (on fire)', 1],
    ['a b c d', 'a b x y', 0.5],
    ['fire fire fire', 'fire', 0.5],
    ['', '', 0],
    ['', 'fire', 0],
    ['E-Mail geht nicht', 'e-mail geht', 0.86],
    ['プリンターが燃えている', 'プリンターが燃えている', 1],
  ])('of "%s" and "%s" is %d', (a, b, expected) => {
    expect(likeness(a, b)).toBeCloseTo(expected, 2);
    expect(likeness(b, a)).toBe(likeness(a, b));
  });
});

describe('what is looked up', () => {
  const all: MatchConfig = {
    byNumber: { servicenow: 'u_case', salesforce: 'Incident__c' },
    rules: [
      {
        name: 'vendor',
        on: [
          { servicenow: 'u_ref', salesforce: 'Ref__c' },
          { servicenow: 'u_site', salesforce: 'Site__c' },
        ],
      },
    ],
    near: 'propose-and-wait',
  };

  it('is one ask a field and side: candidates across, rivals on the own side, empty values nowhere', () => {
    const origins = [
      incidentOf({ u_case: '00001007', u_ref: 'A-1', u_site: 'x', 'caller_id.email': 'rose@edge.example' }),
      incidentOf({ u_case: null, u_ref: '', u_site: 'x', 'caller_id.email': null }, { number: 'INC0010043' }),
    ];
    expect(matchAsks(rulesOf(all), origins)).toEqual([
      { side: 'salesforce', field: 'Incident__c', values: ['INC0010042', 'INC0010043'] },
      { side: 'salesforce', field: 'CaseNumber', values: ['00001007'] },
      { side: 'servicenow', field: 'u_case', values: ['00001007'] },
      { side: 'salesforce', field: 'Ref__c', values: ['A-1'] },
      { side: 'servicenow', field: 'u_ref', values: ['A-1'] },
      { side: 'salesforce', field: 'ContactEmail', values: ['rose@edge.example'] },
    ]);
    expect(matchAsks(rulesOf(all), [])).toEqual([]);
  });

  it("is read in full only where it may match: of a caller's other tickets those with a like title", () => {
    const origins = [incidentOf({ short_description: 'Printer on fire', 'caller_id.email': 'rose@edge.example' })];
    const ask = { side: 'salesforce', field: 'ContactEmail', values: [] } as const;
    const row = (id: string, Subject: string) => ({ side: 'salesforce', id, fields: { Subject } }) as const;
    const found = [
      { ask, row: row('1', 'printer on fire') },
      { ask, row: row('2', 'No dial tone') },
      { ask: { ...ask, field: 'Ref__c' }, row: row('3', 'No dial tone') },
      { ask, row: row('1', 'printer on fire') },
    ];
    expect(worthReading(rulesOf(all), origins, found).map(({ id }) => id)).toEqual(['1', '3']);
  });
});

describe('a rule whose first field holds one value too often for one answer', () => {
  it('asks a person even about the only one it sees: another may be among those left out', () => {
    const config: MatchConfig = {
      rules: [
        {
          name: 'place',
          on: [
            { servicenow: 'u_site', salesforce: 'Site__c' },
            { servicenow: 'u_ref', salesforce: 'Ref__c' },
          ],
        },
      ],
    };
    const origin = incidentOf({ u_site: 'Ghent', u_ref: 'A-1' });
    const across = [caseOf({ Site__c: 'Ghent', Ref__c: 'A-1' })];
    expect(match(config, origin, across)).toMatchObject({ kind: 'link' });
    const cut = new Set(['salesforce Site__c']);
    expect(match(config, origin, across, { cut })).toMatchObject({
      kind: 'propose',
      candidates: [{ id: ids.salesforce }],
    });
    // Not even one: it may be among those left out all the same, so nothing is created.
    expect(match(config, origin, [], { cut })).toEqual({ kind: 'disputed', why: 'too-many-share-value', others: [] });
    expect(match(config, origin, [])).toEqual({ kind: 'none', near: [] });
  });
});
