import { describe, expect, it } from 'vitest';
import { keepLanes, type LaneKeeper } from '../../src/connectors/gate-keeper.ts';
import { createBudget } from '../../src/connectors/salesforce/budget.ts';
import type { SharedLimits } from '../../src/core/limits.ts';
import { bothSides } from '../../src/core/side.ts';
import { createMemoryLimits } from '../../src/store/memory/limits.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { fakeClock, type FakeClock, runToEnd } from '../support/clock.ts';

/** A desk that counts how many calls run at once. */
function createDesk(clock: FakeClock) {
  let running = 0;
  const seen = { most: 0, calls: [] as { readonly by: string; readonly at: number }[] };
  const call =
    (by: string, ms = 50) =>
    async (): Promise<void> => {
      running += 1;
      seen.most = Math.max(seen.most, running);
      seen.calls.push({ by, at: clock.now() });
      await clock.sleep(ms);
      running -= 1;
    };
  return { seen, call };
}

function createReplicas(clock: FakeClock, most: number, limits: SharedLimits = createMemoryLimits(clock)) {
  const errors: Error[] = [];
  const start = (holder: string, over: Partial<SharedLimits> = {}): Promise<LaneKeeper> =>
    keepLanes({
      limits: { ...limits, ...over },
      holder,
      most: bothSides(() => most),
      clock,
      onError: (error) => errors.push(error),
    });
  return { limits, start, errors };
}

/** `calls` calls of each, one after the other, as fast as the gate lets them. */
async function work(desk: ReturnType<typeof createDesk>, keeper: LaneKeeper, name: string, calls: number) {
  await Promise.all(Array.from({ length: calls }, () => keeper.gates.servicenow.run(desk.call(name))));
}

const first = (desk: ReturnType<typeof createDesk>, by: string): number =>
  desk.seen.calls.find((call) => call.by === by)?.at ?? Number.POSITIVE_INFINITY;

describe('replicas that share the calls a side allows', () => {
  it('give all of them to one that is alone, at once', async () => {
    const clock = fakeClock();
    const desk = createDesk(clock);
    const alone = await createReplicas(clock, 5).start('a');
    await runToEnd(clock, work(desk, alone, 'a', 5));
    expect(desk.seen.calls.map(({ at }) => at - clock.now() + 50)).toEqual([0, 0, 0, 0, 0]);
    await alone.stop();
  });

  it.each([
    { replicas: 2, most: 2 },
    { replicas: 2, most: 5 },
    { replicas: 3, most: 5 },
    { replicas: 3, most: 2 },
    { replicas: 4, most: 1 },
  ])(
    'never make more than $most at once, all $replicas together, and each gets its turn',
    async ({ replicas, most }) => {
      const clock = fakeClock();
      const desk = createDesk(clock);
      const { start } = createReplicas(clock, most);
      const names = Array.from({ length: replicas }, (_, n) => `replica-${n}`);
      const startedAt = clock.now();
      const keepers: LaneKeeper[] = [];
      const busy: Promise<void>[] = [];
      for (const name of names) {
        const keeper = await start(name);
        keepers.push(keeper);
        busy.push(work(desk, keeper, name, 400));
        await clock.advance(70);
      }
      await runToEnd(clock, Promise.all(busy));
      expect(desk.seen.most).toBe(most);
      expect(desk.seen.calls).toHaveLength(400 * replicas);
      for (const name of names) expect(first(desk, name) - startedAt).toBeLessThan(5000 * replicas);
      await Promise.all(keepers.map((keeper) => keeper.stop()));
    },
  );

  it('wait for a call that runs on a lane they are owed', async () => {
    const clock = fakeClock();
    const desk = createDesk(clock);
    const { start } = createReplicas(clock, 1);
    const a = await start('a');
    const file = a.gates.servicenow.run(desk.call('a', 30_000));
    const b = await start('b');
    const late = b.gates.servicenow.run(desk.call('b'));
    await clock.advance(29_900);
    expect(first(desk, 'b')).toBe(Number.POSITIVE_INFINITY);
    await runToEnd(clock, Promise.all([file, late]));
    expect(desk.seen.most).toBe(1);
    await Promise.all([a.stop(), b.stop()]);
  });

  it('give their lanes back when they stop, and leave them to the others when they are killed', async () => {
    const clock = fakeClock();
    const desk = createDesk(clock);
    let killed = false;
    const { start, limits } = createReplicas(clock, 2);
    const renew: SharedLimits['renew'] = (renewal) =>
      killed ? Promise.reject(new StoreUnavailable('gone')) : limits.renew(renewal);
    const a = await start('a', { renew });
    const b = await start('b');
    await clock.advance(3000);
    await b.stop();
    await clock.advance(3000);
    const bothLanes = clock.now();
    await runToEnd(clock, work(desk, a, 'a', 2));
    expect(desk.seen.calls.map(({ at }) => at)).toEqual([bothLanes, bothLanes]);

    killed = true;
    const c = await start('c');
    const waiting = work(desk, c, 'c', 2);
    const began = clock.now();
    await runToEnd(clock, waiting);
    expect(first(desk, 'c') - began).toBeLessThanOrEqual(12_000);
    expect(desk.seen.most).toBe(2);
    await Promise.all([a.stop(), c.stop()]);
  });
});

