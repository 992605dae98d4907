import { describe, expect, it } from 'vitest';
import { liveScript, wireCampaign, wireFailureInWords, wireRegressions } from './campaign.ts';
import { drawWireScript } from './script.ts';

/** `npm run simulate -- --wire` lives through as many more as you like. */
const seeds = 25;

describe('lives on the wire', { timeout: 600_000 }, () => {
  for (const { name, script } of wireRegressions()) {
    it(`no longer: ${name}`, async () => {
      expect((await liveScript(script)).broken).toEqual([]);
    });
  }

  it('keep every promise, whatever becomes of requests and answers', async () => {
    const { tally, failures } = await wireCampaign({ from: 0, seeds, shortenAtMost: 1 });
    expect(failures.map(wireFailureInWords).join('\n\n')).toBe('');
    // A run in which nothing went wrong would prove nothing.
    for (const trouble of ['lost request', 'lost answer', 'half an answer', 'silence', 'late'])
      expect(tally.struck[`network ${trouble}`]).toBeGreaterThan(5);
    expect(tally.tickets).toBeGreaterThan(seeds * 2);
    expect(tally.edits).toBeGreaterThan(seeds);
    expect(tally.comments).toBeGreaterThan(seeds / 2);
  });

  it('are the same for the same seed, and others for another', async () => {
    const [one, again, other] = [
      await liveScript(drawWireScript(7)),
      await liveScript(drawWireScript(7)),
      await liveScript(drawWireScript(8)),
    ];
    expect(again.hash).toBe(one.hash);
    expect(other.hash).not.toBe(one.hash);
  });
});
