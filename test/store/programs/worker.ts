// Started by boss-queue.test.ts as a process of its own: takes jobs, says which, and keeps them until it is killed.
import { formatKey } from '../../../src/core/link.ts';
import { openStore } from '../../../src/store/prisma/store.ts';
import { realClock } from '../../support/clock.ts';

const [url = ''] = process.argv.slice(2);
const store = await openStore({
  url,
  clock: realClock(),
  secretKey: null,
  secretKeyPrevious: null,
  migrate: 'never',
});
await store.queue.work({ batchSize: 10 }, (jobs) => {
  process.stdout.write(`${jobs.map((job) => formatKey(job.key)).join(' ')}\n`);
  return new Promise(() => undefined);
});
