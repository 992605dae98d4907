import { describe, expect, it } from 'vitest';
import type { Run, RunDetail } from '../../src/admin/schemas/runs.ts';
import { createWorker } from '../../src/engine/worker.ts';
import { newIncident } from '../engine/world.ts';
import { settle } from '../support/clock.ts';
import { type AdminWorld, createAdminWorld } from './support.ts';

const start = async ({ ask }: AdminWorld, body: object): Promise<Run> => {
  const said = await ask('POST', '/api/runs', { body });
  if (said.status !== 202) throw new Error(said.text);
  return said.json as unknown as Run;
};

const runOf = async ({ ask }: AdminWorld, id: string): Promise<RunDetail> =>
  (await ask('GET', `/api/runs/${id}`)).json as unknown as RunDetail;

/** Time passes until the run is no longer under way. */
async function untilOver(admin: AdminWorld, id: string): Promise<RunDetail> {
  for (let rounds = 0; rounds < 200; rounds += 1) {
    const run = await runOf(admin, id);
    if (!run.live) return run;
    await admin.world.clock.advance(500);
    await settle();
  }
  throw new Error('the run does not end');
}

describe('a resync in the background', () => {
  it('queues what no poll has seen, leaves the work to the daemon, and ends when it is done', async () => {
    const admin = await createAdminWorld();
    const { world } = admin;
    world.put('servicenow', newIncident);
    const worker = createWorker(world.engine, { sideDown: 'wait', signal: new AbortController().signal });
    await world.store.queue.work({ batchSize: 200 }, (jobs) => worker.handle(jobs));
    const { id } = await start(admin, { kind: 'resync' });
    const run = await untilOver(admin, id);
    expect(run).toMatchObject({ state: 'done', kind: 'resync', counts: { found: 1 }, error: null });
    expect(await world.store.transaction((tx) => tx.countLinks())).toMatchObject({ synced: 1 });
    await world.store.queue.stop(0);
  });

  it('is one at a time', async () => {
    const admin = await createAdminWorld();
    admin.world.put('servicenow', newIncident);
    const { id } = await start(admin, { kind: 'resync' });
    await settle();
    const second = await admin.ask('POST', '/api/runs', { body: { kind: 'verify' } });
    expect(second).toMatchObject({ status: 409 });
    expect(second.json['detail']).toContain(id);
  });

  it('goes on where it was paused, under the same name', async () => {
    const admin = await createAdminWorld();
    admin.world.put('servicenow', newIncident);
    const { id } = await start(admin, { kind: 'resync', pair: 'incident-case' });
    await settle();
    const paused = await admin.ask('POST', `/api/runs/${id}/pause`);
    expect(paused.json).toMatchObject({ id, state: 'paused', live: false });
    const resumed = await admin.ask('POST', `/api/runs/${id}/resume`);
    expect(resumed).toMatchObject({ status: 202, json: { id, live: true } });
    await admin.ask('POST', `/api/runs/${id}/stop`);
    expect(await runOf(admin, id)).toMatchObject({ state: 'cancelled', live: false });
    expect((await admin.ask('POST', `/api/runs/${id}/resume`)).status).toBe(409);
    expect((await admin.records.recentAudit(9)).map(({ action }) => action)).toEqual([
      'run.stop',
      'run.resume',
      'run.pause',
      'run.start',
    ]);
  });

  it('says why it failed', async () => {
    const admin = await createAdminWorld();
    admin.world.desks.servicenow.faults.add({
      method: 'changes',
      whole: true,
      error: 'Unauthorized',
      cause: 'wrong-secret',
      times: 1,
    });
    const { id } = await start(admin, { kind: 'resync' });
    const run = await untilOver(admin, id);
    expect(run.state).toBe('failed');
    expect(run.error).toContain('SERVICENOW_CLIENT_SECRET');
  });

  it('of a process that is gone is told as lost, and can be ended', async () => {
    const admin = await createAdminWorld();
    const row = {
      id: 'left',
      kind: 'resync',
      pair: null,
      startedAt: '2026-03-01T00:00:00.000Z',
      endedAt: null,
      state: 'running',
      position: {},
      counts: {},
    } as const;
    await admin.world.store.transaction((tx) => tx.saveRun(row));
    expect(await runOf(admin, 'left')).toMatchObject({ state: 'lost', live: false });
    expect((await admin.ask('POST', '/api/runs/left/pause')).status).toBe(409);
    expect((await admin.ask('POST', '/api/runs/left/stop')).json).toMatchObject({ state: 'cancelled' });
  });

  it('of a pair that is not there is refused', async () => {
    const { ask } = await createAdminWorld();
    expect(await ask('POST', '/api/runs', { body: { kind: 'resync', pair: 'nobody' } })).toMatchObject({ status: 404 });
    expect(await ask('POST', '/api/runs', { body: { kind: 'resync', since: 'yesterday' } })).toMatchObject({
      status: 400,
    });
    expect(await ask('GET', '/api/runs/nobody')).toMatchObject({ status: 404 });
  });
});

describe('a verify in the background', () => {
  it('writes nothing and tells each difference', async () => {
    const admin = await createAdminWorld();
    const { world } = admin;
    world.put('servicenow', newIncident);
    await world.sync();
    const { ids } = await world.link();
    await world.edit('salesforce', ids.salesforce, { Subject: 'Changed behind our back' });
    const before = world.writes();
    const { id } = await start(admin, { kind: 'verify' });
    const run = await untilOver(admin, id);
    expect(run).toMatchObject({
      state: 'done',
      counts: { seen: 1, found: 1 },
      drift: [{ field: 'short_description', salesforce: 'Changed behind our back' }],
    });
    expect(world.writes()).toBe(before);
    expect((await admin.ask('GET', '/api/runs?kind=verify')).json).toMatchObject({ items: [{ id }] });
  });
});
