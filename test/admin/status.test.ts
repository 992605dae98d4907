import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/connectors/errors.ts';
import type { Series, Status } from '../../src/admin/schemas/status.ts';
import { newIncident } from '../engine/world.ts';
import { type AdminWorld, createAdminWorld, tokenOf } from './support.ts';

const statusOf = async ({ ask }: AdminWorld): Promise<Status> =>
  (await ask('GET', '/api/status', { as: tokenOf('viewer') })).json as unknown as Status;

/** Polls both sides, and lets the admin port hear of it as the daemon would. */
async function polled(admin: AdminWorld): Promise<void> {
  const from = admin.world.events.length;
  await admin.world.sync();
  for (const event of admin.world.events.slice(from)) admin.admin.hear(event);
}

describe('the status', () => {
  it('is healthy only once both sides were read', async () => {
    const admin = await createAdminWorld();
    expect(await statusOf(admin)).toMatchObject({ healthy: false, sides: { servicenow: { state: 'starting' } } });
    await polled(admin);
    const status = await statusOf(admin);
    expect(status).toMatchObject({
      healthy: true,
      problems: [],
      sides: { salesforce: { state: 'running', late: false } },
    });
  });

  it('tells a side that stands still, why, and until when', async () => {
    const admin = await createAdminWorld();
    await polled(admin);
    const error = new ConnectorError('RateLimited', { side: 'salesforce', executed: 'no', status: 429 });
    const untilMs = admin.world.clock.now() + 30_000;
    admin.admin.hear({ type: 'side.paused', side: 'salesforce', error, untilMs });
    const status = await statusOf(admin);
    expect(status.healthy).toBe(false);
    expect(status.problems).toMatchObject([{ code: 'side-paused', side: 'salesforce' }]);
    expect(status.sides.salesforce).toMatchObject({ state: 'paused', pausedUntil: new Date(untilMs).toISOString() });
    expect(status.sides.servicenow.state).toBe('running');
    await polled(admin);
    expect((await statusOf(admin)).healthy).toBe(true);
  });

  it('tells a side that lets us in no more apart from one that rests', async () => {
    const admin = await createAdminWorld();
    const error = new ConnectorError('Unauthorized', { side: 'servicenow', executed: 'no', cause: 'wrong-secret' });
    admin.admin.hear({ type: 'side.paused', side: 'servicenow', error, untilMs: admin.world.clock.now() });
    const status = await statusOf(admin);
    expect(status.sides.servicenow).toMatchObject({
      state: 'unauthorised',
      text: expect.stringContaining('SERVICENOW_CLIENT_SECRET') as string,
    });
  });

  it('is late when nothing was read for longer than the gap explains', async () => {
    const admin = await createAdminWorld();
    await polled(admin);
    await admin.world.clock.advance(59_000);
    expect((await statusOf(admin)).sides.servicenow.late).toBe(false);
    await admin.world.clock.advance(120_000);
    expect((await statusOf(admin)).problems).toMatchObject([
      { code: 'side-late', side: 'servicenow' },
      { code: 'side-late', side: 'salesforce' },
    ]);
  });

  it('is not healthy while a pair stands still or the database is away', async () => {
    const admin = await createAdminWorld();
    await polled(admin);
    await admin.ask('POST', '/api/pairs/incident-case/pause', { body: { note: 'moving house' } });
    const status = await statusOf(admin);
    expect(status).toMatchObject({
      healthy: false,
      pauses: [{ reason: 'person' }],
      problems: [{ code: 'pair-paused' }],
    });
    expect(status.pauses[0]?.text).toContain('moving house');
    admin.admin.hear({ type: 'store.lost', error: new Error('gone') });
    expect((await statusOf(admin)).problems.map(({ code }) => code)).toContain('database');
  });

  it('counts links, conflicts and what waits', async () => {
    const admin = await createAdminWorld();
    admin.world.put('servicenow', newIncident);
    await polled(admin);
    expect(await statusOf(admin)).toMatchObject({
      links: { total: 1, byStatus: { synced: 1 } },
      openConflicts: 0,
      quarantined: 0,
      queue: { waiting: 0, active: 0 },
      runId: null,
    });
  });

  it('keeps what happened each minute, without gaps', async () => {
    const admin = await createAdminWorld();
    admin.world.put('servicenow', newIncident);
    await polled(admin);
    await admin.admin.sample();
    await admin.world.clock.advance(3 * 60_000);
    const series = (await admin.ask('GET', '/api/series?minutes=5')).json as unknown as Series;
    expect(series.buckets).toHaveLength(5);
    expect(series.buckets.map(({ created }) => created.salesforce)).toEqual([0, 1, 0, 0, 0]);
    expect(series.buckets[1]?.calls.servicenow).toBeGreaterThan(0);
    const times = series.buckets.map(({ at }) => Date.parse(at));
    expect(times.every((at, n) => n === 0 || at - (times[n - 1] ?? 0) === 60_000)).toBe(true);
  });
});

