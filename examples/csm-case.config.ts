/**
 * Cases of ServiceNow Customer Service Management and Cases of Salesforce.
 *
 * Needs the CSM plugin (table sn_customerservice_case). Its states are not those of an incident, its priority is set by people, and
 * its contact lives in a table below sys_user.
 */
import { defineConfig } from '../src/mapping/define-config.ts';

export default defineConfig({
  pairs: [
    {
      name: 'csm-case',
      servicenow: { table: 'sn_customerservice_case' },
      // In an org with record types of Case, say which one: `salesforce: { object: 'Case', recordType: 'Customer_Service' }`.
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
            { servicenow: ['10', '18'], salesforce: ['Working', 'Escalated'] }, // Open, Awaiting Info
            { servicenow: ['6', '3', '7'], salesforce: ['Closed'], locked: ['3', '7'] }, // Resolved, Closed, Cancelled
          ],
          resolveClass: 2,
        },
        {
          kind: 'classes',
          servicenow: 'priority',
          salesforce: 'Priority',
          classes: [
            { servicenow: ['2', '1'], salesforce: ['High'] }, // High, Critical
            { servicenow: ['3'], salesforce: ['Medium'] },
            { servicenow: ['4', '5'], salesforce: ['Low'] }, // Low, Planning
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
        {
          kind: 'person',
          servicenow: 'contact',
          salesforce: 'ContactId',
          brings: { salesforce: { AccountId: 'AccountId' } },
        },
        { kind: 'parent', servicenow: 'parent', salesforce: 'ParentId' },
        { kind: 'shown', from: 'servicenow', servicenow: 'number', salesforce: 'ServiceNow_Number__c', optional: true },
        { kind: 'shown', from: 'servicenow', servicenow: 'sys_id', salesforce: 'ServiceNow_Id__c', name: 'stamp' },
      ],

      // Many instances want a resolution code and notes; whatever yours wants goes out where it is empty.
      transitions: [
        {
          field: 'state',
          to: ['6'],
          set: { resolution_code: 'Solved by the partner', close_notes: 'Closed in Salesforce ({CaseNumber}).' },
        },
      ],

      comments: {},
      files: {},

      match: {
        rules: [{ name: 'case number', on: [{ servicenow: 'correlation_id', salesforce: 'CaseNumber' }] }],
        near: 'propose-and-wait',
        alike: { caller: { servicenow: 'contact.email', salesforce: 'ContactEmail' } },
      },
    },
  ],
});
