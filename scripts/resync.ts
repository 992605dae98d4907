/** `node scripts/resync.ts …` is `casebridge resync …`. */
import { end, main } from '../src/cli/run.ts';

await main(['resync', ...process.argv.slice(2)]);
await end();
