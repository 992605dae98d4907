import { describe, expect, it } from 'vitest';
import { checkDirectories } from '../../src/directories.ts';
import { ConnectorError } from '../../src/connectors/errors.ts';
import type { FieldDescription, ObjectDescription } from '../../src/connectors/ticket-system.ts';
import type { Side } from '../../src/core/side.ts';
import type { FieldConfig, PairConfig } from '../../src/mapping/define-config.ts';
import { lintPair, sentence } from '../../src/mapping/lint.ts';

const field = (name: string, type = 'string', more: Partial<FieldDescription> = {}): FieldDescription => ({
  name,
  label: name,
  type,
  length: 40,
  required: false,
  writable: true,
  unique: false,
  externalId: false,
  choices: null,
  ...more,
});

const live: Readonly<Record<Side, ObjectDescription>> = {
  servicenow: {
    object: 'incident',
    fields: [
      field('number'),
      field('state', 'integer', { choices: ['1', '2', '3', '6'] }),
      field('category', 'string', { choices: ['network', 'software'] }),
      field('caller_id', 'reference'),
      field('assigned_to', 'reference'),
      field('assignment_group', 'reference'),
      field('due_date', 'glide_date_time'),
      field('close_code', 'string', { choices: ['Solution provided'] }),
      field('close_notes'),
      field('hold_reason', 'integer', { choices: ['1', '4'] }),
      field('u_caller_name'),
    ],
  },
  salesforce: {
    object: 'Case',
    fields: [
      field('Type', 'picklist', { choices: ['Network', 'Other'] }),
      field('Status', 'picklist', { choices: ['New', 'Working', 'On Hold', 'Closed'] }),
      field('ContactId', 'reference'),
      field('OwnerId', 'reference'),
      field('AccountId', 'reference'),
      field('Description', 'textarea'),
      field('Due__c', 'date'),
      field('Info__c'),
      field('ServiceNow_Id__c', 'string', { unique: true, externalId: true }),
    ],
  },
};

const pairOf = (fields: readonly FieldConfig[], more: Partial<PairConfig> = {}): PairConfig => ({
  name: 'p',
  servicenow: { table: 'incident' },
  salesforce: { object: 'Case' },
  fields,
  ...more,
});
const said = (fields: readonly FieldConfig[], more: Partial<PairConfig> = {}): readonly string[] =>
  lintPair(pairOf(fields, more), live).map((problem) => `${problem.where}: ${sentence(problem)}`);

const state: FieldConfig = {
  kind: 'choices',
  servicenow: 'state',
  salesforce: 'Status',
  map: [
    ['1', 'New'],
    ['2', 'Working'],
  ],
};

