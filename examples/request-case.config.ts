/**
 * Requested items of the service catalog, shown to the Salesforce desk as Cases of a record type.
 *
 * Items come from orders: a Case makes none (see `scope`). What people do on an item's Case is carried back.
 */
import { defineConfig } from '../src/mapping/define-config.ts';

export default defineConfig({
  pairs: [
    {
      name: 'request-case',
      servicenow: { table: 'sc_req_item' },
      salesforce: { object: 'Case', recordType: 'Request' },
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
            { servicenow: ['1', '-5'], salesforce: ['New'] }, // Open, Pending
            { servicenow: ['2'], salesforce: ['Working', 'Escalated'] },
            // Closed Complete, Incomplete, Skipped. What was delivered is not opened again: it is ordered again.
            { servicenow: ['3', '4', '7'], salesforce: ['Closed'], locked: ['3', '4', '7'] },
          ],
          resolveClass: 2,
        },
        { kind: 'shown', from: 'servicenow', servicenow: 'number', salesforce: 'ServiceNow_Number__c', optional: true },
      ],
      // True of no Case: an item is never made from one.
      scope: { salesforce: { field: 'Id', empty: true } },
      comments: {},
      files: {},
    },
  ],
});
