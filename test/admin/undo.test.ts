import { describe, expect, it } from 'vitest';
import { createWorker } from '../../src/engine/worker.ts';
import type { UndoPlan } from '../../src/admin/schemas/undo.ts';
import { newIncident } from '../engine/world.ts';
import { createUndoer } from '../../src/operate/undo-job.ts';
import { createAdminWorld, tokenOf } from './support.ts';

/** One pair in step, whose urgency run-2 then carried across: Medium became High. */
async function setUp() {
  const admin = await createAdminWorld();
  const { world, ask } = admin;
  const incident = world.put('servicenow', newIncident);
  await world.sync();
  await world.edit('servicenow', incident.id, { urgency: '1' });
  await world.poll();
  const jobs = await world.store.queue.takeBatch(10);
  const later = { ...world.engine, runId: 'run-2' };
  await createWorker(later, { sideDown: 'fail', signal: new AbortController().signal }).handle(jobs);
  expect(world.twin('salesforce').fields['Priority']).toBe('High');
  const priority = () => world.twin('salesforce').fields['Priority'];
  const plan = async (body: object = { run: 'run-2' }): Promise<UndoPlan> =>
    (await ask('POST', '/api/undo/plan', { body })).json as unknown as UndoPlan;
  return { ...admin, incident, priority, plan };
}

describe('an undo by the API', () => {
  it('lists the runs that wrote, and shows what it would put back without writing', async () => {
    const { ask, plan, world, priority } = await setUp();
    const runs = await ask('GET', '/api/undo/runs', { as: tokenOf('viewer') });
    expect(runs.json).toMatchObject({
      items: [{ runId: 'run-2', values: 1, tickets: 1, kind: null }, { runId: 'run-1' }],
    });
    const writes = world.writes();
    expect(await plan()).toMatchObject({
      putBack: 1,
      tickets: 1,
      leave: 0,
      items: [{ action: 'put-back', field: 'urgency', side: 'salesforce', now: 'High', backTo: 'Medium' }],
    });
    expect({ writes: world.writes(), priority: priority() }).toEqual({ writes, priority: 'High' });
  });

  it('carries out the plan that somebody has seen, in a run of its own, on record under their name', async () => {
    const { ask, plan, world, priority, records } = await setUp();
    const { mark } = await plan();
    const begun = await ask('POST', '/api/undo', { body: { run: 'run-2', mark } });
    expect(begun).toMatchObject({ status: 202, json: { kind: 'undo', undoes: 'run-2', state: 'running', live: true } });
    const id = String(begun.json['id']);
    expect(await ask('POST', `/api/runs/${id}/stop`)).toMatchObject({ status: 409 });
    await world.work();
    await world.clock.advance(6000);
    expect(priority()).toBe('Medium');
    expect((await ask('GET', `/api/runs/${id}`)).json).toMatchObject({
      state: 'done',
      live: false,
      counts: { putBack: 1, waiting: 0, overtaken: 0 },
    });
    const link = await world.link();
    const [latest] = await world.store.transaction((tx) => tx.historyOf(link.id, 1));
    expect(latest).toMatchObject({ runId: id, because: 'person', before: 'High', value: 'Medium', by: 'operator' });
    expect((await records.recentAudit(5)).map(({ action, actor }) => `${actor} ${action}`)).toContain(
      'operator run.undo',
    );
  });

  it('writes nothing where something has changed since somebody looked', async () => {
    const { ask, plan, world, priority } = await setUp();
    const { mark } = await plan();
    await world.edit('salesforce', world.twin('salesforce').id, { Priority: 'Low' });
    const said = await ask('POST', '/api/undo', { body: { run: 'run-2', mark } });
    expect(said).toMatchObject({ status: 409, json: { detail: expect.stringContaining('look again') as string } });
    expect(priority()).toBe('Low');
    expect(await plan()).toMatchObject({
      putBack: 0,
      leave: 1,
      items: [{ action: 'leave', text: expect.stringContaining('changed since') as string }],
    });
    expect(await world.store.transaction((tx) => tx.recentRuns(5))).toEqual([]);
  });

  it('takes the mark of one plan for no other, and knows what it does not know', async () => {
    const { ask, plan } = await setUp();
    const { mark } = await plan({ run: 'run-2', field: 'short_description' });
    const cases = [
      [{ run: 'run-2', mark }, 409],
      [{ run: 'run-9', mark }, 404],
      [{ run: 'run-2', mark, pair: 'incident-cake' }, 404],
      [{ run: 'run-2' }, 400],
      [{ run: 'run-2', mark, since: 'yesterday' }, 400],
    ] as const;
    for (const [body, status] of cases) expect((await ask('POST', '/api/undo', { body })).status).toBe(status);
  });

  it('is taken up by the next process where one ends in the middle, and never told as lost', async () => {
    const { admin, ask, plan, world, priority } = await setUp();
    const { mark } = await plan();
    const begun = await ask('POST', '/api/undo', { body: { run: 'run-2', mark } });
    const id = String(begun.json['id']);
    await admin.stop();
    const rowOf = () => world.store.transaction((tx) => tx.runById(id));
    expect(await rowOf()).toMatchObject({ state: 'running' });

    await world.clock.advance(60_000);
    const next = createUndoer({ engine: world.engine, onChange: () => undefined });
    const adopted = next.adopt();
    await world.clock.advance(1000);
    expect(next.progress(id)).toMatchObject({ phase: 'working', share: 0, found: 1 });
    await world.work();
    await world.clock.advance(6000);
    await adopted;
    expect(next.progress(id)).toBeNull();
    expect(priority()).toBe('Medium');
    expect(await rowOf()).toMatchObject({ state: 'done', counts: { putBack: 1, waiting: 0, overtaken: 0 } });
  });

  it('says what still waits where the pair stands still', async () => {
    const { ask, plan, world, priority } = await setUp();
    const { mark } = await plan();
    const blind = { pair: 'incident-case', reason: 'side-blind', detail: {}, at: '2026-03-02T09:00:00.000Z' } as const;
    await world.store.transaction((tx) => tx.pausePair(blind));
    const begun = await ask('POST', '/api/undo', { body: { run: 'run-2', mark } });
    await world.work();
    await world.clock.advance(10_000);
    expect(priority()).toBe('High');
    const run = await ask('GET', `/api/runs/${String(begun.json['id'])}`);
    expect(run.json).toMatchObject({ state: 'done', counts: { putBack: 0, waiting: 1 } });
  });
});
