import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { poll } from '../../src/engine/poll.ts';
import { resync, type Resynced } from '../../src/engine/resync.ts';
import { runToEnd } from '../support/clock.ts';
import { salesforceWorld, type SalesforceWorld } from './salesforce-world.ts';

const tickets = 1200;

let world: SalesforceWorld;
beforeEach(async () => {
  world = await salesforceWorld({ bulkFrom: 1000 });
  world.sandbox.settings.bulkRows = 400;
  for (let n = 0; n < tickets; n += 1)
    world.sandbox.desk.create('Case', { Subject: `Case ${n}`, Status: 'New' }, 'Ada');
  await world.clock.advance(3_600_000);
});
afterEach(() => world[Symbol.asyncDispose]());

const rows = (): number => world.sandbox.desk.rows('Case').length;
const calls = (): readonly string[] =>
  world.sandbox
    .calls()
    .flatMap((call) => (call.counted ? [`${call.method} ${call.path.split('/').slice(4).join('/')}`] : []));
const jobsStarted = (): number => calls().filter((call) => call === 'POST jobs/query').length;

function run(signal = new AbortController().signal): Promise<Resynced> {
  return runToEnd(world.clock, resync(world.engine, { dryRun: false, worker: 'daemon', signal }));
}
const queued = async (): Promise<number> => {
  const { waiting, active } = await world.store.queue.depth();
  return waiting + active;
};

describe('a resync over many Cases', () => {
  it('reads them by one job, then by pages what came since, and queues each once', async () => {
    const done = await run();
    expect(done.polled.salesforce).toBeGreaterThanOrEqual(rows());
    expect(await queued()).toBe(rows());
    expect(jobsStarted()).toBe(1);
    // Counting, the job, two looks, the fields, its parts, its end; and one page with the streams.
    expect(world.counted()).toBe(1 + 1 + 2 + 1 + Math.ceil(rows() / 400) + 1 + 1);
  });

  it('sees what is changed, opened and commented while the result is put together', async () => {
    await run();
    const [one, two] = world.sandbox.desk.rows('Case');
    for (
      let jobs = await world.store.queue.takeBatch(2000);
      jobs.length > 0;
      jobs = await world.store.queue.takeBatch(2000)
    )
      await world.store.transaction((tx) => tx.completeJobs(jobs));
    expect(await queued()).toBe(0);
    const working = run();
    await world.clock.advance(1000);
    world.sandbox.desk.edit('Case', one?.id ?? '', { Subject: 'edited meanwhile' }, 'Ada');
    world.sandbox.desk.create('Case', { Subject: 'opened meanwhile' }, 'Ada');
    world.sandbox.desk.comment('Case', two?.id ?? '', 'meanwhile', 'public', 'Ada');
    await working;
    expect(await queued()).toBe(rows());
  });

  it('that was stopped goes on with the same job at the part where it was', async () => {
    const stop = new AbortController();
    const seen = world.engine.emit;
    const engine = {
      ...world.engine,
      emit: (event: Parameters<typeof seen>[0]) => {
        if (event.type === 'resync.page' && event.side === 'salesforce' && event.rows === 400)
          stop.abort(new Error('stop'));
        seen(event);
      },
    };
    const stopped = await runToEnd(
      world.clock,
      resync(engine, { dryRun: false, worker: 'daemon', signal: stop.signal }),
    );
    expect(stopped).toMatchObject({ stopped: true });
    world.sandbox.forgetCalls();
    const again = await run();
    expect(again).toMatchObject({ resumed: true, stopped: false, runId: stopped.runId });
    expect(jobsStarted()).toBe(0);
    expect(await queued()).toBe(rows());
  });

  it('goes page by page where the job fails, and where the account may not start one', async () => {
    world.sandbox.settings.bulkFailures.push('too many retries');
    await run();
    expect(await queued()).toBe(rows());
    expect(calls().filter((call) => call.endsWith('/results'))).toEqual([]);
    world.sandbox.settings.bulkApi = false;
    expect(await run()).toMatchObject({ stopped: false });
  });
});

describe('a first load of many Cases', () => {
  const load = (unlimitedCreates: boolean) => {
    const [pair] = world.engine.pairs;
    if (pair === undefined) throw new Error('no pair');
    return runToEnd(world.clock, poll(world.engine, pair, 'salesforce', { unlimitedCreates }));
  };

  it('reads them by one job, and ordinary polls go on behind it', async () => {
    expect(await load(true)).toMatchObject({ skipped: null });
    expect(await queued()).toBe(rows());
    expect(jobsStarted()).toBe(1);
    world.sandbox.forgetCalls();
    await world.clock.advance(10_000);
    world.sandbox.desk.create('Case', { Subject: 'one more' }, 'Ada');
    await load(true);
    expect(await queued()).toBe(rows());
    expect(world.counted()).toBe(1);
  });

  it('stops at the limit on creates as any other', async () => {
    expect(await load(false)).toMatchObject({ skipped: 'pair-paused' });
    expect(await queued()).toBe(0);
  });

  it('goes page by page where the job fails', async () => {
    world.sandbox.settings.bulkFailures.push('too many retries');
    await load(true);
    expect(await queued()).toBe(rows());
  });
});
