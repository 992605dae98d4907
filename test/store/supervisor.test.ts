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
  const stop = startSupervisor({
    clock,
    nextEnd: () => {
      seen.looks += 1;
      if (failing) return Promise.reject(new Error('the database is away'));
      return Promise.resolve(under.length === 0 ? null : Math.min(...under) - clock.now());
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
  };
}

describe('looking after jobs of killed workers', () => {
  it('costs a look every five seconds and no round while nothing is under way', async () => {
    const queue = createQueue();
    await queue.clock.advance(60_000);
    expect(queue.seen).toMatchObject({ looks: 13, rounds: [], wakes: 0 });
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
    await queue.clock.advance(11_000);
    queue.fail(false);
    await queue.clock.advance(5_000);
    expect(queue.seen.errors.length).toBeGreaterThan(1);
    expect(queue.seen.wakes).toBe(1);
    await queue.stop();
  });

  it.each([
    { nextEnd: null, rest: 5_000 },
    { nextEnd: 9_800, rest: 5_000 },
    { nextEnd: 1_200, rest: 1_300 },
    { nextEnd: 0, rest: 1_100 },
    { nextEnd: -4_000, rest: 1_100 },
  ])('rests $rest ms where the first job ends in $nextEnd ms', ({ nextEnd, rest }) => {
    expect(restAfter(nextEnd)).toBe(rest);
  });
});
