// Started by embedded.test.ts as a process of its own: starts the Postgres of a folder, says so, and waits to be told or killed.
import { startEmbedded } from '../../../src/store/embedded.ts';
import { realClock } from '../../support/clock.ts';

const [dataDir = ''] = process.argv.slice(2);
const settings = { fsync: 'off' };

try {
  const server = await startEmbedded({ dataDir, clock: realClock(), settings });
  process.stdout.write(`${JSON.stringify({ url: server.url, adopted: server.adopted })}\n`);
  process.stdin.once('end', () => {
    void server.stop().then(() => process.stdout.write('stopped\n'));
  });
  process.stdin.resume();
} catch (error) {
  process.stdout.write(`${JSON.stringify(error)}\n`);
}
