import { describe, expect, it } from 'vitest';
import { campaign, failureInWords } from './campaign.ts';
import { drawScript } from './draw.ts';
import { live } from './life.ts';
import { regressions } from './regressions.ts';

/** `npm run simulate` lives through as many more as you like. */
const seeds = 500;

describe('simulated lives', { timeout: 600_000 }, () => {
  it.each(regressions())('no longer: $name', async ({ script }) => {
    expect((await live(script)).violation).toBeNull();
  });

  it('keep every promise, whatever strikes', async () => {
    const { tally, failures } = await campaign({ from: 0, seeds, shrinkAtMost: 1 });
    expect(failures.map(failureInWords).join('\n\n')).toBe('');
    // A run in which nothing went wrong would prove nothing.
    expect(tally.deaths).toBeGreaterThan(seeds / 4);
    expect(tally.struck['pause past the lease']).toBeGreaterThan(10);
    expect(tally.struck['answer Unavailable/done']).toBeGreaterThan(10);
    expect(tally.struck['answer Unavailable/late']).toBeGreaterThan(10);
    expect(tally.struck['link detached']).toBeGreaterThan(10);
    expect(tally.struck['file attached']).toBeGreaterThan(100);
    expect(tally.struck['comments hidden on servicenow']).toBeGreaterThan(5);
    expect(tally.struck['braked pair resumed']).toBeGreaterThan(10);
    expect(tally.conflicts).toBeGreaterThan(seeds / 10);
  });

  it('are the same for the same seed, and others for another', async () => {
    const [one, again, other] = [await live(drawScript(7)), await live(drawScript(7)), await live(drawScript(8))];
    expect(again.hash).toBe(one.hash);
    expect(other.hash).not.toBe(one.hash);
  });
});
