/** `node scripts/links.ts …` is `casebridge links …`; without a word, `links list`. */
import { end, main } from '../src/cli/run.ts';

const args = process.argv.slice(2);
await main(['links', ...(args.length === 0 ? ['list'] : args)]);
await end();
