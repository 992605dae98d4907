/**
 * Which tickets Casebridge keeps in step, and how.
 *
 * A change here takes effect at the next start; `npm run casebridge -- config check` tells beforehand what is wrong with it, and
 * `npm run casebridge -- plan` what it would write. The whole guide is docs/mapping.md.
 */
import { defineConfig } from './src/mapping/define-config.ts';

export default defineConfig({
  pairs: [
    {
      name: 'incident-case',
      servicenow: { table: 'incident' },
      salesforce: { object: 'Case' },

      // When both sides changed one field to different values: `latest` takes the later edit, `servicenow` or `salesforce` that
      // side's, `manual` leaves the field to a person. The losing value is kept in any case. A field may have a rule of its own.
      conflict: 'latest',
      // Edits that lie too close to tell apart go to this side.
      tieBreak: 'servicenow',

      // Only tickets created after this, or changed after it while open. Default: the first start. `all` takes everything.
      // sync: { from: '2026-03-01T00:00:00Z' },

      // What ServiceNow wants to know when Salesforce closes a ticket. The code must be a choice of your instance;
      // `npm run casebridge -- init` offers them. Without it a pair that can close does not start.
      // resolve: { closeCode: 'Solution provided', closeNotes: 'Closed in Salesforce.' },

      // Additional comments and work notes travel to published and unpublished CaseComments and back, each text under a line that says
      // who wrote it and when. Work notes stay internal. Without this key comments stay where they are. What else can be said
      // about them: docs/mapping.md.
      comments: {
        // timeZone: 'Europe/Lisbon', // of the times above the texts; default UTC
        // from: 'servicenow', // only what is written there travels; default both
        // channels: { internal: 'withhold' }, // work notes and unpublished comments stay where they are
      },

      // Attachments and files, both ways. Internal Salesforce files stay away from incidents, which their callers read.
      files: {},

      // More new tickets than this from one poll stop the pair until a person says that they are wanted.
      maxCreatesPerPoll: 200,

      fields: [
        // Text too long for a side is cut there with `…`, and the cut never travels back. Limits are in characters.
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

        // A change within a class stays on its side; a change of class writes the first value of the new class.
        {
          kind: 'classes',
          servicenow: 'state',
          salesforce: 'Status',
          classes: [
            { servicenow: ['1'], salesforce: ['New'] }, //                        New
            { servicenow: ['2', '3'], salesforce: ['Working', 'Escalated'] }, //  In Progress, On Hold
            { servicenow: ['6', '7', '8'], salesforce: ['Closed'], locked: ['7', '8'] }, // Resolved, Closed, Canceled
          ],
          // The class (counted from 0) that `resolve` goes out with. Closed and Canceled are locked: nothing reopens them.
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
        // Values in no class hold their field, with the reason in the dashboard; `others: 'ignore'` leaves them untouched.
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

        // Callers and contacts, assignees and owners, groups and queues; see "People and teams" in docs/mapping.md. People are found
        // by their e-mail, teams by their name; `npm run casebridge -- people` lists those without a counterpart.
        // { kind: 'person', servicenow: 'caller_id', salesforce: 'ContactId', brings: { salesforce: { AccountId: 'AccountId' } } },
        // { kind: 'person', servicenow: 'assigned_to', salesforce: 'OwnerId' },
        // { kind: 'team', servicenow: 'assignment_group', salesforce: 'OwnerId', otherwise: { salesforce: 'Support Queue' } },

        // Shown on the Case and never read back; left out where the field does not exist.
        {
          kind: 'shown',
          from: 'servicenow',
          servicenow: 'number',
          salesforce: 'ServiceNow_Number__c',
          optional: true,
        },
      ],
    },
  ],
});
