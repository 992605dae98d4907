import { describe, expect, it } from 'vitest';
import { createWorker } from '../../src/engine/worker.ts';
import { createWorld, newIncident } from '../engine/world.ts';
import { runToEnd } from '../support/clock.ts';
import { createCli, type Ran } from './world.ts';

/** One pair in step, whose urgency the run then carried across: Medium became High. With `lost`, its answer was found later. */
async function setUp({ lost = false } = {}) {
  const world = createWorld();
  const cli = createCli({ store: world.store, engine: world.engine });
  const run = (...args: readonly string[]): Promise<Ran> => runToEnd(world.clock, cli.run(...args));
  const incident = world.put('servicenow', newIncident);
  await world.sync();
  const later = { ...world.engine, runId: 'run-2' };
  if (lost) world.desks.salesforce.faults.add({ method: 'update', error: 'Unavailable', effect: 'done', times: 1 });
  await world.edit('servicenow', incident.id, { urgency: '1' });
  await world.poll();
  const jobs = await world.store.queue.takeBatch(10);
  await createWorker(later, { sideDown: 'fail', signal: new AbortController().signal }).handle(jobs);
  expect(world.twin('salesforce').fields['Priority']).toBe('High');
  if (lost) {
    await world.clock.advance(80_000);
    await world.sync();
  }
  const priority = () => world.twin('salesforce').fields['Priority'];
  return { world, run, priority, incident };
}

/** A stop in which nothing at all is written. */
const blind = { pair: 'incident-case', reason: 'side-blind', detail: {}, at: '2026-03-02T09:00:00.000Z' } as const;

