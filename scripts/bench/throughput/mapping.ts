/** The mapping file of the daemon under measurement: the default one, over all tickets. */
import { demoConfig } from '../../../src/cli/commands/demo/config.ts';

export default demoConfig;
