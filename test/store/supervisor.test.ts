import { describe, expect, it } from 'vitest';
import { restAfter, startSupervisor } from '../../src/store/prisma/queue/supervisor.ts';
import { fakeClock } from '../support/clock.ts';

/** A queue whose jobs under way end at these times unless a round hands them out again. */
function createQueue(ends: readonly number[] = []) {
  const clock = fakeClock();
  const begun = clock.now();
  const seen = { looks: 0, rounds: [] as number[], wakes: 0, errors: [] as Error[] };
  let under = ends.map((end) => begun + end);
  let failing = false;
  let waits = false;
  const stop = startSupervisor({
    clock,
    glance: () => {
      seen.looks += 1;
      if (failing) return Promise.reject(new Error('the database is away'));
      return Promise.resolve({ nextEnd: under.length === 0 ? null : Math.min(...under) - clock.now(), waits });
    },
    round: () => {
      seen.rounds.push(clock.now() - begun);
      under = under.filter((end) => end > clock.now());
      return Promise.resolve();
    },
    wake: () => void (seen.wakes += 1),
    onError: (error) => seen.errors.push(error),
  });
  return {
    clock,
    seen,
    stop,
    begin: (lastsMs: number) => (under = [...under, clock.now() + lastsMs]),
    fail: (now: boolean) => (failing = now),
    leave: (now: boolean) => (waits = now),
  };
}

describe('looking after jobs of killed workers', () => {
  it('costs a look every ten seconds and no round while nothing is under way', async () => {
    const queue = createQueue();
    await queue.clock.advance(60_000);
    expect(queue.seen).toMatchObject({ looks: 7, rounds: [], wakes: 0 });
    await queue.stop();
  });

  it('hands a job out again as soon as its heartbeats have stayed away for too long, and wakes who can take it', async () => {
    const queue = createQueue([3_000]);
    await queue.clock.advance(2_900);
    queue.begin(10_000);
    await queue.clock.advance(20_000);
    expect(queue.seen.rounds).toEqual([3_100, 13_000]);
    expect(queue.seen.wakes).toBe(2);
    await queue.stop();
  });

  it('wakes who can take a job that nobody was told of, without a round', async () => {
    const queue = createQueue();
    await queue.clock.advance(1_000);
    queue.leave(true);
    await queue.clock.advance(10_000);
    queue.leave(false);
    await queue.clock.advance(60_000);
    expect(queue.seen).toMatchObject({ wakes: 1, rounds: [] });
    await queue.stop();
  });

  it('makes a round every five minutes, so that what is done is deleted', async () => {
    const queue = createQueue();
    await queue.clock.advance(3_600_000);
    expect(queue.seen.rounds).toHaveLength(11);
    expect(queue.seen.wakes).toBe(0);
    await queue.stop();
  });

  it('looks on when the database was away', async () => {
    const queue = createQueue([7_000]);
    queue.fail(true);
    await queue.clock.advance(13_000);
    queue.fail(false);
    await queue.clock.advance(5_000);
    expect(queue.seen.errors.length).toBeGreaterThan(1);
    expect(queue.seen.wakes).toBe(1);
    await queue.stop();
  });

  it.each([
    { nextEnd: null, rest: 10_000 },
    { nextEnd: 9_950, rest: 10_000 },
    { nextEnd: 9_800, rest: 9_900 },
    { nextEnd: 1_200, rest: 1_300 },
    { nextEnd: 0, rest: 1_100 },
    { nextEnd: -4_000, rest: 1_100 },
  ])('rests $rest ms where the first job ends in $nextEnd ms', ({ nextEnd, rest }) => {
    expect(restAfter(nextEnd)).toBe(rest);
  });
});