describe('a replica that has nothing to do', () => {
  /** A replica on `limits`, and how often it asked them for anything. */
  async function counted(clock: FakeClock, over: Partial<SharedLimits> = {}) {
    const { start, limits, errors } = createReplicas(clock, 2);
    let renewals = 0;
    const renew: SharedLimits['renew'] = (renewal) => {
      renewals += 1;
      return (over.renew ?? limits.renew)(renewal);
    };
    return { limits, start, errors, keeper: await start('idle', { renew }), renewals: () => renewals };
  }

  it('asks the store for nothing but what the others have said, once a minute', async () => {
    const clock = fakeClock();
    const { keeper, renewals } = await counted(clock);
    await clock.advance(600_000);
    // The first lease, the one given back, and ten minutes.
    expect(renewals()).toBeLessThanOrEqual(12);
    await keeper.stop();
  });

  it('starts a call at once all the same, on all lanes there are, and rests again after it', async () => {
    const clock = fakeClock();
    const desk = createDesk(clock);
    const { keeper, renewals } = await counted(clock);
    await clock.advance(30_000);
    const [began, before] = [clock.now(), renewals()];
    expect(keeper.gates.servicenow.lanes()).toBe(2);
    await runToEnd(clock, work(desk, keeper, 'idle', 2));
    expect(desk.seen.calls.map(({ at }) => at)).toEqual([began, began]);
    await clock.advance(30_000);
    expect(renewals() - before).toBe(2);
    await keeper.stop();
  });

  it('leaves its lanes to the others at once, and gets its share back when it wants one', async () => {
    const clock = fakeClock();
    const desk = createDesk(clock);
    const { keeper, start } = await counted(clock);
    const other = await start('other');
    const busy = work(desk, other, 'other', 400);
    await clock.advance(5_000);
    const alone = desk.seen.calls.length;
    await clock.advance(1_000);
    // Two lanes, 50 ms a call.
    expect(desk.seen.calls.length - alone).toBe(40);
    const began = clock.now();
    await runToEnd(clock, work(desk, keeper, 'idle', 20));
    expect(first(desk, 'idle') - began).toBeLessThan(200);
    await runToEnd(clock, busy);
    expect(desk.seen.most).toBe(2);
    await Promise.all([keeper.stop(), other.stop()]);
  });

  it('hears at once that a side asked another one to wait', async () => {
    const clock = fakeClock();
    const { keeper, start } = await counted(clock);
    const other = await start('other');
    await clock.advance(5_000);
    other.gates.salesforce.pauseFor(300_000);
    await clock.advance(1);
    expect(keeper.gates.salesforce.pausedUntil()).toBe(other.gates.salesforce.pausedUntil());
    await Promise.all([keeper.stop(), other.stop()]);
  });

  it('refuses a call where the store is away when it wakes, and goes on when that is back', async () => {
    const clock = fakeClock();
    const desk = createDesk(clock);
    const { start, limits, errors } = createReplicas(clock, 2);
    let away = false;
    const renew: SharedLimits['renew'] = (renewal) =>
      away ? Promise.reject(new StoreUnavailable('away')) : limits.renew(renewal);
    const keeper = await start('idle', { renew });
    await clock.advance(30_000);
    away = true;
    const refused = keeper.gates.servicenow.run(desk.call('early')).catch((error: unknown) => error);
    await clock.advance(1);
    expect(await refused).toMatchObject({ kind: 'Unavailable', data: { executed: 'no', cause: 'lease-lost' } });
    expect(errors).toHaveLength(1);
    away = false;
    await clock.advance(2_000);
    await runToEnd(clock, work(desk, keeper, 'late', 1));
    expect(desk.seen.calls.map(({ by }) => by)).toEqual(['late']);
    await keeper.stop();
  });
});

