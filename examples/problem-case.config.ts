/**
 * Problems and Cases of a record type.
 *
 * ServiceNow's API does not move the state of a problem (it answers 200 and keeps it), so that the state goes one way: to Salesforce.
 */
import { defineConfig } from '../src/mapping/define-config.ts';

export default defineConfig({
  pairs: [
    {
      name: 'problem-case',
      servicenow: { table: 'problem' },
      salesforce: { object: 'Case', recordType: 'Problem' },
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
            ['101', 'New'],
            ['102', 'Working'], //   Assess
            ['103', 'Working'], //   Root Cause Analysis
            ['104', 'Working'], //   Fix in Progress
            ['106', 'Closed'], //    Resolved
            ['107', 'Closed'],
          ],
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
        { kind: 'shown', from: 'servicenow', servicenow: 'number', salesforce: 'ServiceNow_Number__c', optional: true },
      ],
      comments: {},
      files: {},
    },
  ],
});
