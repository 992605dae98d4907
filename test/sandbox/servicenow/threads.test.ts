import { describe, expect, it } from 'vitest';
import { Threads } from '../../../src/sandbox/servicenow/threads.ts';

/** Work that ends when told to. */
function held(): { work: () => Promise<string>; end: () => void; started: () => boolean } {
  let end = (): void => undefined;
  let started = false;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const work = async (): Promise<string> => {
    started = true;
    await ended;
    return 'done';
  };
  return { work, end: () => end(), started: () => started };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the threads of the local ServiceNow', () => {
  it('work on four at once, keep fifty waiting and turn the next away', async () => {
    const threads = new Threads({ threads: 4, threadQueue: 50 });
    const all = Array.from({ length: 55 }, held);
    const answers = all.map(({ work }) => threads.run(work));
    await settled();
    expect(all.filter(({ started }) => started())).toHaveLength(4);
    expect(await answers[54]).toBeNull();
    for (const one of all) one.end();
    expect((await Promise.all(answers)).filter((answer) => answer === 'done')).toHaveLength(54);
    expect(all[54]?.started()).toBe(false);
  });

  it('hand a thread on in the order of coming, also after work that failed', async () => {
    const threads = new Threads({ threads: 1, threadQueue: 50 });
    const order: number[] = [];
    const runs = [1, 2, 3].map((n) =>
      threads.run(async () => {
        order.push(n);
        await Promise.resolve();
        if (n === 1) throw new Error('broken');
        return n;
      }),
    );
    await expect(runs[0]).rejects.toThrow('broken');
    expect(await Promise.all(runs.slice(1))).toEqual([2, 3]);
    expect(order).toEqual([1, 2, 3]);
  });
});
