import { afterEach, describe, expect, it } from 'vitest';
import { meetInstances } from '../../src/engine/life/instances.ts';
import { createTicker } from '../../src/engine/ticker.ts';
import { createWorker } from '../../src/engine/worker.ts';
import type { PairConfig } from '../../src/mapping/define-config.ts';
import { salesforceWorld, type SalesforceWorld } from './salesforce-world.ts';
import { newIncident } from './world.ts';

// What a pair at rest costs a Salesforce org by the day: the real connector against the local Salesforce, on a clock of its own.

const minute = 60_000;
const hour = 60 * minute;
/** CASEBRIDGE_POLL and CASEBRIDGE_POLL_IDLE_MAX as they come. */
const tickMs = 10_000;
const idleMaxMs = 120_000;
/** CASEBRIDGE_SWEEP as it comes. */
const sweepMs = 24 * hour;

let world: SalesforceWorld;
afterEach(() => world[Symbol.asyncDispose]());

/** A daemon's own steps from its start, with this mapping. */
async function daemon(pair: Partial<PairConfig>) {
  world = await salesforceWorld({ pair });
  const { engine, clock, store, salesforce } = world;
  // As the composition root and `start` ask once.
  await salesforce.describe('Case');
  await meetInstances(engine);
  const { signal } = new AbortController();
  const ticker = createTicker(engine, { tickMs, idleMaxMs, sweepMs, unlimitedCreates: false, signal });
  const worker = createWorker(engine, { sideDown: 'wait', signal });

  /** Lets so much time pass, tick by tick. */
  async function live(ms: number): Promise<void> {
    for (const end = clock.now() + ms; clock.now() < end; await clock.advance(tickMs)) {
      await ticker.tick();
      for (let jobs = await store.queue.takeBatch(200); jobs.length > 0; jobs = await store.queue.takeBatch(200))
        await worker.handle(jobs);
    }
  }
  return { live, calls: () => salesforce.calls() };
}

/** A ticket that was carried there, with a comment and a file from across. */
async function oneTicket(live: (ms: number) => Promise<void>, within = minute): Promise<void> {
  const { servicenow, sandbox } = world;
  servicenow.put('incident', newIncident);
  await live(within);
  const [twin] = sandbox.desk.rows('Case').filter((row) => row.fields['Subject'] === newIncident['short_description']);
  if (twin === undefined) throw new Error('not carried');
  sandbox.desk.comment('Case', twin.id, 'Any news?', 'public', 'Ada');
  sandbox.desk.attach('Case', twin.id, { name: 'screen.png', content: Buffer.from('png') }, 'Ada');
  await live(within);
}

describe('an idle hour', () => {
  it.each([
    ['comments and files', {}],
    ['comments alone', { files: undefined }],
    ['files alone', { comments: undefined }],
    ['neither', { comments: undefined, files: undefined }],
  ])('costs one call a poll: with %s', async (_name, off) => {
    const { live } = await daemon(off as Partial<PairConfig>);
    await oneTicket(live);
    await live(20 * minute);
    world.sandbox.forgetCalls();
    await live(hour);
    expect(world.counted()).toBe(hour / idleMaxMs);
  });
});

describe('an idle day', () => {
  it('stays within 5 % of the 15,000 calls that a Developer Edition has, every call since the start counted', async () => {
    const { live, calls } = await daemon({});
    world.sandbox.settings.dailyApiRequests = 15_000;
    await live(24 * hour);

    expect(world.counted()).toBeLessThanOrEqual(750);
    // One for each poll at rest, and the start.
    expect(world.counted()).toBeGreaterThanOrEqual((24 * hour) / idleMaxMs);
    expect(calls()).toBe(world.counted());
  }, 60_000);

  it('stays within them with a handful of links, whose contents are compared once', async () => {
    const { live } = await daemon({});
    for (const text of ['Printer', 'Phone', 'Screen'])
      world.servicenow.put('incident', { ...newIncident, short_description: text });
    await live(hour);
    world.sandbox.forgetCalls();
    await live(24 * hour);
    expect(world.counted()).toBeLessThanOrEqual((24 * hour) / idleMaxMs + 2);
    expect(world.events.filter(({ type }) => type === 'sweep.done')).toMatchObject([{ links: 3, drift: 0 }]);
  }, 60_000);

  it('costs a few more where one ticket came, with a comment and a file', async () => {
    const { live } = await daemon({});
    await live(12 * hour);
    const before = world.counted();
    await oneTicket(live, 4 * minute);
    await live(12 * minute);
    expect(world.counted() - before).toBeLessThan((20 * minute) / idleMaxMs + 30);
  }, 60_000);
});
