import { describe, expect, it } from 'vitest';
import {
  type FoundSetup,
  type Grants,
  planSetup,
  type WantedObject,
} from '../../../src/connectors/salesforce/setup-plan.ts';

const wanted: readonly WantedObject[] = [
  {
    object: 'Case',
    fields: [
      { name: 'Subject', written: true },
      { name: 'Status', written: true },
      { name: 'CaseNumber', written: true },
      { name: 'Hidden__c', written: false },
    ],
    tickets: true,
  },
  { object: 'Contact', fields: [], tickets: false },
];

const shown = new Map([
  ['Subject', { permissionable: true, fixed: false }],
  ['Status', { permissionable: false, fixed: false }],
  ['CaseNumber', { permissionable: true, fixed: true }],
]);

const nothing: FoundSetup = {
  objects: [{ object: 'Case', shown, id: null, number: null, absent: [] }],
  granted: null,
  assigned: false,
};

const kinds = (found: FoundSetup): readonly string[] => planSetup(wanted, found).map(({ kind }) => kind);

function grantsOf(found: FoundSetup): Grants {
  const step = planSetup(wanted, found).find(({ kind }) => kind === 'permission-set');
  if (step?.kind !== 'permission-set') throw new Error('no permission set is planned');
  return step.all;
}

describe('the plan for an org', () => {
  it('makes fields first, then the set that shows them, then gives it to our user', () => {
    expect(kinds(nothing)).toEqual(['field', 'field', 'permission-set', 'assignment']);
  });

  it('grants what field-level security applies to, hidden fields among it, and nothing that it does not', () => {
    expect(grantsOf(nothing).fields).toEqual([
      { field: 'Case.Subject', editable: true },
      { field: 'Case.CaseNumber', editable: false },
      { field: 'Case.Hidden__c', editable: false },
      { field: 'Case.ServiceNow_Id__c', editable: true },
      { field: 'Case.ServiceNow_Number__c', editable: true },
    ]);
    expect(grantsOf(nothing).objects).toEqual([
      { object: 'Case', write: true, viewAll: true },
      { object: 'Contact', write: false, viewAll: false },
    ]);
  });

  it('does not ask for a field that is nowhere, which would spoil the whole set', () => {
    const found = { ...nothing, objects: nothing.objects.map((one) => ({ ...one, absent: ['Hidden__c'] })) };
    expect(grantsOf(found).fields.map(({ field }) => field)).not.toContain('Case.Hidden__c');
  });

  it('mends an id that is there and is not unique, and leaves one alone that is as it should be', () => {
    const found = (unique: boolean): FoundSetup => ({
      objects: [
        {
          object: 'Case',
          shown,
          id: { unique, externalId: true },
          number: { unique: false, externalId: false },
          absent: [],
        },
      ],
      granted: grantsOf(nothing),
      assigned: true,
    });
    expect(planSetup(wanted, found(false))).toMatchObject([{ kind: 'field', field: 'ServiceNow_Id__c', isNew: false }]);
    expect(planSetup(wanted, found(true))).toEqual([]);
  });

  it('takes nothing away from a set that is there', () => {
    const theirs: Grants = {
      objects: [
        { object: 'Contact', write: true, viewAll: true },
        { object: 'Lead', write: true, viewAll: false },
      ],
      fields: [{ field: 'Case.CaseNumber', editable: true }],
    };
    const all = grantsOf({ ...nothing, granted: theirs });
    expect(all.objects).toEqual(expect.arrayContaining([...theirs.objects]));
    expect(all.fields).toEqual(expect.arrayContaining([...theirs.fields]));
    const [step] = planSetup(wanted, { ...nothing, granted: theirs }).filter(({ kind }) => kind === 'permission-set');
    expect(step).toMatchObject({ isNew: false, lacks: { objects: [{ object: 'Case' }] } });
  });
});
