import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAdminWorld, tokenOf } from './support.ts';

const sign = (at: number, body: string, secret = 'wake_c4n4ry_secret', form: 'hex' | 'base64' = 'hex') => ({
  'content-type': 'application/json',
  'x-casebridge-timestamp': String(Math.floor(at / 1000)),
  'x-casebridge-signature': `sha256=${createHmac('sha256', secret)
    .update(`${Math.floor(at / 1000)}.${body}`)
    .digest(form)}`,
});

describe('a wake-up', () => {
  const body = '{"side":"salesforce"}';

  it('that is signed polls both sides now, in hex and in base64', async () => {
    const { ask, world, polled } = await createAdminWorld();
    const said = await ask('POST', '/api/wake', { as: null, body, headers: sign(world.clock.now(), body) });
    expect(said).toMatchObject({ status: 202, json: { text: 'Salesforce is polled now.' } });
    await world.clock.advance(2000);
    const plain = sign(world.clock.now(), '', undefined, 'base64');
    expect((await ask('POST', '/api/wake', { as: null, body: '', headers: plain })).status).toBe(202);
    expect(polled()).toBe(2);
  });

  it('counts once', async () => {
    const { ask, world } = await createAdminWorld();
    const headers = sign(world.clock.now(), body);
    expect((await ask('POST', '/api/wake', { as: null, body, headers })).status).toBe(202);
    expect(await ask('POST', '/api/wake', { as: null, body, headers })).toMatchObject({ status: 401 });
  });

  it.each([
    ['another secret', (now: number) => sign(now, body, 'guess')],
    ['another body', (now: number) => sign(now, '{}')],
    ['an old time', (now: number) => sign(now - 6 * 60_000, body)],
    ['a time to come', (now: number) => sign(now + 6 * 60_000, body)],
    ['no signature', () => ({ 'content-type': 'application/json' })],
    [
      'a moved time',
      (now: number) => ({ ...sign(now, body), 'x-casebridge-timestamp': String(Math.floor(now / 1000) + 1) }),
    ],
  ])('with %s does nothing, whatever token comes with it', async (_what, headersOf) => {
    const { ask, world, polled } = await createAdminWorld();
    const headers = headersOf(world.clock.now());
    expect((await ask('POST', '/api/wake', { as: tokenOf('admin'), body, headers })).status).toBe(401);
    expect(polled()).toBe(0);
  });

  it('however often it comes polls once a second, and forgets none', async () => {
    const { ask, world, polls } = await createAdminWorld();
    const texts = [
      '{}',
      '{"side":"servicenow"}',
      body,
      ...Array.from({ length: 200 }, (_, n) => `${body}${' '.repeat(n + 1)}`),
    ];
    for (const text of texts) {
      const said = await ask('POST', '/api/wake', { as: null, body: text, headers: sign(world.clock.now(), text) });
      expect(said.status).toBe(202);
    }
    expect(polls).toEqual([{}]);
    await world.clock.advance(1000);
    expect(polls.slice(1)).toEqual([{ side: 'servicenow' }, { side: 'salesforce' }]);
  });

  it('names a pair that there is', async () => {
    const { ask, world, polls } = await createAdminWorld();
    for (const [text, status] of [
      ['{"side":"servicenow","pair":"incident-case"}', 202],
      ['{"pair":"incident-cake"}', 404],
      [`{"pair":"${'x'.repeat(2000)}"}`, 413],
      ['{"ticket":"INC1"}', 400],
    ] as const) {
      const said = await ask('POST', '/api/wake', { as: null, body: text, headers: sign(world.clock.now(), text) });
      expect(said.status).toBe(status);
    }
    expect(polls).toEqual([{ side: 'servicenow', pair: 'incident-case' }]);
  });

  it('spends none of the calls that are kept for later', async () => {
    const { ask, world, polls } = await createAdminWorld({
      paces: [{ pair: 'incident-case', side: 'salesforce', gapMs: 60_000, nextAt: null, completeAt: null, times: 6 }],
    });
    const said = await ask('POST', '/api/wake', { as: null, body, headers: sign(world.clock.now(), body) });
    expect(said).toMatchObject({ status: 202, json: { text: expect.stringContaining('few calls') as string } });
    expect(polls).toEqual([]);
  });

  it('that is forged in masses is answered in few words, while a right one still counts', async () => {
    const { ask, world, polls } = await createAdminWorld();
    const statuses = new Map<number, number>();
    for (let n = 0; n < 500; n += 1) {
      const headers = sign(world.clock.now(), body, `guess ${n}`);
      const { status } = await ask('POST', '/api/wake', { as: null, body, headers });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(Object.fromEntries(statuses)).toEqual({ 401: 20, 429: 480 });
    const right = await ask('POST', '/api/wake', { as: null, body, headers: sign(world.clock.now(), body) });
    expect(right.status).toBe(202);
    expect(polls).toEqual([{ side: 'salesforce' }]);
  });

  it('is refused where no secret is set', async () => {
    const { ask, world } = await createAdminWorld({ settings: { wakeSecret: null } });
    expect((await ask('POST', '/api/wake', { as: null, body, headers: sign(world.clock.now(), body) })).status).toBe(
      403,
    );
  });
});

describe('a pair of tables', () => {
  it('stands still until it is resumed, and both are told once', async () => {
    const { ask, world } = await createAdminWorld();
    expect((await ask('POST', '/api/pairs/incident-case/pause', { body: {} })).json['text']).toContain(
      'stopped by operator',
    );
    expect((await ask('POST', '/api/pairs/incident-case/pause', { body: {} })).status).toBe(409);
    expect((await ask('GET', '/api/pairs')).json).toMatchObject({
      items: [{ name: 'incident-case', pause: { reason: 'person' } }],
    });
    world.put('servicenow', { short_description: 'x', state: '1', urgency: '2' });
    await world.poll();
    expect((await world.store.queue.depth()).waiting).toBe(0);
    expect((await ask('POST', '/api/pairs/incident-case/resume')).status).toBe(200);
    expect((await ask('POST', '/api/pairs/incident-case/resume')).status).toBe(409);
    await world.poll();
    expect((await world.store.queue.depth()).waiting).toBe(1);
  });

  it('that is not there is told by the names there are', async () => {
    const { ask } = await createAdminWorld();
    const said = await ask('POST', '/api/pairs/incident-cake/pause', { body: {} });
    expect(said).toMatchObject({ status: 404 });
    expect(said.json['detail']).toContain('incident-case');
  });
});

describe('tokens', () => {
  it('are made, listed without their secret, and revoked', async () => {
    const { ask, records } = await createAdminWorld();
    const as = tokenOf('admin');
    const made = await ask('POST', '/api/tokens', { as, body: { name: 'duty desk', role: 'viewer' } });
    expect(made.status).toBe(201);
    const token = String(made.json['token']);
    expect((await ask('GET', '/api/session', { as: token })).json).toMatchObject({ name: 'duty desk', role: 'viewer' });
    const listed = await ask('GET', '/api/tokens', { as });
    expect(listed.text).not.toContain(token);
    expect(listed.text).not.toMatch(/hash|[0-9a-f]{64}/);
    expect((await ask('DELETE', `/api/tokens/${String(made.json['id'])}`, { as })).json).toMatchObject({
      revokedAt: expect.any(String) as string,
    });
    expect((await ask('DELETE', `/api/tokens/${String(made.json['id'])}`, { as })).status).toBe(409);
    expect((await ask('GET', '/api/session', { as: token })).status).toBe(401);
    const trail = await records.recentAudit(9);
    expect(trail.map(({ action }) => action)).toEqual(['login.failed', 'token.revoke', 'token.add']);
    expect(JSON.stringify(trail)).not.toContain(token);
  });

  it('need a name and a role that there is', async () => {
    const { ask } = await createAdminWorld();
    for (const body of [
      { name: ' ', role: 'viewer' },
      { name: 'x', role: 'root' },
      { name: 'x' },
      { name: 'x', role: 'viewer', admin: true },
    ])
      expect((await ask('POST', '/api/tokens', { as: tokenOf('admin'), body })).status).toBe(400);
  });
});

describe('the audit trail', () => {
  it('comes by pages, latest first', async () => {
    const { ask } = await createAdminWorld();
    for (let n = 0; n < 5; n += 1) await ask('POST', '/api/sync');
    const first = await ask('GET', '/api/audit?limit=3');
    expect(first.json).toMatchObject({ items: [{ actor: 'operator', action: 'sync' }, {}, {}] });
    const second = await ask('GET', `/api/audit?limit=3&after=${String(first.json['next'])}`);
    expect(second.json).toMatchObject({ next: null, items: [{}, {}] });
  });
});

describe('proposals', () => {
  const proposal = {
    id: 'p1',
    pair: 'incident-case',
    ids: { servicenow: 'a'.repeat(32), salesforce: '500000000000001AAA' },
    numbers: { servicenow: 'INC0010042', salesforce: '00001007' },
    why: { kind: 'near', same: ['title'], hours: 2 } as never,
    status: 'open',
    at: '2026-03-02T00:00:00.000Z',
    decidedAt: null,
  } as const;

  it('are accepted or rejected once, and looked at again', async () => {
    const { ask, world } = await createAdminWorld();
    await world.store.transaction((tx) => tx.saveProposals([proposal]));
    expect((await ask('POST', '/api/proposals/p1/reject')).status).toBe(200);
    expect((await ask('POST', '/api/proposals/p1/accept')).status).toBe(409);
    expect((await ask('POST', '/api/proposals/p9/accept')).status).toBe(404);
    expect((await world.store.queue.depth()).waiting).toBe(2);
  });
});

describe('people without a counterpart', () => {
  it('come by pages', async () => {
    const { ask, world } = await createAdminWorld();
    const row = (n: number) => ({
      pair: 'incident-case',
      side: 'servicenow' as const,
      field: 'assigned_to',
      value: `user ${n}`,
      label: `User ${n}`,
      why: 'absent' as never,
      times: 1,
      linkId: null,
      firstAt: '2026-03-02T00:00:00.000Z',
      lastAt: '2026-03-02T00:00:00.000Z',
    });
    await world.store.transaction((tx) => tx.noteUnmatched([row(1), row(2), row(3)]));
    const first = await ask('GET', '/api/unmatched?limit=2');
    expect(first.json).toMatchObject({ items: [{ value: 'user 1' }, { value: 'user 2' }] });
    const second = await ask('GET', `/api/unmatched?limit=2&after=${String(first.json['next'])}`);
    expect(second.json).toMatchObject({ items: [{ value: 'user 3' }], next: null });
    expect((await ask('GET', '/api/unmatched?after=nonsense')).status).toBe(400);
  });
});
