import { describe, expect, it } from 'vitest';
import type { ObjectDescription } from '../../src/connectors/ticket-system.ts';
import { createFamily } from '../../src/core/family.ts';
import type { Condition } from '../../src/mapping/condition.ts';
import { disjoint } from '../../src/mapping/condition-disjoint.ts';
import { parseConfig } from '../../src/mapping/config-schema.ts';
import { defaultPairWith } from '../../src/mapping/default-config.ts';
import type { PairConfig } from '../../src/mapping/define-config.ts';
import { lintPair, sentence } from '../../src/mapping/lint.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';
import { recordOn, resolve, startedAt } from '../core/world.ts';

const pair = (name: string, more: Partial<PairConfig> = {}): PairConfig => ({
  ...defaultPairWith(resolve),
  name,
  ...more,
});
const typed = (name: string, table: string, recordType: string): PairConfig =>
  pair(name, { servicenow: { table }, salesforce: { object: 'Case', recordType } });

function problems(...pairs: readonly PairConfig[]): readonly string[] {
  const parsed = parseConfig({ pairs });
  return parsed.ok ? [] : parsed.problems.map(({ where, what }) => `${where} ${what}`);
}

describe('pairs that share a table or an object', () => {
  const network: Condition = { field: 'category', is: 'network' };
  const rest: Condition = { field: 'category', isNot: 'network' };

  it.each([
    [
      'different tables and record types of Case',
      [typed('a', 'incident', 'Incident'), typed('b', 'problem', 'Problem')],
    ],
    [
      'different tables and objects',
      [pair('a'), pair('b', { servicenow: { table: 'problem' }, salesforce: { object: 'Ticket__c' } })],
    ],
    [
      'scopes that leave out what the other takes, on both sides',
      [
        pair('a', { scope: { servicenow: network, salesforce: { field: 'Type', in: ['A', 'B'] } } }),
        pair('b', { scope: { servicenow: rest, salesforce: { field: 'Type', notIn: ['A', 'B'] } } }),
      ],
    ],
    [
      'one table told apart by scope, and two record types',
      [
        { ...typed('a', 'incident', 'One'), scope: { servicenow: network } },
        { ...typed('b', 'incident', 'Two'), scope: { servicenow: rest } },
      ],
    ],
  ])('may stand side by side with %s', (_story, pairs) => {
    expect(problems(...pairs)).toEqual([]);
  });

  it.each([
    ['the same on both sides', [pair('a'), pair('b')], 'ServiceNow records (incident)'],
    [
      'one Case for two tables',
      [pair('a'), pair('b', { servicenow: { table: 'problem' } })],
      'Salesforce records (Case)',
    ],
    [
      'a pair with a record type beside one for all Cases',
      [pair('a'), typed('b', 'problem', 'Problem')],
      'Salesforce records (Case)',
    ],
    [
      'one record type for two tables',
      [typed('a', 'incident', 'X'), typed('b', 'problem', 'X')],
      'Salesforce records (Case)',
    ],
    [
      'one incident for two objects',
      [pair('a'), pair('b', { salesforce: { object: 'Ticket__c' } })],
      'ServiceNow records (incident)',
    ],
    [
      'scopes that meet',
      [
        pair('a', { scope: { servicenow: network } }),
        pair('b', { scope: { servicenow: { field: 'category', in: ['network', 'x'] } } }),
      ],
      'ServiceNow records (incident)',
    ],
  ])('are refused with %s', (_story, pairs, said) => {
    const [first, ...others] = problems(...pairs);
    expect(others).toEqual([]);
    expect(first).toContain(`pairs[1] takes the same ${said} as the pair \`a\``);
  });

  it.each([
    [{ field: 'a', is: 'x' }, { field: 'a', is: 'y' }, true],
    [{ field: 'a', is: '1' }, { field: 'a', is: 1 }, false],
    [{ field: 'a', is: 'x' }, { field: 'b', is: 'y' }, false],
    [{ field: 'a', empty: true }, { field: 'a', empty: false }, true],
    [{ field: 'a', empty: false }, { field: 'a', is: '' }, true],
    [{ field: 'a', isNot: 'x' }, { field: 'a', isNot: 'y' }, false],
    [{ not: { field: 'a', in: ['x', 'y'] } }, { field: 'a', in: ['x', 'y'] }, true],
    [
      {
        all: [
          { field: 'b', is: 1 },
          { field: 'a', is: 'x' },
        ],
      },
      { field: 'a', is: 'y' },
      true,
    ],
    [
      {
        any: [
          { field: 'a', is: 'x' },
          { field: 'a', is: 'z' },
        ],
      },
      { field: 'a', is: 'y' },
      true,
    ],
    [
      {
        any: [
          { field: 'a', is: 'x' },
          { field: 'b', is: 'z' },
        ],
      },
      { field: 'a', is: 'y' },
      false,
    ],
    [{ field: 'a', matches: 'x*' }, { field: 'a', is: 'y' }, false],
  ] as const)('tell conditions apart only where nothing can meet both: %j and %j', (a, b, apart) => {
    expect(disjoint(a, b)).toBe(apart);
    expect(disjoint(b, a)).toBe(apart);
  });
});