describe('the later kinds of fields, held against live metadata', () => {
  it('are fine as they are meant', () => {
    expect(
      said(
        [
          state,
          { kind: 'person', servicenow: 'caller_id', salesforce: 'ContactId' },
          { kind: 'person', servicenow: 'assigned_to', salesforce: 'OwnerId' },
          { kind: 'team', servicenow: 'assignment_group', salesforce: 'OwnerId' },
          { kind: 'date', servicenow: 'due_date', salesforce: 'Due__c' },
          { kind: 'template', to: 'salesforce', field: 'Info__c', text: '{number} of {caller_id.name}' },
          {
            kind: 'choices',
            servicenow: 'category',
            salesforce: 'Type',
            map: [['network', 'Network']],
            otherwise: { salesforce: 'Other' },
          },
        ],
        {
          transitions: [
            { field: 'state', to: ['6'], set: { close_code: 'Solution provided', close_notes: '{Description}' } },
          ],
        },
      ),
    ).toEqual([]);
  });

  it.each<readonly [string, FieldConfig, string]>([
    [
      'a person in a text field',
      { kind: 'person', servicenow: 'u_caller_name', salesforce: 'ContactId' },
      'fields[0].servicenow: `u_caller_name` on ServiceNow is of type string and cannot be mapped as a person or team.',
    ],
    [
      'a date that is none',
      { kind: 'date', servicenow: 'due_date', salesforce: 'Info__c' },
      'fields[0].salesforce: `Info__c` on Salesforce is of type string and cannot be mapped as a date.',
    ],
    [
      'a template that shows an unknown field',
      { kind: 'template', to: 'salesforce', field: 'Info__c', text: '{numbr}' },
      'fields[0].text: ServiceNow has no field `numbr` on incident, or hides it from this account; did you mean `number`?',
    ],
    [
      'a condition on an unknown field',
      {
        kind: 'same',
        servicenow: 'u_caller_name',
        salesforce: 'Info__c',
        when: { salesforce: { field: 'Stauts', is: 'New' } },
      },
      'fields[0].when.salesforce: Salesforce has no field `Stauts` on Case, or hides it from this account; did you mean `Status`?',
    ],
    [
      'a choice that is not in the instance',
      { kind: 'choices', servicenow: 'category', salesforce: 'Type', map: [['netwrk', 'Network']] },
      'fields[0].map[0]: `netwrk` is no choice of `category` on ServiceNow; did you mean `network`? It has `network`, `software`.',
    ],
    [
      'a default that is no choice',
      {
        kind: 'choices',
        servicenow: 'category',
        salesforce: 'Type',
        map: [['network', 'Network']],
        otherwise: { salesforce: 'Misc' },
      },
      'fields[0].otherwise: `Misc` is no choice of `Type` on Salesforce. It has `Network`, `Other`.',
    ],
  ])('%s', (_name, config, sentenceOfIt) => {
    expect(said([config])).toContain(sentenceOfIt);
  });

  it('a transition to a state, with a code or of a field that is not there', () => {
    const set = { close_code: 'Solved', clos_notes: '{Descripton}' };
    expect(said([state], { transitions: [{ field: 'state', to: ['6', '9'], set }] })).toEqual([
      'transitions[0].to: `9` is no choice of `state` on ServiceNow; did you mean `1`? It has `1`, `2`, `3`, `6`.',
      'transitions[0].set.close_code: `Solved` is no choice of `close_code` on ServiceNow. It has `Solution provided`.',
      'transitions[0].set.clos_notes: ServiceNow has no field `clos_notes` on incident, or hides it from this account; did you mean `close_notes`?',
      'transitions[0].set.clos_notes: Salesforce has no field `Descripton` on Case, or hides it from this account; did you mean `Description`?',
    ]);
  });

  it('an incident that can be put On Hold without a reason', () => {
    const holding: FieldConfig = { ...state, map: [['3', 'On Hold']] };
    expect(said([holding])[0]).toContain('ServiceNow wants a reason with it');
    expect(said([holding], { transitions: [{ field: 'state', to: ['3'], set: { hold_reason: '4' } }] })).toEqual([]);
  });

  it('two people for one owner', () => {
    const twice: FieldConfig[] = [
      { kind: 'person', servicenow: 'assigned_to', salesforce: 'OwnerId' },
      { kind: 'same', servicenow: 'assigned_to', salesforce: 'OwnerId', name: 'again' },
    ];
    expect(said(twice).join(' ')).toContain('written by both');
  });
});

describe('the directories that a mapping names fields of', () => {
  const describeObject = (object: string): Promise<ObjectDescription> => {
    if (object === 'u_secret')
      return Promise.reject(new ConnectorError('Rejected', { side: 'servicenow', executed: 'no' }));
    return Promise.resolve({
      object,
      fields: object === 'Contact' ? [field('Email'), field('AccountId')] : [field('employee_number')],
    });
  };
  const asked: string[] = [];
  const systems = {
    servicenow: { describe: (object: string) => (asked.push(object), describeObject(object)) },
    salesforce: { describe: (object: string) => (asked.push(object), describeObject(object)) },
  };

  it('must have them', async () => {
    const problems = await checkDirectories(
      [
        pairOf([
          {
            kind: 'person',
            servicenow: 'caller_id',
            salesforce: 'ContactId',
            by: ['email', { servicenow: 'employee_numbr', salesforce: 'Email' }],
            brings: { salesforce: { AccountId: 'AccountID' } },
          },
        ]),
      ],
      systems,
    );
    expect(problems.map((problem) => `${problem.where}: ${sentence(problem)}`)).toEqual([
      'fields[0].by[1].servicenow: ServiceNow has no field `employee_numbr` on sys_user, or hides it from this account; did you mean `employee_number`?',
      'fields[0].brings.salesforce.AccountId: Salesforce has no field `AccountID` on Contact, or hides it from this account; did you mean `AccountId`?',
    ]);
  });

  it('are not asked for the usual keys, and not judged where they tell this account nothing', async () => {
    asked.length = 0;
    const usual: FieldConfig = { kind: 'person', servicenow: 'caller_id', salesforce: 'ContactId', by: ['email'] };
    expect(await checkDirectories([pairOf([usual])], systems)).toEqual([]);
    expect(asked).toEqual([]);
    const secret: FieldConfig = {
      ...usual,
      in: { servicenow: 'u_secret' },
      by: [{ servicenow: 'x', salesforce: 'Email' }],
    };
    expect(await checkDirectories([pairOf([secret])], systems)).toEqual([]);
  });
});
