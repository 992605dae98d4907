/**
 * Incidents and Cases, everything carried: the mapping to begin with.
 *
 * Copy it to casebridge.config.ts (the import then begins with `./src`), or point CASEBRIDGE_CONFIG at it. Take out what you do not
 * want; `npm run casebridge -- config check` holds the rest against both of your systems.
 */
import { defineConfig } from '../src/mapping/define-config.ts';

export default defineConfig({
  pairs: [
    {
      name: 'incident-case',
      servicenow: { table: 'incident' },
      // In an org with record types of Case, say which one: `salesforce: { object: 'Case', recordType: 'Incident' }`.
      salesforce: { object: 'Case' },

      fields: [
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
            // Resolved comes back as In Progress when the Case is reopened; Closed (7) and Canceled (8) do not.
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
        // Found by e-mail. Somebody without a counterpart leaves the field alone and is reported.
        {
          kind: 'person',
          servicenow: 'caller_id',
          salesforce: 'ContactId',
          brings: { salesforce: { AccountId: 'AccountId' } },
        },
        // The incident that this one belongs to: carried as soon as that one is linked, too.
        { kind: 'parent', servicenow: 'parent_incident', salesforce: 'ParentId' },
        { kind: 'shown', from: 'servicenow', servicenow: 'number', salesforce: 'ServiceNow_Number__c', optional: true },
        // Pairs that were matched carry our stamp from then on, so that an emptied database finds them again.
        { kind: 'shown', from: 'servicenow', servicenow: 'sys_id', salesforce: 'ServiceNow_Id__c', name: 'stamp' },
      ],

      // What ServiceNow wants with a resolve. The code must be a choice of your instance; `init` shows them.
      resolve: { closeCode: 'Solution provided', closeNotes: 'Closed in Salesforce.' },

      // Additional comments and published CaseComments, work notes and unpublished ones; attachments and files.
      comments: {},
      files: {},

      // Tickets that are on both desks already: where somebody has kept the number of the Case with the incident, they are paired.
      // What only looks alike (one caller, like titles, within two days) is shown to a person: `casebridge matches list`.
      match: {
        rules: [{ name: 'case number', on: [{ servicenow: 'correlation_id', salesforce: 'CaseNumber' }] }],
        near: 'propose-and-wait',
      },
    },
  ],
});
