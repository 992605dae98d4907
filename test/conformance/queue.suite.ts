import { afterEach, describe, expect, it } from 'vitest';
import { formatKey, type WorkKey } from '../../src/core/link.ts';
import type { Job } from '../../src/store/queue.ts';
import { JobsLost, type Store } from '../../src/store/store.ts';
import { builtAt } from '../support/builders.ts';
import { eventually } from '../support/eventually.ts';
import type { OpenStore, StoreUnderTest } from './store/support.ts';

const linkKey = (id: string): WorkKey => ({ kind: 'link', linkId: id });
const names = (jobs: readonly Job[]): readonly string[] => jobs.map((job) => formatKey(job.key)).toSorted();
const enqueue = (store: Store, ...ids: readonly string[]): Promise<void> =>
  store.transaction((tx) => tx.enqueue(ids.map(linkKey)));
const complete = (store: Store, jobs: readonly Job[]): Promise<void> =>
  store.transaction((tx) => tx.completeJobs(jobs));
const isEmpty = async (store: Store): Promise<boolean> => {
  const { waiting, active } = await store.queue.depth();
  return waiting + active === 0;
};

/** What every queue must do. Each test has a store of its own, since a worker takes whatever there is. */
export function queueSuite(name: string, open: OpenStore): void {
  describe(`${name}: queue`, { timeout: 90_000 }, () => {
    let opened: StoreUnderTest | null = null;
    const start = async (): Promise<StoreUnderTest> => {
      opened = await open();
      return opened;
    };
    afterEach(async () => {
      await opened?.store.queue.stop(5_000);
      await opened?.close();
      opened = null;
    });

    it('hands out the keys that were queued, of both kinds', async () => {
      const { store } = await start();
      const seen: Job[] = [];
      await store.queue.work({ batchSize: 10 }, async (jobs) => {
        seen.push(...jobs);
        await complete(store, jobs);
      });
      const fresh: WorkKey = { kind: 'new', pair: 'incident-case', side: 'salesforce', id: '500000000000001AAA' };
      await store.transaction((tx) => tx.enqueue([linkKey('a'), fresh]));
      await eventually(() => seen.length === 2);
      expect(names(seen)).toEqual(['link:a', 'new:incident-case:salesforce:500000000000001AAA']);
      expect(seen.map((job) => job.key)).toEqual(expect.arrayContaining([linkKey('a'), fresh]));
      await eventually(() => isEmpty(store));
    });

    it('holds a waiting key once', async () => {
      const { store } = await start();
      await enqueue(store, 'a', 'b', 'a');
      await enqueue(store, 'a');
      expect(await store.queue.depth()).toEqual({ waiting: 2, active: 0 });
      const seen: string[] = [];
      await store.queue.work({ batchSize: 10 }, async (jobs) => {
        seen.push(...names(jobs));
        await complete(store, jobs);
      });
      await eventually(() => isEmpty(store));
      expect(seen.toSorted()).toEqual(['link:a', 'link:b']);
    });

    it('knows nothing of a key whose transaction was rolled back', async () => {
      const { store } = await start();
      const lost = store.transaction(async (tx) => {
        await tx.enqueue([linkKey('lost')]);
        throw new Error('no');
      });
      await expect(lost).rejects.toThrow('no');
      expect(await store.queue.depth()).toEqual({ waiting: 0, active: 0 });
    });

    it('runs a key once more that is queued while it runs, and only afterwards', async () => {
      const { store, another } = await start();
      const rival = (await another?.()) ?? store;
      let running = 0;
      let most = 0;
      let runs = 0;
      const handler = async (jobs: readonly Job[]): Promise<void> => {
        running += 1;
        most = Math.max(most, running);
        runs += 1;
        if (runs === 1) {
          await enqueue(store, 'a');
          await enqueue(store, 'a');
          // Time enough for another worker to take the key, if the queue would let it.
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
        running -= 1;
        await complete(store, jobs);
      };
      await store.queue.work({ batchSize: 1 }, handler);
      await rival.queue.work({ batchSize: 1 }, handler);
      await enqueue(store, 'a');
      await eventually(() => runs === 2);
      await eventually(() => isEmpty(store));
      expect({ most, runs }).toEqual({ most: 1, runs: 2 });
      if (rival !== store) {
        await rival.queue.stop(5_000);
        await rival.close();
      }
    });

    it('says which keys are being worked on', async () => {
      const { store } = await start();
      let during: ReadonlySet<string> | null = null;
      await enqueue(store, 'a', 'b');
      await store.queue.work({ batchSize: 1 }, async (jobs) => {
        during ??= await store.transaction((tx) => tx.activeKeys([linkKey('a'), linkKey('b'), linkKey('c')]));
        await complete(store, jobs);
      });
      await eventually(() => isEmpty(store));
      expect([...(during ?? [])]).toHaveLength(1);
      expect(await store.transaction((tx) => tx.activeKeys([linkKey('a'), linkKey('b')]))).toEqual(new Set());
    });

    it.each(['leaves uncompleted', 'throws on', 'rolls back the completion of'])(
      'hands out again what a handler %s',
      async (how) => {
        const { store } = await start();
        const seen: string[][] = [];
        await store.queue.work({ batchSize: 10 }, async (jobs) => {
          seen.push([...names(jobs)]);
          if (seen.length > 1) return complete(store, jobs);
          const kept = jobs.filter((job) => formatKey(job.key) === 'link:a');
          if (how === 'throws on') throw new Error('a bug');
          if (how === 'leaves uncompleted') return complete(store, kept);
          await store
            .transaction(async (tx) => {
              await tx.completeJobs(jobs);
              throw new Error('the database went away');
            })
            .catch(() => complete(store, kept));
        });
        await enqueue(store, 'a', 'b');
        await eventually(() => isEmpty(store), 60_000);
        expect(seen.flat().filter((key) => key === 'link:b').length).toBeGreaterThan(1);
      },
    );

    it('refuses to settle a job twice, and takes back everything done with it', async () => {
      const { store } = await start();
      let outcome: unknown = null;
      await store.queue.work({ batchSize: 10 }, async (jobs) => {
        await complete(store, jobs);
        outcome ??= await store
          .transaction(async (tx) => {
            await tx.saveIdentity('servicenow', 'written by one who had lost the job');
            await tx.completeJobs(jobs);
          })
          .catch((error: unknown) => error);
      });
      await enqueue(store, 'a');
      await eventually(() => outcome !== null);
      expect(outcome).toBeInstanceOf(JobsLost);
      expect(await store.transaction((tx) => tx.identity('servicenow'))).toBeNull();
    });

    it('settles all jobs of a call or none', async () => {
      const { store } = await start();
      const outcomes: unknown[] = [];
      let ended: readonly string[] = [];
      await store.queue.work({ batchSize: 10 }, async (jobs) => {
        if (jobs.length === 2 && outcomes.length === 0) {
          // Which of the two comes first is nobody's promise.
          ended = names(jobs.slice(0, 1));
          await complete(store, jobs.slice(0, 1));
          outcomes.push(await complete(store, jobs).catch((error: unknown) => error));
          outcomes.push((await store.transaction((tx) => tx.activeKeys(jobs.map((job) => job.key)))).size);
          return complete(store, jobs.slice(1));
        }
        return complete(store, jobs);
      });
      await enqueue(store, 'a', 'b');
      await eventually(() => isEmpty(store));
      expect(outcomes).toEqual([expect.any(JobsLost), 1]);
      const [refusal] = outcomes;
      // Whoever is refused may go on with the other one.
      expect(refusal instanceof JobsLost ? names(refusal.lost) : []).toEqual(ended);
      expect(ended).toHaveLength(1);
    });

    it('hands out no more at once than asked, and everything in the end', async () => {
      const { store } = await start();
      const ids = Array.from({ length: 250 }, (_, n) => `k${n}`);
      const sizes: number[] = [];
      await enqueue(store, ...ids);
      await store.queue.work({ batchSize: 40 }, async (jobs) => {
        sizes.push(jobs.length);
        await complete(store, jobs);
      });
      await eventually(() => isEmpty(store));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(40);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(250);
    });

    it('hands out several batches at once where asked, no key in two of them, and waits for all of them to end', async () => {
      const { store } = await start();
      const held = Promise.withResolvers<void>();
      const under: string[][] = [];
      let ended = 0;
      await enqueue(store, ...Array.from({ length: 60 }, (_, n) => `k${n}`));
      await store.queue.work({ batchSize: 20, atOnce: 3 }, async (jobs) => {
        under.push([...names(jobs)]);
        await held.promise;
        await complete(store, jobs);
        ended += 1;
      });
      await eventually(() => under.length === 3);
      expect(await store.queue.depth()).toEqual({ waiting: 0, active: 60 });
      expect(new Set(under.flat()).size).toBe(60);
      const stopped = store.queue.stop(20_000);
      held.resolve();
      await stopped;
      expect(ended).toBe(3);
    });

    it('counts what waits and what is being worked on', async () => {
      const { store } = await start();
      const held = Promise.withResolvers<void>();
      await enqueue(store, 'a', 'b', 'c');
      await store.queue.work({ batchSize: 1 }, async (jobs) => {
        await held.promise;
        await complete(store, jobs);
      });
      await eventually(async () => (await store.queue.depth()).active === 1);
      expect(await store.queue.depth()).toEqual({ waiting: 2, active: 1 });
      held.resolve();
      await eventually(() => isEmpty(store));
    });

    it('lets a running handler finish when it stops, and starts no other', async () => {
      const { store } = await start();
      const held = Promise.withResolvers<void>();
      const runs: string[] = [];
      await enqueue(store, 'a', 'b');
      await store.queue.work({ batchSize: 1 }, async (jobs) => {
        runs.push(...names(jobs));
        await held.promise;
        await complete(store, jobs);
      });
      await eventually(() => runs.length === 1);
      const stopped = store.queue.stop(20_000);
      held.resolve();
      await stopped;
      expect(runs).toHaveLength(1);
      expect(await store.queue.depth()).toEqual({ waiting: 1, active: 0 });
    });

    it("gives a killed worker's keys to another, and takes nothing more from the killed one", async () => {
      const { store, loseWorkers } = await start();
      if (loseWorkers === undefined) return;
      const batches: (readonly Job[])[] = [];
      await store.queue.work({ batchSize: 10 }, async (jobs) => {
        batches.push(jobs);
        await store.transaction((tx) => tx.holdJobs(jobs));
        if (batches.length > 1) return complete(store, jobs);
        await loseWorkers();
      });
      await enqueue(store, 'a');
      await eventually(() => batches.length >= 2);
      const late = store.transaction((tx) => tx.holdJobs(batches[0] ?? []));
      await expect(late).rejects.toThrow(JobsLost);
      await eventually(() => isEmpty(store));
      await expect(complete(store, batches[0] ?? [])).rejects.toThrow(JobsLost);
    });

    it('completes a job in the transaction that records its work', async () => {
      const { store } = await start();
      await store.queue.work({ batchSize: 10 }, (jobs) =>
        store.transaction(async (tx) => {
          await tx.firstStart('done-with-the-job', builtAt);
          await tx.completeJobs(jobs);
        }),
      );
      await enqueue(store, 'a');
      await eventually(() => isEmpty(store));
      expect(await store.transaction((tx) => tx.firstStart('done-with-the-job', 'never'))).toBe(builtAt);
    });
  });
}
