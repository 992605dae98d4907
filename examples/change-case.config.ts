/**
 * Change requests and Cases of a record type.
 *
 * A change moves through the states of its model, one by one, and ServiceNow refuses a leap (403, "Check State Transition"). So the
 * state goes one way: to Salesforce. A change made from a Case begins as New.
 */
import { defineConfig } from '../src/mapping/define-config.ts';

export default defineConfig({
  pairs: [
    {
      name: 'change-case',
      servicenow: { table: 'change_request' },
      salesforce: { object: 'Case', recordType: 'Change' },
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
          kind: 'choices',
          servicenow: 'state',
          salesforce: 'Status',
          writes: 'salesforce',
          map: [
            ['-5', 'New'],
            ['-4', 'Working'], //  Assess
            ['-3', 'Working'], //  Authorize
            ['-2', 'Working'], //  Scheduled
            ['-1', 'Working'], //  Implement
            ['0', 'Working'], //   Review
            ['3', 'Closed'],
            ['4', 'Closed'], //    Canceled
          ],
        },
        { kind: 'shown', from: 'servicenow', servicenow: 'number', salesforce: 'ServiceNow_Number__c', optional: true },
      ],
      comments: {},
      files: {},
    },
  ],
});