describe('a record type', () => {
  const incidentType = '012000000000001AAA';
  const object: ObjectDescription = {
    object: 'Case',
    fields: [],
    recordTypes: [{ name: 'Incident', id: incidentType }],
  };
  const rules = (config: PairConfig, others: readonly PairConfig[] = []) =>
    buildPairRules(config, { startedAt, objects: { salesforce: object }, others });

  it('makes only its Cases ours, and is set on every new one', () => {
    const built = rules(typed('a', 'incident', 'Incident'));
    expect(built.owns?.(recordOn('salesforce', { RecordTypeId: incidentType }))).toBe(true);
    expect(built.owns?.(recordOn('salesforce', { RecordTypeId: '012000000000002AAA' }))).toBe(false);
    expect(built.owns?.(recordOn('salesforce', { RecordTypeId: null }))).toBe(false);
    expect(built.owns?.(recordOn('servicenow'))).toBe(true);
    expect(built.fixed?.salesforce).toEqual({ RecordTypeId: incidentType });
    expect(built.looksAt?.salesforce).toContain('RecordTypeId');
  });

  it('that the org does not have makes nothing ours', () => {
    expect(
      rules(typed('a', 'incident', 'Nonsense')).owns?.(recordOn('salesforce', { RecordTypeId: incidentType })),
    ).toBe(false);
  });

  it('leaves a pair without one as it was', () => {
    const built = rules(pair('a'));
    expect(built.owns?.(recordOn('salesforce'))).toBe(true);
    expect(built.fixed).toBeUndefined();
    expect(built.siblings).toBeUndefined();
  });

  it('is not needed where the scope tells the pairs apart: what it surely leaves out is not ours', () => {
    const mine = pair('a', { scope: { servicenow: { field: 'category', is: 'network' } } });
    const other = pair('b', { scope: { servicenow: { field: 'category', isNot: 'network' } } });
    const built = rules(mine, [other]);
    expect(built.owns?.(recordOn('servicenow', { category: 'software' }))).toBe(false);
    expect(built.owns?.(recordOn('servicenow', { category: 'network' }))).toBe(true);
    expect(built.siblings?.servicenow).toEqual(['b']);
  });
});

describe('what config check says', () => {
  const field = (name: string, type = 'string') => ({
    name,
    label: name,
    type,
    length: 40,
    required: false,
    writable: true,
    unique: name === 'ServiceNow_Id__c',
    externalId: name === 'ServiceNow_Id__c',
    choices: null,
  });
  const live = {
    servicenow: {
      object: 'incident',
      fields: ['caller_id', 'short_description', 'u_ref', 'close_code', 'close_notes'].map((name) => field(name)),
    },
    salesforce: {
      object: 'Case',
      fields: [
        field('Subject'),
        field('Notes__c', 'textarea'),
        field('ContactId', 'reference'),
        field('ServiceNow_Id__c'),
        field('RecordTypeId', 'reference'),
      ],
      recordTypes: [{ name: 'Incident', id: '012000000000001AAA' }],
    },
  };
  const base: PairConfig = {
    name: 'a',
    servicenow: { table: 'incident' },
    salesforce: { object: 'Case' },
    fields: [{ kind: 'same', servicenow: 'short_description', salesforce: 'Subject' }],
  };
  const told = (config: PairConfig) =>
    lintPair(config, live).map((problem) => `${problem.where}: ${sentence(problem)}`);

  it('is nothing where all is there, dot-walks and relationships included', () => {
    const match = {
      rules: [{ name: 'ref', on: [{ servicenow: 'u_ref', salesforce: 'Subject' }] as const }],
      near: 'propose-and-wait',
      alike: { caller: { servicenow: 'caller_id.email', salesforce: 'Contact.Email' } },
    } as const;
    expect(told({ ...base, match, salesforce: { object: 'Case', recordType: 'Incident' } })).toEqual([]);
  });

  it.each([
    [{ match: { byNumber: { servicenow: 'u_reff' } } }, 'match.byNumber.servicenow: ServiceNow has no field `u_reff`'],
    [
      { match: { rules: [{ name: 'x', on: [{ servicenow: 'u_ref', salesforce: 'Notes__c' }] }] } },
      'match.rules[0].on[0].salesforce: `Notes__c` on Salesforce is of type textarea and cannot be mapped as something to look for',
    ],
    [
      { match: { near: 'propose-and-create' } },
      'match.alike.caller.salesforce: Salesforce has no field `ContactEmail`',
    ],
    [
      { salesforce: { object: 'Case', recordType: 'Incidents' } },
      'salesforce.recordType: Case has no active record type `Incidents` that this account may use; did you mean `Incident`? It has `Incident`.',
    ],
    [
      { fields: [...base.fields, { kind: 'parent', servicenow: 'caller_id', salesforce: 'ContactId' }] },
      'fields[1].servicenow: `caller_id` on ServiceNow is of type string and cannot be mapped as a parent',
    ],
  ] as const)('names the place and the cure (%#)', (more, said) => {
    expect(told({ ...base, ...more }).join('\n')).toContain(said);
  });
});

describe('families', () => {
  const family = createFamily({
    across: { servicenow: [['p', 'P']], salesforce: [['P', 'p']] },
    parents: {
      servicenow: [
        ['a', 'b'],
        ['b', 'c'],
        ['c', null],
        ['x', 'y'],
        ['y', 'x'],
      ],
      salesforce: [['K', 'L']],
    },
  });

  it('know the counterpart of a parent, whatever the letter case', () => {
    expect(family.across('servicenow', 'P')).toBe('P');
    expect(family.across('salesforce', 'P')).toBe('p');
    expect(family.across('servicenow', 'unknown')).toBeNull();
  });

  it.each([
    ['servicenow', 'a', 'a', true],
    ['servicenow', 'c', 'a', true],
    ['servicenow', 'b', 'c', false],
    ['servicenow', 'd', 'a', false],
    // An old circle further up is not this ticket's own: it ends, and does not count.
    ['servicenow', 'z', 'x', false],
    ['salesforce', 'L', 'K', true],
    ['servicenow', 'L', 'K', false],
  ] as const)('on %s: %s under %s would be its own ancestor: %s', (side, child, parent, expected) => {
    expect(family.circle(side, child, parent)).toBe(expected);
  });
});
