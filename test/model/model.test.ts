import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain, regressions } from './regressions.ts';
import { live, liveAndResync, noCoverage } from './run.ts';
import { history, weather } from './steps.ts';

/** `MODEL_RUNS=10000 MODEL_SEED=7 vitest run test/model`: more histories, or the ones that failed before. */
const runs = Number(process.env['MODEL_RUNS'] ?? 300);
const seed = process.env['MODEL_SEED'];
const parameters = { numRuns: runs, ...(seed === undefined ? {} : { seed: Number(seed) }) };

describe('two desks, people at both, and a process that may die', { timeout: 3_600_000 }, () => {
  it.each(Object.entries(regressions))('no longer: %s', async (_, steps) => {
    await live(plain, steps, noCoverage());
  });

  it('converges, keeps every edit, makes no second ticket, and then leaves everything alone', async () => {
    const coverage = noCoverage();
    await fc.assert(
      fc.asyncProperty(weather, history(), async (sky, steps) => {
        await live(sky, steps, coverage);
      }),
      parameters,
    );
    // A run in which nothing went wrong would prove nothing.
    if (runs >= 100) {
      expect(Object.keys(coverage.deaths).length).toBeGreaterThan(5);
      expect(Object.keys(coverage.faults)).toEqual(
        expect.arrayContaining(['Unavailable/done', 'Unavailable/late', 'Rejected/never']),
      );
      expect(coverage.events['conflict.noted']).toBeGreaterThan(runs / 50);
    }
    if (process.env['MODEL_STATS'] !== undefined) process.stderr.write(`${JSON.stringify(coverage, null, 1)}\n`);
  });

  it('comes to the same end by a resync when references to changes were lost', async () => {
    const coverage = noCoverage();
    await fc.assert(
      fc.asyncProperty(weather, history({ drops: true }), async (sky, steps) => {
        await liveAndResync(sky, steps, coverage);
      }),
      { ...parameters, numRuns: Math.ceil(runs / 3) },
    );
  });
});
