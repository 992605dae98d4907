/**
 * Lives through generated histories of two desks, people, replicas and everything that goes wrong, on virtual time.
 * Run: npm run simulate -- [--seeds 1000] [--seed 0] [--replay SEED]
 */
import { parseArgs } from 'node:util';
import { campaign, failureInWords } from '../test/simulation/campaign.ts';
import { tallyInWords } from '../test/simulation/tally.ts';

const { values } = parseArgs({
  options: { seeds: { type: 'string' }, seed: { type: 'string' }, replay: { type: 'string' } },
});

function whole(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`${text} is not a whole number`);
}

async function main(): Promise<void> {
  const replay = values.replay === undefined ? null : whole(values.replay, 0);
  const from = replay ?? whole(values.seed, 0);
  const seeds = replay === null ? whole(values.seeds, values.seed === undefined ? 1000 : 1) : 1;
  const startedAt = performance.now();
  const stopping = new AbortController();
  // What was lived through until then counts.
  process.once('SIGINT', () => stopping.abort());
  process.once('SIGTERM', () => stopping.abort());
  const { tally, failures } = await campaign({
    from,
    seeds,
    shrinkAtMost: 5,
    signal: stopping.signal,
    onFailure: (failure) => console.log(`${failureInWords(failure)}\n`),
    onProgress: (done) => {
      if (done % 1000 === 0 && done < seeds) console.error(`${done} of ${seeds} …`);
    },
  });
  console.log(tallyInWords(tally, (performance.now() - startedAt) / 1000).join('\n'));
  process.exitCode = failures.length > 0 ? 1 : 0;
}

await main();
