import { describe, expect, it } from 'vitest';
import type { StoredToken } from '../../src/connectors/credentials.ts';
import { withRefreshSince } from '../../src/connectors/refresh-since.ts';
import { tokenEnds } from '../../src/cli/token-ends.ts';
import { Secret } from '../../src/config/secret.ts';
import type { Settings } from '../../src/config/settings.ts';
import { systemIds } from '../../src/system.ts';
import { createCli, goodSettings } from '../cli/world.ts';
import { createWorld, type World } from '../engine/world.ts';
import { realClock } from '../support/clock.ts';
import { eventually } from '../support/eventually.ts';
import { openSink } from './http-sink.ts';

/** A daemon by real time on desks and a store in memory. */
function run(world: World, env: Readonly<Record<string, string>>) {
  const engine = { ...world.engine, clock: realClock(), ids: systemIds };
  const cli = createCli({ store: world.store, engine, env: { ...goodSettings, CASEBRIDGE_ADMIN_PORT: '0', ...env } });
  return { interrupt: cli.interrupt, ended: cli.run('start') };
}

async function pauseIn({ store }: World): Promise<void> {
  const at = new Date().toISOString();
  const pause = { pair: 'incident-case', reason: 'side-blind', detail: { side: 'salesforce' }, at } as const;
  await store.transaction((tx) => tx.pausePair(pause));
}

describe('a daemon that is watched', () => {
  it('tells of a pair that stands still by the webhook, and does not beat meanwhile', async () => {
    const [sink, beats] = [await openSink(), await openSink()];
    const world = createWorld();
    await pauseIn(world);
    const ran = run(world, {
      CASEBRIDGE_ALERT_WEBHOOK: `${sink.url}/c4n4ry`,
      CASEBRIDGE_ALERT_WEBHOOK_SECRET: 'c4n4ry',
      CASEBRIDGE_HEARTBEAT_URL: `${beats.url}/beat`,
    });
    await eventually(() => sink.heard.length > 0);
    ran.interrupt.abort();
    const { stderr } = await ran.ended;
    const { alerts } = JSON.parse(sink.heard[0]?.body ?? '') as { readonly alerts: readonly unknown[] };
    expect(alerts).toMatchObject([{ kind: 'pair-paused', about: 'incident-case', state: 'raised' }]);
    expect(beats.heard).toEqual([]);
    expect(stderr).not.toContain('c4n4ry');
  });

  it('is as well as ever where nobody takes its alerts', async () => {
    const sink = await openSink();
    sink.answers(500);
    const world = createWorld();
    await pauseIn(world);
    const ran = run(world, {
      CASEBRIDGE_ALERT_WEBHOOK: `${sink.url}/c4n4ry`,
      CASEBRIDGE_HEARTBEAT_URL: 'http://127.0.0.1:9/c4n4ry',
    });
    await eventually(() => sink.heard.length > 0);
    ran.interrupt.abort();
    const { code, stderr } = await ran.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('Stopped: nothing left to do');
    expect(stderr).not.toContain('c4n4ry');
  });
});

describe('a login that only a person can renew', () => {
  const token: StoredToken = {
    accessToken: 'access',
    refreshToken: 'refresh',
    expiresAt: '2026-03-02T08:30:00.000Z',
    instanceUrl: null,
  };
  const auth = (kind: 'authorization_code' | 'client_credentials') => ({
    kind,
    clientId: 'id',
    clientSecret: new Secret('secret'),
  });
  const settings = (
    kind: 'authorization_code' | 'client_credentials',
  ): Pick<Settings, 'servicenow' | 'salesforce'> => ({
    servicenow: { url: 'https://dev12345.service-now.com', auth: auth(kind), maxConcurrency: 2 },
    salesforce: {
      loginUrl: 'https://acme.my.salesforce.com',
      auth: auth(kind),
      apiVersion: '66.0',
      maxConcurrency: 5,
      dailyCallsShare: 0.5,
    },
  });
  const vaultWith = (stored: StoredToken | null) => ({
    load: async () => (stored === null ? null : { token: stored, version: 1 }),
    save: async () => true,
  });
  const nothing = { servicenow: null, salesforce: null };

  it('is known from when its refresh token was first given, which lives 100 days in ServiceNow', async () => {
    const since = Date.UTC(2026, 2, 2);
    const first = withRefreshSince(token, null, since);
    const renewed = withRefreshSince({ ...token, accessToken: 'next' }, first, since + 1_000_000);
    expect(renewed.refreshSince).toBe('2026-03-02T00:00:00.000Z');
    expect(withRefreshSince({ ...token, refreshToken: 'rotated' }, first, since + 1000).refreshSince).toBe(
      '2026-03-02T00:00:01.000Z',
    );
    expect(await tokenEnds(vaultWith(renewed), settings('authorization_code'))).toEqual({
      servicenow: '2026-06-10T00:00:00.000Z',
      salesforce: null,
    });
  });

  it('ends with its access token where no refresh token came', async () => {
    const ends = await tokenEnds(vaultWith({ ...token, refreshToken: null }), settings('authorization_code'));
    expect(ends.servicenow).toBe('2026-03-02T08:30:00.000Z');
  });

  it('is nothing to tell where we log in by ourselves, or where nobody noted when it began', async () => {
    expect(await tokenEnds(vaultWith(token), settings('client_credentials'))).toEqual(nothing);
    expect(await tokenEnds(vaultWith(token), settings('authorization_code'))).toEqual(nothing);
    expect(await tokenEnds(vaultWith(null), settings('authorization_code'))).toEqual(nothing);
  });
});