describe('undo', () => {
  it('shows its plan and writes nothing where nobody says yes', async () => {
    const { world, run, priority } = await setUp();
    const before = world.writes();
    const shown = await run('undo', '--run', 'run-2');
    expect(shown).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/: Priority in Salesforce "High" back to "Medium"\n$/) as string,
    });
    expect(shown.stderr).toContain('1 value on 1 ticket to put back, 0 to leave.');
    expect((await run('undo', '--run', 'run-2', '--json')).lines).toMatchObject([
      { action: 'put-back', why: null, field: 'urgency', side: 'salesforce', now: 'High', backTo: 'Medium' },
    ]);
    expect({ writes: world.writes(), priority: priority() }).toEqual({ writes: before, priority: 'High' });
    expect(await world.store.transaction((tx) => tx.recentRuns(5))).toEqual([]);
  });

  it('puts back what was found landed, though its answer was lost', async () => {
    const { run, priority } = await setUp({ lost: true });
    const done = await run('undo', '--run', 'run-2', '--yes', '--json');
    expect(done).toMatchObject({ code: 0 });
    expect(done.lines.at(-1)).toMatchObject({ of: 'run-2', putBack: 1, left: 0 });
    expect(priority()).toBe('Medium');
  });

  it('puts back, on record as a person under a run of its own, and nothing carries it over again', async () => {
    const { world, run, priority } = await setUp();
    const done = await run('undo', '--run', 'run-2', '--yes', '--json');
    expect(done).toMatchObject({ code: 0 });
    const summary = done.lines.at(-1) as { readonly run: string };
    expect(summary).toMatchObject({ of: 'run-2', putBack: 1, left: 0, waiting: 0, overtaken: 0 });
    const { id } = await world.link();
    const [latest] = await world.store.transaction((tx) => tx.historyOf(id, 1));
    expect(latest).toMatchObject({
      runId: summary.run,
      because: 'person',
      before: 'High',
      value: 'Medium',
      by: expect.stringMatching(/^cli:/) as string,
    });
    expect(await world.store.transaction((tx) => tx.runById(summary.run))).toMatchObject({
      kind: 'undo',
      state: 'done',
      position: { of: 'run-2' },
    });
    await world.sync();
    await world.sync();
    expect(priority()).toBe('Medium');
    // The next edit travels like any other.
    await world.edit('servicenow', world.twin('servicenow').id, { urgency: '3' });
    await world.sync();
    expect(priority()).toBe('Low');
  });

  it('a second time has nothing left to do, and says so', async () => {
    const { run } = await setUp();
    await run('undo', '--run', 'run-2', '--yes');
    const again = await run('undo', '--run', 'run-2', '--yes', '--json');
    expect(again).toMatchObject({ code: 1, lines: [{ action: 'leave', why: 'back-already' }] });
  });

  it('of what made a ticket takes no ticket away', async () => {
    const { world, run } = await setUp();
    const before = world.writes();
    const done = await run('undo', '--run', 'run-1', '--yes', '--json');
    expect(done.code).toBe(1);
    expect(new Set(done.lines.map((line) => (line as { why: unknown }).why))).toEqual(new Set(['created']));
    expect(world.writes()).toBe(before);
  });

  it('is carried out while a person has the pair stand still', async () => {
    const { run, priority } = await setUp();
    await run('pairs', 'pause', 'incident-case');
    expect(await run('undo', '--run', 'run-2', '--yes')).toMatchObject({ code: 0 });
    expect(priority()).toBe('Medium');
  });

  it('waits where nothing may be written to a pair, and is carried out when it goes on', async () => {
    const { world, run, priority } = await setUp();
    await world.store.transaction((tx) => tx.pausePair(blind));
    const done = await run('undo', '--run', 'run-2', '--yes', '--json');
    expect(done).toMatchObject({ code: 1 });
    expect(done.lines.at(-1)).toMatchObject({ putBack: 0, waiting: 1, overtaken: 0 });
    expect(priority()).toBe('High');
    await run('pairs', 'resume', 'incident-case');
    await world.sync();
    expect(priority()).toBe('Medium');
    // Whoever carries it out, it is on record under the undo's own run.
    const [latest] = await world.store.transaction(async (tx) =>
      tx.historyOf((await tx.findLinks({ limit: 1 }))[0]?.id ?? '', 1),
    );
    expect(latest).toMatchObject({ runId: (done.lines.at(-1) as { readonly run: string }).run, because: 'person' });
  });

  it('leaves an edit that comes between the plan and the write to stand', async () => {
    const { world, run, priority, incident } = await setUp();
    await world.store.transaction((tx) => tx.pausePair(blind));
    await run('undo', '--run', 'run-2', '--yes');
    await world.edit('servicenow', incident.id, { urgency: '3' });
    await run('pairs', 'resume', 'incident-case');
    await world.sync();
    expect(priority()).toBe('Low');
    expect(await world.store.transaction((tx) => tx.counts())).toMatchObject({ openConflicts: 0, decidedConflicts: 0 });
  });

  it('looks at one field, one pair or one stretch of time where asked to', async () => {
    const { world, run } = await setUp();
    const found = async (...args: readonly string[]): Promise<number> =>
      (await run('undo', '--run', 'run-2', '--json', ...args)).lines.length;
    const soon = new Date(world.clock.now() + 60_000).toISOString();
    expect(await found('--field', 'urgency', '--pair', 'incident-case', '--until', soon)).toBe(1);
    expect(await found('--field', 'state')).toBe(0);
    expect(await found('--since', soon)).toBe(0);
    expect(await run('undo', '--run', 'run-2', '--pair', 'nobody')).toMatchObject({ code: 2 });
    expect(await run('undo', '--run', 'run-2', '--since', 'yesterday')).toMatchObject({ code: 2 });
  });

  it('says which runs there are where it is given none, or one that wrote nothing', async () => {
    const { run } = await setUp();
    expect(await run('undo')).toMatchObject({ code: 2, stderr: expect.stringContaining('"runs list"') as string });
    expect(await run('undo', '--run', 'nobody')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"runs list"') as string,
    });
    const listed = await run('runs', 'list', '--json');
    expect(listed.lines).toMatchObject([
      { runId: 'run-2', kind: null, values: 1, tickets: 1 },
      { runId: 'run-1', kind: null, tickets: 1 },
    ]);
    expect((await run('runs', 'list')).stdout).toMatch(/^Run +Kind +First write/);
    expect((await run('status', '--json')).lines).toMatchObject([{ lastRun: { runId: 'run-2' } }]);
    expect((await run('status')).stdout).toContain('Last run    run-2, 1 value on 1 ticket');
  });
});
