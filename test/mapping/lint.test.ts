import { describe, expect, it } from 'vitest';
import type { FieldDescription, ObjectDescription } from '../../src/connectors/ticket-system.ts';
import type { Side } from '../../src/core/side.ts';
import { defaultPair, defaultPairWith } from '../../src/mapping/default-config.ts';
import type { FieldConfig, PairConfig } from '../../src/mapping/define-config.ts';
import { lintPair, sentence } from '../../src/mapping/lint.ts';
import { resolve } from '../core/world.ts';

function field(name: string, more: Partial<FieldDescription> = {}): FieldDescription {
  return {
    name,
    label: name,
    type: 'string',
    length: 40,
    required: false,
    writable: true,
    unique: false,
    externalId: false,
    choices: null,
    ...more,
  };
}

const incident: ObjectDescription = {
  object: 'incident',
  fields: [
    field('short_description', { length: 160, required: true }),
    field('description', { length: 4000 }),
    field('state', { type: 'integer', choices: ['1', '2', '3', '6', '7', '8'] }),
    field('urgency', { type: 'integer', choices: ['1', '2', '3'] }),
    field('contact_type', { choices: ['phone', 'email', 'self-service', 'walk-in'] }),
    field('number', { writable: false }),
    field('close_code', { choices: ['Solution provided', 'User error'] }),
    field('opened_at', { type: 'glide_date_time' }),
    field('sys_domain', { required: true }),
  ],
};
const aCase: ObjectDescription = {
  object: 'Case',
  fields: [
    field('Subject', { length: 255 }),
    field('Description', { type: 'textarea', length: 32000 }),
    field('Status', { type: 'picklist', choices: ['New', 'Working', 'Escalated', 'Closed'] }),
    field('Priority', { type: 'picklist', choices: ['High', 'Medium', 'Low'] }),
    field('Origin', { type: 'picklist', choices: ['Phone', 'Email', 'Web'] }),
    field('ServiceNow_Number__c'),
    field('ServiceNow_Id__c', { unique: true, externalId: true }),
  ],
};
const live: Readonly<Record<Side, ObjectDescription>> = { servicenow: incident, salesforce: aCase };

const without = (object: ObjectDescription, name: string): ObjectDescription => ({
  ...object,
  fields: object.fields.filter((known) => known.name !== name),
});
const changed = (object: ObjectDescription, name: string, more: Partial<FieldDescription>): ObjectDescription => ({
  ...object,
  fields: object.fields.map((known) => (known.name === name ? { ...known, ...more } : known)),
});
const plus = (...fields: FieldConfig[]): PairConfig => ({
  ...defaultPairWith(resolve),
  fields: [...defaultPair.fields, ...fields],
});

describe('a mapping held against the live metadata', () => {
  it('has no fault where it fits', () => {
    expect(lintPair(defaultPairWith(resolve), live)).toEqual([]);
  });

  it('may start without the optional number, and without metadata that an account may not ask for', () => {
    expect(lintPair(defaultPairWith(resolve), { ...live, salesforce: without(aCase, 'ServiceNow_Number__c') })).toEqual(
      [],
    );
    expect(lintPair(defaultPairWith(resolve), { ...live, servicenow: { object: 'incident', fields: [] } })).toEqual([]);
  });

  it.each<[string, PairConfig, Partial<Record<Side, ObjectDescription>>, object, RegExp]>([
    [
      'a field that is not there',
      plus({ kind: 'same', servicenow: 'short_descripton', salesforce: 'Subject', writes: 'servicenow' }),
      {},
      { kind: 'unknown-field', where: 'fields[6].servicenow', nearest: 'short_description' },
      /did you mean `short_description`/,
    ],
    [
      'a date mapped as text',
      plus({
        kind: 'text',
        servicenow: 'opened_at',
        salesforce: 'ServiceNow_Id__c',
        limits: { servicenow: 40, salesforce: 40 },
      }),
      {},
      { kind: 'wrong-type', where: 'fields[6].servicenow', type: 'glide_date_time' },
      /of type glide_date_time/,
    ],
    [
      'a choice that is not there',
      defaultPairWith(resolve),
      { salesforce: changed(aCase, 'Status', { choices: ['New', 'Working', 'Escalate', 'Closed'] }) },
      { kind: 'unknown-choice', where: 'fields[2].classes[1].salesforce', value: 'Escalated', nearest: 'Escalate' },
      /did you mean `Escalate`\? It has `New`/,
    ],
    [
      'a close code that this instance does not know',
      defaultPairWith({ ...resolve, closeCode: 'Solved' }),
      {},
      { kind: 'unknown-choice', where: 'resolve', value: 'Solved' },
      /no choice of `close_code`/,
    ],
    [
      'a field that may not be written',
      defaultPairWith(resolve),
      { servicenow: changed(incident, 'urgency', { writable: false }) },
      { kind: 'not-writable', field: 'urgency' },
      /cannot be written/,
    ],
    [
      'a required field that nothing writes',
      defaultPairWith(resolve),
      { servicenow: { ...incident, fields: [...incident.fields, field('caller_id', { required: true })] } },
      { kind: 'required-not-written', field: 'caller_id' },
      /wants `caller_id` on every new incident/,
    ],
    [
      'two writers of one field',
      plus({ kind: 'same', name: 'again', servicenow: 'contact_type', salesforce: 'Priority', writes: 'salesforce' }),
      {},
      { kind: 'two-writers', side: 'salesforce', names: ['urgency', 'again'] },
      /written by both `urgency` and `again`/,
    ],
    [
      'a resolve that a rule writes as well',
      plus({ kind: 'same', servicenow: 'close_code', salesforce: 'ServiceNow_Id__c', writes: 'servicenow' }),
      {},
      { kind: 'two-writers', names: ['close_code', 'resolve'] },
      /keep one/,
    ],
    [
      'two fields of one name',
      plus({ kind: 'same', servicenow: 'state', salesforce: 'ServiceNow_Id__c', writes: 'salesforce' }),
      {},
      { kind: 'same-name', name: 'state' },
      /a `name` of its own/,
    ],
    [
      'no external id',
      defaultPairWith(resolve),
      { salesforce: without(aCase, 'ServiceNow_Id__c') },
      { kind: 'external-id', lacks: 'field' },
      /add it as Text\(32\), Unique, External ID/,
    ],
    [
      'an external id that is not unique',
      defaultPairWith(resolve),
      { salesforce: changed(aCase, 'ServiceNow_Id__c', { unique: false }) },
      { kind: 'external-id', lacks: 'unique' },
      /created twice/,
    ],
    [
      'no resolve though the pair can close',
      defaultPair,
      {},
      { kind: 'resolve-missing', where: 'resolve', field: 'state' },
      /add `resolve: \{ closeCode, closeNotes \}`/,
    ],
  ])('%s', (_story, config, metadata, fault, words) => {
    const problems = lintPair(config, { ...live, ...metadata });
    expect(problems).toMatchObject([fault]);
    expect(problems.map(sentence).join()).toMatch(words);
  });

  it('reports every fault at once', () => {
    expect(
      lintPair(defaultPair, { servicenow: without(incident, 'state'), salesforce: without(aCase, 'ServiceNow_Id__c') }),
    ).toHaveLength(3);
  });
});
