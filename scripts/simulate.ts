/**
 * Lives through generated histories of two desks, people, replicas and everything that goes wrong, on virtual time. With `--wire` the
 * daemon's own clients speak HTTP with both local desks, over a network that loses what it likes.
 * Run: npm run simulate -- [--wire] [--seeds 1000] [--seed 0] [--replay SEED]
 */
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    wire: { type: 'boolean', default: false },
    seeds: { type: 'string' },
    seed: { type: 'string' },
    replay: { type: 'string' },
  },
});

function whole(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`${text} is not a whole number`);
}

const replay = values.replay === undefined ? null : whole(values.replay, 0);
const from = replay ?? whole(values.seed, 0);
const seeds = replay === null ? whole(values.seeds, values.seed === undefined ? 1000 : 1) : 1;
// The machine's own clock: the other is about to become virtual.
const startedAt = performance.now();
const stopping = new AbortController();
// What was lived through until then counts.
process.once('SIGINT', () => stopping.abort());
process.once('SIGTERM', () => stopping.abort());
const options = {
  from,
  seeds,
  signal: stopping.signal,
  onProgress: (done: number) => {
    if (done % 1000 === 0 && done < seeds) console.error(`${done} of ${seeds} …`);
  },
};
const seconds = (): number => (performance.now() - startedAt) / 1000;

async function onTheWire(): Promise<boolean> {
  const { wireCampaign, wireFailureInWords, wireTallyInWords } = await import('../test/simulation/wire/campaign.ts');
  const { tally, failures } = await wireCampaign({
    ...options,
    shortenAtMost: 5,
    onFailure: (failure) => console.log(`${wireFailureInWords(failure)}\n`),
  });
  console.log(wireTallyInWords(tally, failures, seconds()).join('\n'));
  return failures.length > 0;
}

async function inMemory(): Promise<boolean> {
  const { campaign, failureInWords } = await import('../test/simulation/campaign.ts');
  const { tallyInWords } = await import('../test/simulation/tally.ts');
  const { tally, failures } = await campaign({
    ...options,
    shrinkAtMost: 5,
    onFailure: (failure) => console.log(`${failureInWords(failure)}\n`),
  });
  console.log(tallyInWords(tally, seconds()).join('\n'));
  return failures.length > 0;
}

// Loaded only then: virtual timers come before everything that takes hold of the real ones.
const failed = values.wire ? await onTheWire() : await inMemory();
process.exitCode = failed ? 1 : 0;
