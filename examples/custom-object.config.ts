/**
 * Incidents and an object of your own: here Ticket__c, with an auto-number as its Name.
 *
 * The object needs what Case needs: ServiceNow_Id__c as Text(32), Unique, External ID.
 */
import { defineConfig } from '../src/mapping/define-config.ts';

export default defineConfig({
  pairs: [
    {
      name: 'incident-ticket',
      servicenow: { table: 'incident' },
      salesforce: { object: 'Ticket__c' },
      fields: [
        {
          kind: 'text',
          servicenow: 'short_description',
          salesforce: 'Subject__c',
          limits: { servicenow: 160, salesforce: 255 },
        },
        {
          kind: 'text',
          servicenow: 'description',
          salesforce: 'Details__c',
          limits: { servicenow: 4000, salesforce: 32000 },
        },
        {
          kind: 'classes',
          servicenow: 'state',
          salesforce: 'Status__c',
          classes: [
            { servicenow: ['1'], salesforce: ['New'] },
            { servicenow: ['2', '3'], salesforce: ['In Progress'] },
            { servicenow: ['6', '7', '8'], salesforce: ['Closed'], locked: ['7', '8'] },
          ],
          resolveClass: 2,
        },
        {
          kind: 'classes',
          servicenow: 'urgency',
          salesforce: 'Urgency__c',
          classes: [
            { servicenow: ['1'], salesforce: ['High'] },
            { servicenow: ['2'], salesforce: ['Medium'] },
            { servicenow: ['3'], salesforce: ['Low'] },
          ],
        },
        { kind: 'parent', servicenow: 'parent_incident', salesforce: 'Parent__c' },
        { kind: 'shown', from: 'servicenow', servicenow: 'number', salesforce: 'ServiceNow_Number__c', optional: true },
      ],
      resolve: { closeCode: 'Solution provided', closeNotes: 'Closed in Salesforce.' },
    },
  ],
});
