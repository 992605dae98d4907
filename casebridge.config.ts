import { defaultPair } from './src/mapping/default-config.ts';
import { defineConfig } from './src/mapping/define-config.ts';

/**
 * Which tables are kept in step, field by field. docs/mapping.md tells what can stand here; `npm run casebridge -- config check`
 * holds it against both systems.
 */
export default defineConfig({
  pairs: [
    {
      ...defaultPair,
      // What ServiceNow wants to know when a ticket is closed from Salesforce. closeCode must be one of your instance's choices.
      resolve: { closeCode: 'Solution provided', closeNotes: 'Closed in Salesforce.' },
      // Only tickets created after the first start, unless a date or 'all' stands here.
      // sync: { from: '2026-03-01T00:00:00Z' },
    },
  ],
});