describe('replicas that move files', () => {
  it('leave a lane to the tickets of all, which goes round while a file is under way', async () => {
    const clock = fakeClock();
    const desk = createDesk(clock);
    const { start } = createReplicas(clock, 2);
    const [a, b] = [await start('a'), await start('b')];
    await clock.advance(5_000);
    const file = a.gates.servicenow.run(desk.call('file', 120_000), undefined, 'file');
    await clock.advance(1_000);
    const began = clock.now();
    const tickets = Promise.all([work(desk, a, 'a', 20), work(desk, b, 'b', 20)]);
    await runToEnd(clock, tickets);
    expect(clock.now() - began).toBeLessThan(30_000);
    expect(desk.seen.most).toBe(2);
    await runToEnd(clock, file);
    await Promise.all([a.stop(), b.stop()]);
  });

  it('move no file on the lane that is left, however many wait', async () => {
    const clock = fakeClock();
    const desk = createDesk(clock);
    const { start } = createReplicas(clock, 2);
    const [a, b] = [await start('a'), await start('b')];
    await clock.advance(5_000);
    const files = [a, b, b].map((keeper, n) =>
      keeper.gates.servicenow.run(desk.call(`file ${n}`, 40_000), undefined, 'file'),
    );
    await clock.advance(5_000);
    expect(desk.seen.calls.map(({ by }) => by)).toEqual(['file 0']);
    await runToEnd(clock, work(desk, b, 'b', 1));
    expect(desk.seen.calls.map(({ by }) => by)).toEqual(['file 0', 'b']);
    await runToEnd(clock, Promise.all(files));
    expect(desk.seen.most).toBe(2);
    await Promise.all([a.stop(), b.stop()]);
  });

  it.each([2, 3, 5])('take turns where one of them has a backlog of files: %i lanes', async (most) => {
    const clock = fakeClock();
    const desk = createDesk(clock);
    const { start } = createReplicas(clock, most);
    const keepers = [await start('a'), await start('b'), await start('c')];
    await clock.advance(5_000);
    const move = (by: number, count: number) =>
      Array.from({ length: count }, () =>
        keepers[by]?.gates.servicenow.run(desk.call(`abc`.charAt(by), 8_000), undefined, 'file'),
      );
    const backlog = move(0, 60);
    await clock.advance(30_000);
    const others = [...move(1, 10), ...move(2, 10)];
    const began = clock.now();
    await clock.advance(120_000);
    // A turn, the file under way, and the renewals in between, each once for whoever is before it.
    expect(first(desk, 'b') - began).toBeLessThan(2 * 22_000);
    expect(first(desk, 'c') - began).toBeLessThan(2 * 22_000);
    await runToEnd(clock, Promise.all([...backlog, ...others]));
    expect(desk.seen.most).toBeLessThanOrEqual(most - 1);
    for (const keeper of keepers) await keeper.stop();
  });

  it('all hold back where one of them was asked to wait', async () => {
    const clock = fakeClock();
    const desk = createDesk(clock);
    const { start } = createReplicas(clock, 4);
    const [a, b] = [await start('a'), await start('b')];
    await clock.advance(5_000);
    a.gates.servicenow.pauseFor(1_000);
    await clock.advance(5_000);
    await runToEnd(clock, Promise.all([work(desk, a, 'a', 20), work(desk, b, 'b', 20)]));
    expect(desk.seen.most).toBe(2);
    await Promise.all([a.stop(), b.stop()]);
  });

  it('make as many calls as are set again, although the one that was refused has none to make', async () => {
    const clock = fakeClock();
    const desk = createDesk(clock);
    const { start } = createReplicas(clock, 4);
    const [a, b] = [await start('a'), await start('b')];
    await clock.advance(5_000);
    for (let n = 0; n < 2; n += 1) {
      a.gates.servicenow.pauseFor(1_000);
      await clock.advance(10_000);
    }
    await runToEnd(clock, work(desk, b, 'b', 20));
    expect(desk.seen.most).toBe(1);
    await clock.advance(5 * 60_000);
    // Each has two of the four.
    await runToEnd(clock, Promise.all([work(desk, a, 'a', 20), work(desk, b, 'b', 20)]));
    expect(desk.seen.most).toBe(4);
    await Promise.all([a.stop(), b.stop()]);
  });
});

