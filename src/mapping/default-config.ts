import type { BasicField, PairConfig } from './define-config.ts';

/** The fields of the default mapping: what an incident and a Case have in common out of the box. */
export const defaultFields: readonly BasicField[] = [
  {
    kind: 'text',
    servicenow: 'short_description',
    salesforce: 'Subject',
    limits: { servicenow: 160, salesforce: 255 },
  },
  {
    kind: 'text',
    servicenow: 'description',
    salesforce: 'Description',
    limits: { servicenow: 4000, salesforce: 32000 },
  },
  {
    kind: 'classes',
    servicenow: 'state',
    salesforce: 'Status',
    classes: [
      { servicenow: ['1'], salesforce: ['New'] },
      { servicenow: ['2', '3'], salesforce: ['Working', 'Escalated'] },
      // A Closed or Canceled incident does not come back; a Resolved one reopens to In Progress.
      { servicenow: ['6', '7', '8'], salesforce: ['Closed'], locked: ['7', '8'] },
    ],
    resolveClass: 2,
  },
  {
    kind: 'classes',
    servicenow: 'urgency',
    salesforce: 'Priority',
    classes: [
      { servicenow: ['1'], salesforce: ['High'] },
      { servicenow: ['2'], salesforce: ['Medium'] },
      { servicenow: ['3'], salesforce: ['Low'] },
    ],
  },
  {
    kind: 'classes',
    servicenow: 'contact_type',
    salesforce: 'Origin',
    classes: [
      { servicenow: ['phone'], salesforce: ['Phone'] },
      { servicenow: ['email'], salesforce: ['Email'] },
      { servicenow: ['self-service'], salesforce: ['Web'] },
    ],
    others: 'ignore',
  },
  { kind: 'shown', from: 'servicenow', servicenow: 'number', salesforce: 'ServiceNow_Number__c', optional: true },
];

/** The default pair: `incident` ↔ `Case`, conflicts to whoever changed the field last. */
export const defaultPair: PairConfig = {
  name: 'incident-case',
  servicenow: { table: 'incident' },
  salesforce: { object: 'Case' },
  fields: defaultFields,
  conflict: 'latest',
  tieBreak: 'servicenow',
  comments: {},
  files: {},
};

/** The default pair with what ServiceNow's data policy wants on a resolve; closeCode must be a choice of that instance. */
export function defaultPairWith(resolve: NonNullable<PairConfig['resolve']>): PairConfig {
  return { ...defaultPair, resolve };
}
