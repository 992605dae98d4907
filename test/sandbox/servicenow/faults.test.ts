import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../src/sandbox/faults.ts';
import { asBody, startBench } from './client.ts';

const path = '/api/now/table/incident';

describe('faults of the local ServiceNow', () => {
  it.each<[FaultKind, number, string, boolean]>([
    ['rate-limited', 429, 'application/json', true],
    ['rate-limited-bare', 429, 'application/json', false],
    ['daily-limit', 429, 'application/json', true],
    ['unavailable', 503, 'text/html', false],
    ['gateway-html', 504, 'text/html', false],
    ['accepted-dropped', 202, 'application/json', false],
    ['ok-html', 200, 'text/html', false],
    ['ok-error', 200, 'application/json', false],
    ['ok-empty', 200, 'text/html', false],
    ['expired-token', 401, 'application/json', false],
  ])('answers %s with %i and executes nothing', async (kind, status, type, retryAfter) => {
    await using bench = await startBench();
    bench.sandbox.faults.add({ kind, times: 1 });
    const answer = await bench.send('POST', path, { body: { short_description: 'x' } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain(type);
    expect(answer.headers.get('retry-after') !== null).toBe(retryAfter);
    expect(bench.sandbox.desk.rows('incident')).toEqual([]);
    expect((await bench.send('POST', path, { body: {} })).status).toBe(201);
    expect(bench.sandbox.faults.fired[kind]).toBe(1);
  });

  it('drops the connection before the write, or after it', async () => {
    await using bench = await startBench();
    bench.sandbox.faults.add({ kind: 'drop-before', times: 1 });
    await expect(bench.send('POST', path, { body: {} })).rejects.toThrow('fetch failed');
    expect(bench.sandbox.desk.rows('incident')).toHaveLength(0);
    bench.sandbox.faults.add({ kind: 'drop-after', times: 1 });
    await expect(bench.send('POST', path, { body: {} })).rejects.toThrow('fetch failed');
    expect(bench.sandbox.desk.rows('incident')).toHaveLength(1);
  });

  it('holds one row while the others can be written', async () => {
    await using bench = await startBench();
    const [held, free] = [1, 2].map(() => bench.sandbox.desk.create('incident', {}, 'itil').id);
    bench.sandbox.faults.add({ kind: 'locked-row', ...(held === undefined ? {} : { id: held }) });
    const item = (id: string | undefined): Record<string, unknown> => ({
      id,
      method: 'PATCH',
      url: `${path}/${id}`,
      headers: [{ name: 'Content-Type', value: 'application/json' }],
      body: Buffer.from('{"urgency":"1"}').toString('base64'),
    });
    const answer = await bench.send('POST', '/api/now/v1/batch', {
      body: { batch_request_id: '1', rest_requests: [item(held), item(free)] },
    });
    expect(answer.body).toMatchObject({
      serviced_requests: [
        { id: held, status_code: 500 },
        { id: free, status_code: 200 },
      ],
    });
    expect(bench.sandbox.desk.row('incident', held ?? '')?.fields['urgency']).toBe('3');
  });

  it('keeps new rows out of lists for a while, not out of a read by id', async () => {
    let now = Date.parse('2026-05-01T08:00:00Z');
    await using bench = await startBench({ now: () => now });
    bench.sandbox.faults.add({ kind: 'late-rows', ms: 5000 });
    const { id } = bench.sandbox.desk.create('incident', {}, 'itil');
    expect(await bench.results(path)).toEqual([]);
    expect(await bench.result('GET', `${path}/${id}`)).toMatchObject({ sys_id: id });
    now += 5000;
    expect(await bench.results(path)).toHaveLength(1);
  });

  it('expires the access token for good, and revokes everything on demand', async () => {
    await using bench = await startBench();
    const { clientId, clientSecret, username, password } = bench.sandbox.account;
    const login = { grant_type: 'password', client_id: clientId, client_secret: clientSecret, username, password };
    const token = asBody((await bench.token(login)).body);
    const refresh = { ...login, grant_type: 'refresh_token', refresh_token: String(token['refresh_token']) };
    const use = async (access: unknown): Promise<number> =>
      (await bench.send('GET', path, { as: null, headers: { Authorization: `Bearer ${String(access)}` } })).status;
    bench.sandbox.faults.add({ kind: 'expired-token', times: 1 });
    expect(await use(token['access_token'])).toBe(401);
    const renewed = asBody((await bench.token(refresh)).body);
    expect(renewed['access_token']).not.toBe(token['access_token']);
    expect(await use(renewed['access_token'])).toBe(200);
    bench.sandbox.faults.add({ kind: 'revoked-token', times: 1 });
    expect(await use(renewed['access_token'])).toBe(401);
    expect((await bench.token(refresh)).status).toBe(401);
  });

  it('strikes the token endpoint only when the fault names it', async () => {
    await using bench = await startBench();
    bench.sandbox.faults.add({ kind: 'gateway-html' });
    expect((await bench.token({})).status).toBe(401);
    bench.sandbox.faults.add({ kind: 'gateway-html', path: '/oauth_token.do' });
    expect((await bench.token({})).status).toBe(504);
  });

  it('lets so many requests through before it strikes, and so many times', async () => {
    await using bench = await startBench();
    bench.sandbox.faults.add({ kind: 'unavailable', path: '/incident', method: 'GET', skip: 1, times: 2 });
    const seen: number[] = [];
    for (let at = 0; at < 4; at += 1) seen.push((await bench.send('GET', path)).status);
    expect(seen).toEqual([200, 503, 503, 200]);
  });

  it('throws a request away when too many wait behind one session cookie', async () => {
    // Long enough for all of them to arrive before the first is done, on a busy machine too.
    await using bench = await startBench({ latencyMs: 250 });
    const cookie = 'JSESSIONID=ONE';
    const answers = await Promise.all(
      Array.from({ length: 14 }, () => bench.send('GET', path, { headers: { Cookie: cookie } })),
    );
    expect(answers.filter((answer) => answer.status === 202)).toHaveLength(3);
    const apart = await Promise.all(Array.from({ length: 14 }, () => bench.send('GET', path)));
    expect(apart.every((answer) => answer.status === 200)).toBe(true);
  });

  it('takes its orders over HTTP as well, without counting them', async () => {
    await using bench = await startBench();
    const armed = await bench.send('POST', '/sandbox/faults', { as: null, body: { kind: 'unavailable', times: 1 } });
    expect(armed.status).toBe(201);
    expect((await bench.send('GET', path)).status).toBe(503);
    expect((await bench.send('POST', '/sandbox/faults', { as: null, body: { kind: 'no-such-kind' } })).status).toBe(
      400,
    );
    await bench.send('POST', '/sandbox/faults', { as: null, body: { kind: 'unavailable' } });
    expect((await bench.send('DELETE', '/sandbox/faults', { as: null })).status).toBe(204);
    expect((await bench.send('GET', path)).status).toBe(200);
    expect((await bench.send('GET', '/sandbox/calls', { as: null })).body).toMatchObject([
      { status: 503, counted: true },
      { status: 200, counted: true },
    ]);
    bench.sandbox.desk.create('incident', { short_description: 'seen' }, 'itil');
    expect((await bench.send('GET', '/sandbox/rows/incident', { as: null })).body).toMatchObject([
      { short_description: 'seen' },
    ]);
    expect(bench.sandbox.calls()).toHaveLength(2);
  });
});