describe('a replica that stops', () => {
  it('starts no call any more, although the answer to its last renewal comes later', async () => {
    const clock = fakeClock();
    const desk = createDesk(clock);
    const { start, limits } = createReplicas(clock, 1);
    let slow = 0;
    const a = await start('a', {
      renew: async (renewal) => {
        if (slow > 0) await clock.sleep(slow);
        return limits.renew(renewal);
      },
    });
    slow = 1_500;
    await clock.advance(2_500);
    const stopped = a.stop();
    await clock.advance(1_600);
    await expect(a.gates.servicenow.run(desk.call('late'))).rejects.toThrow('lease-lost');
    await runToEnd(clock, stopped);
    expect(desk.seen.calls).toEqual([]);
  });
});

describe('a replica that stood still while its lease ran out', () => {
  it('refuses its late calls itself, with word that they were not executed, and goes on with a new lease', async () => {
    const clock = fakeClock();
    const desk = createDesk(clock);
    let frozen = false;
    const { start, limits } = createReplicas(clock, 1);
    const renew: SharedLimits['renew'] = (renewal) =>
      frozen ? Promise.reject(new StoreUnavailable('gone')) : limits.renew(renewal);
    const a = await start('a', { renew });
    frozen = true;
    const running = a.gates.servicenow.run(desk.call('a', 9500));
    const late = a.gates.servicenow.run(desk.call('late'));
    const refused = late.catch((error: unknown) => error);
    await runToEnd(clock, running);
    expect(await refused).toMatchObject({ kind: 'Unavailable', data: { executed: 'no', cause: 'lease-lost' } });
    await expect(a.gates.servicenow.run(desk.call('late'))).rejects.toThrow('lease-lost');
    expect(desk.seen.calls.map(({ by }) => by)).toEqual(['a']);
    frozen = false;
    await clock.advance(2500);
    await runToEnd(clock, a.gates.servicenow.run(desk.call('again')));
    expect(desk.seen.calls.map(({ by }) => by)).toEqual(['a', 'again']);
    await a.stop();
  });

  it('ends before the store gives its lanes to another, however slow the store was to answer', async () => {
    const clock = fakeClock();
    const desk = createDesk(clock);
    const { start, limits } = createReplicas(clock, 1);
    let answers = 0;
    const a = await start('a', {
      renew: async (renewal) => {
        const grants = await limits.renew(renewal);
        answers += 1;
        // The second answer is under way for longer than the lease; nothing comes after it.
        if (answers > 1) await clock.sleep(answers === 2 ? 11_000 : 60_000);
        return grants;
      },
    });
    // While a call runs the lease is kept.
    const ofA = a.gates.servicenow.run(desk.call('a', 3_000));
    const b = await start('b');
    const ofB = b.gates.servicenow.run(desk.call('b', 20_000));
    await clock.advance(18_000);
    await ofA;
    expect(desk.seen.calls.map(({ by }) => by)).toEqual(['a', 'b']);
    await expect(a.gates.servicenow.run(desk.call('a'))).rejects.toThrow('lease-lost');
    await runToEnd(clock, ofB);
    expect(desk.seen.most).toBe(1);
    await runToEnd(clock, Promise.all([a.stop(), b.stop()]));
  });

  it('goes by the clock that ran on, where the time of day was set back', async () => {
    const clock = fakeClock();
    let setBack = 0;
    let gone = false;
    const limits = createMemoryLimits(clock);
    const keeper = await keepLanes({
      limits: {
        ...limits,
        renew: (renewal) => (gone ? Promise.reject(new StoreUnavailable('gone')) : limits.renew(renewal)),
      },
      holder: 'a',
      most: bothSides(() => 1),
      clock: { ...clock, now: () => clock.now() - setBack, ticks: () => clock.now() },
      onError: () => undefined,
    });
    gone = true;
    setBack = 3_600_000;
    await clock.advance(10_000);
    await expect(keeper.gates.salesforce.run(async () => undefined)).rejects.toThrow('lease-lost');
    await keeper.stop();
  });
});

