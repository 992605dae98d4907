import { defaultPair } from '../../../mapping/default-config.ts';
import { defineConfig } from '../../../mapping/define-config.ts';
import { closing } from './replay.ts';

/** The default mapping, from the beginning of time, with what ServiceNow wants when a Case is closed. */
export const demoConfig = defineConfig({
  pairs: [{ ...defaultPair, sync: { from: 'all' }, resolve: closing }],
});
