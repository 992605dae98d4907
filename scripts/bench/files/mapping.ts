/** The mapping file of the daemon under measurement: the default pair over all tickets, large files allowed. */
import { demoConfig } from '../../../src/cli/commands/demo/config.ts';

export default { pairs: demoConfig.pairs.map((pair) => ({ ...pair, files: { maxBytes: 2 * 1024 ** 3 } })) };