describe('what a side said to one replica', () => {
  it('holds for all: while Retry-After is in force nobody calls, and a restart does not forget it', async () => {
    const clock = fakeClock();
    const desk = createDesk(clock);
    const { start } = createReplicas(clock, 2);
    const a = await start('a');
    const b = await start('b');
    await clock.advance(3000);
    const told = clock.now();
    a.gates.servicenow.pauseFor(30_000);
    await clock.advance(1000);
    const fromB = b.gates.servicenow.run(desk.call('b'));
    await a.stop();
    const again = await start('a2');
    const fromA = again.gates.servicenow.run(desk.call('a'));
    await runToEnd(clock, Promise.all([fromA, fromB]));
    expect(Math.min(...desk.seen.calls.map(({ at }) => at)) - told).toBeGreaterThanOrEqual(30_000);
    expect(Math.max(...desk.seen.calls.map(({ at }) => at)) - told).toBeLessThan(40_000);
    expect(b.gates.salesforce.pausedUntil()).toBe(0);
    await Promise.all([again.stop(), b.stop()]);
  });

  it('is told later where the store was away just then', async () => {
    const clock = fakeClock();
    let away = false;
    const { start, limits } = createReplicas(clock, 2);
    const a = await start('a', {
      renew: (renewal) => (away ? Promise.reject(new StoreUnavailable('away')) : limits.renew(renewal)),
    });
    const b = await start('b');
    away = true;
    a.gates.salesforce.pauseFor(60_000);
    await clock.advance(3000);
    expect(b.gates.salesforce.pausedUntil()).toBe(0);
    away = false;
    await clock.advance(2500);
    expect(b.gates.salesforce.pausedUntil()).toBe(a.gates.salesforce.pausedUntil());
    await Promise.all([a.stop(), b.stop()]);
  });
});

describe('the calls of a day', () => {
  it('are added up over all replicas, and over a restart', async () => {
    const clock = fakeClock();
    const { start } = createReplicas(clock, 5);
    const a = await start('a');
    const b = await start('b');
    const budgetOf = (keeper: LaneKeeper) => createBudget({ share: 0.5, clock, day: keeper.gates.salesforce.day });
    const [ofA, ofB] = [budgetOf(a), budgetOf(b)];
    for (let call = 1; call <= 30; call += 1) {
      ofA.note({ used: call * 2, limit: 100 });
      ofB.note({ used: call, limit: 100 });
      if (call === 25) {
        expect(ofA.allowance()?.ours).toBe(25);
        expect(() => ofA.check()).not.toThrow();
        await clock.advance(5000);
        expect(ofA.allowance()?.ours).toBe(50);
      }
    }
    expect(() => ofA.check()).toThrow('daily API calls');
    await clock.advance(5000);
    await Promise.all([a.stop(), b.stop()]);
    const again = budgetOf(await start('c'));
    expect(again.allowance()?.ours).toBe(60);
    expect(() => again.check()).toThrow('daily API calls');
    await clock.advance(25 * 3_600_000);
    expect(again.allowance()?.ours).toBe(0);
  });
});
