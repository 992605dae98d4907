import { defaultFields, defaultPair } from '../../../mapping/default-config.ts';
import { defineConfig, type FieldConfig } from '../../../mapping/define-config.ts';
import { closing } from './replay.ts';

/** Callers and contacts, assignees and owners, groups and queues: found by their e-mails and names. */
const peopleFields: readonly FieldConfig[] = [
  {
    kind: 'person',
    servicenow: 'caller_id',
    salesforce: 'ContactId',
    brings: { salesforce: { AccountId: 'AccountId' } },
  },
  { kind: 'person', servicenow: 'assigned_to', salesforce: 'OwnerId' },
  { kind: 'team', servicenow: 'assignment_group', salesforce: 'OwnerId' },
];

/** The default mapping, from the beginning of time, with what ServiceNow wants when a Case is closed. */
export const demoConfig = defineConfig({
  pairs: [{ ...defaultPair, fields: [...defaultFields, ...peopleFields], sync: { from: 'all' }, resolve: closing }],
});
