import { describe, expect, it } from 'vitest';
import { askAddress } from '../../src/cli/ask-address.ts';
import { Secret } from '../../src/config/secret.ts';
import { every } from '../../src/observability/every.ts';
import { createHeartbeat } from '../../src/observability/heartbeat.ts';
import { fakeClock, settle } from '../support/clock.ts';
import { openSink } from './http-sink.ts';

const { signal } = new AbortController();

async function beating(healthy: () => Promise<boolean>, method: 'GET' | 'POST' = 'GET') {
  const sink = await openSink();
  const outcomes: string[] = [];
  const beat = createHeartbeat({
    settings: { url: new Secret(`${sink.url}/c4n4ry`), method, everySeconds: 60 },
    healthy,
    ask: askAddress,
    onBeat: (outcome, error) => outcomes.push(error === null ? outcome : `${outcome}: ${error.message}`),
  });
  return { sink, outcomes, beat };
}

describe('the heartbeat', () => {
  it('beats while all is well, and not otherwise', async () => {
    let healthy = true;
    const { sink, outcomes, beat } = await beating(async () => healthy);
    await beat(signal);
    healthy = false;
    await beat(signal);
    healthy = true;
    await beat(signal);
    expect(outcomes).toEqual(['sent', 'withheld', 'sent']);
    expect(sink.heard.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /c4n4ry', 'GET /c4n4ry']);
  });

  it('does not beat where nobody can tell how things stand', async () => {
    const { sink, outcomes, beat } = await beating(() => Promise.reject(new Error('the database is gone')));
    await beat(signal);
    expect([outcomes, sink.heard]).toEqual([['withheld'], []]);
  });

  it('takes a redirect and a failure for what they are, and goes on', async () => {
    const { sink, outcomes, beat } = await beating(async () => true, 'POST');
    sink.answers(302, { location: 'https://elsewhere.example.com' });
    await beat(signal);
    await sink.stop();
    await beat(signal);
    expect(sink.heard).toMatchObject([{ method: 'POST' }]);
    expect(outcomes).toEqual(['failed: answered 302', expect.stringMatching(/^failed: unreachable/)]);
    expect(outcomes.join()).not.toContain('c4n4ry');
  });
});

describe('something done every so often', () => {
  it('goes on after a failure, never twice at once, and ends when it is stopped', async () => {
    const clock = fakeClock();
    const errors: string[] = [];
    let runs = 0;
    let atOnce = 0;
    const running = every(
      clock,
      1000,
      async (stop) => {
        runs += 1;
        atOnce += 1;
        expect(atOnce).toBe(1);
        await clock.sleep(500, stop).finally(() => {
          atOnce -= 1;
        });
        if (runs === 2) throw new Error('second');
      },
      (error) => errors.push(error.message),
    );
    await clock.advance(10_000);
    expect(runs).toBe(7);
    expect(errors).toEqual(['second']);
    await running.stop();
    await settle();
    await clock.advance(10_000);
    expect([runs, atOnce, clock.sleepers()]).toEqual([7, 0, 0]);
  });

  it('ends at once, even where what is under way does not heed its signal', async () => {
    const clock = fakeClock();
    let ended = false;
    const running = every(
      clock,
      1000,
      () =>
        clock.sleep(60_000).then(() => {
          ended = true;
          throw new Error('too late for anybody to hear');
        }),
      () => undefined,
    );
    await settle();
    await running.stop();
    expect(ended).toBe(false);
    await clock.advance(60_000);
    expect([ended, clock.sleepers()]).toEqual([true, 0]);
  });
});