describe('health', () => {
  it('says yes or no and nothing else, to anybody', async () => {
    const admin = await createAdminWorld();
    expect(await admin.ask('GET', '/healthz', { as: null })).toMatchObject({ status: 200, text: 'yes\n' });
    expect(await admin.ask('GET', '/readyz?verbose', { as: null })).toMatchObject({ status: 503, text: 'no\n' });
    await polled(admin);
    expect(await admin.ask('GET', '/readyz', { as: null })).toMatchObject({ status: 200, text: 'yes\n' });
  });

  it('lives but is not ready while the database is away', async () => {
    const admin = await createAdminWorld();
    await polled(admin);
    admin.world.store.ping = () => Promise.reject(new Error('the database at db.internal is gone'));
    expect(await admin.ask('GET', '/healthz', { as: null })).toMatchObject({ status: 200, text: 'yes\n' });
    expect(await admin.ask('GET', '/readyz', { as: null })).toMatchObject({ status: 503, text: 'no\n' });
  });
});

describe('metrics', () => {
  const figure = (text: string, name: string): string | undefined =>
    text.split('\n').find((line) => line.startsWith(`casebridge_${name}`));

  it('count what the engine does, and name no ticket', async () => {
    const admin = await createAdminWorld();
    admin.world.put('servicenow', newIncident);
    await polled(admin);
    const { ids, numbers } = await admin.world.link();
    await admin.world.edit('salesforce', ids.salesforce, { Subject: 'Changed' });
    await polled(admin);
    const { text, headers } = await admin.ask('GET', '/metrics', { as: tokenOf('viewer') });
    expect(headers['content-type']).toContain('text/plain');
    expect(figure(text, 'changes_total{direction="servicenow_to_salesforce",outcome="created"}')).toMatch(/ 1$/);
    expect(figure(text, 'changes_total{direction="salesforce_to_servicenow",outcome="updated"}')).toMatch(/ 1$/);
    expect(figure(text, 'api_calls_total{side="servicenow"}')).toMatch(/ [1-9]\d*$/);
    expect(figure(text, 'freshness_seconds_count{direction="salesforce_to_servicenow"}')).toMatch(/ 1$/);
    expect(figure(text, 'links{status="synced"}')).toMatch(/ 1$/);
    expect(figure(text, 'dead_letters')).toMatch(/ 0$/);
    for (const name of [
      'conflicts_total',
      'batch_records',
      'poll_interval_seconds',
      'lag_seconds',
      'echoes_suppressed_total',
    ])
      expect(text).toContain(`# TYPE casebridge_${name}`);
    for (const secret of [ids.servicenow, ids.salesforce, numbers.servicenow ?? '', 'Changed'])
      expect(text).not.toContain(secret);
  });

  it('ask for a token, unless the setting opens them', async () => {
    expect((await (await createAdminWorld()).ask('GET', '/metrics', { as: null })).status).toBe(401);
    const open = await createAdminWorld({ settings: { metricsOpen: true } });
    expect((await open.ask('GET', '/metrics', { as: null })).status).toBe(200);
  });
});
