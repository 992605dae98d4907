import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { ConnectorError } from '../../../src/connectors/errors.ts';
import {
  type BatchItemHeard,
  batchItems,
  batchReply,
  type Heard,
  parametersOf,
  type Replay,
  startReplay,
} from '../../support/servicenow-replay.ts';
import { caseId, clientFor, memoryVault, sysId, wireRow, testClock } from './support.ts';

let server: Replay;
beforeEach(async () => {
  server = await startReplay();
});
afterEach(async () => {
  await server.stop();
});

const fields = ['short_description', 'state'];
const after = { stamp: '2026-03-04T04:59:00.000Z', id: '' };
const ask = { object: 'incident', fields, after, limit: 3 };
const rows = (...numbers: readonly number[]) =>
  numbers.map((n) => wireRow(n, { sys_updated_on: `2026-03-04 05:00:0${n % 10}` }));
const counted = (total: number, ...numbers: readonly number[]) => ({
  headers: { 'x-total-count': String(total) },
  body: { result: rows(...numbers) },
});

describe('a walk', () => {
  it('goes on after a short page while more rows match than it was shown', async () => {
    server.answer(counted(9, 1, 2));
    expect(await clientFor(server.url).desk.changes(ask)).toMatchObject({ done: false, next: { id: sysId(2) } });
  });

  it('ends where no more rows match than one page holds', async () => {
    server.answer(counted(3, 1, 2, 3));
    expect(await clientFor(server.url).desk.changes(ask)).toMatchObject({ done: true });
  });

  it('steps over a whole page of hidden rows', async () => {
    server.answer(counted(7), { body: { result: rows(4, 5, 6, 7) } });
    const page = await clientFor(server.url).desk.changes(ask);
    expect(page.records.map((record) => record.id)).toEqual([4, 5, 6].map(sysId));
    expect(page).toMatchObject({ done: false, next: { id: sysId(6) } });
  });

  it('counts far from the present only when a page comes short', async () => {
    const old = { ...ask, after: { stamp: '2020-01-01T00:00:00.000Z', id: '' } };
    server.answer({ body: { result: rows(1, 2, 3) } }, { body: { result: rows(4) } }, counted(1, 4));
    const { desk } = clientFor(server.url);
    expect(await desk.changes(old)).toMatchObject({ done: false });
    expect(await desk.changes(old)).toMatchObject({ done: true });
    expect(server.heard.map((one) => parametersOf(one).get('sysparm_no_count'))).toEqual(['true', 'true', null]);
  });

  it('believes only an empty page where nobody tells how many rows match', async () => {
    const { desk } = clientFor(server.url);
    server.answer({ body: { result: rows(1) } }, { body: { result: [] } });
    expect(await desk.changes(ask)).toMatchObject({ done: false, next: { id: sysId(1) } });
    expect(await desk.changes(ask)).toMatchObject({ done: true, next: after });
  });

  it('leaves out a row with hidden fields, says so, and goes on behind it', async () => {
    const { state: _, ...hidden } = wireRow(2, { sys_updated_on: '2026-03-04 05:00:09' });
    server.answer({ headers: { 'x-total-count': '2' }, body: { result: [...rows(1), hidden] } });
    const { desk, notices } = clientFor(server.url);
    const page = await desk.changes(ask);
    expect(page.records.map((record) => record.id)).toEqual([sysId(1)]);
    expect(page.next.id).toBe(sysId(2));
    expect(notices).toEqual([{ kind: 'fields-hidden', table: 'incident', id: sysId(2), fields: ['state'] }]);
  });

  it('does not believe rows from before the place it asked for', async () => {
    server.answer({
      headers: { 'x-total-count': '9' },
      body: { result: [wireRow(1, { sys_updated_on: '2019-01-01 00:00:00' })] },
    });
    await expect(clientFor(server.url).desk.changes(ask)).rejects.toMatchObject({
      kind: 'Unavailable',
      data: { cause: 'query-ignored' },
    });
  });

  it('takes the server’s clock', async () => {
    server.answer({ headers: { 'x-total-count': '0', date: 'Wed, 04 Mar 2026 11:11:11 GMT' }, body: { result: [] } });
    expect((await clientFor(server.url).desk.changes(ask)).serverNow).toBe('2026-03-04T11:11:11.000Z');
  });
});

const updates = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    object: 'incident',
    id: sysId(n),
    fields: { state: '2' },
    readBack: fields,
  }));

function patched(item: BatchItemHeard, more: Record<string, unknown> = {}): { status: number; body: unknown } {
  const id = /incident\/([0-9a-f]{32})/.exec(item.url)?.[1] ?? '';
  return {
    status: 200,
    body: { result: { ...wireRow(0, { ...item.body, sys_mod_count: '4', ...more }), sys_id: id } },
  };
}

describe('a batch of writes', () => {
  it('shows what stood before only where the counter proves it was read first', async () => {
    server.answer((heard) =>
      batchReply(heard, (item) =>
        item.method === 'GET'
          ? { status: 200, body: { result: [wireRow(0, { sys_mod_count: '3' }), wireRow(1, { sys_mod_count: '4' })] } }
          : patched(item),
      ),
    );
    const results = await clientFor(server.url).desk.update(updates(2));
    expect(results.map((one) => (one.kind === 'written' ? (one.before?.version.count ?? null) : one))).toEqual([
      3,
      null,
    ]);
  });

  it('matches answers by id, not by their order', async () => {
    server.answer((heard) => {
      const reply = batchReply(heard, (item) =>
        item.method === 'GET' ? { status: 200, body: { result: [] } } : patched(item),
      );
      const body = (reply as { body: { serviced_requests: unknown[] } }).body;
      return { body: { ...body, serviced_requests: body.serviced_requests.toReversed() } };
    });
    const results = await clientFor(server.url).desk.update(updates(5));
    expect(results.map((one) => (one.kind === 'written' ? one.record.id : one))).toEqual(
      updates(5).map((one) => one.id),
    );
  });

  it('sends what was left over in the next call, and doubts what was not even named', async () => {
    server.answer((heard) => {
      const reply = batchReply(heard, (item) => (item.id === 'w0' ? patched(item) : null)) as {
        body: { unserviced_requests: string[] };
      };
      return {
        body: { ...reply.body, unserviced_requests: reply.body.unserviced_requests.filter((id) => id !== 'w2') },
      };
    });
    const results = await clientFor(server.url).desk.update(updates(3));
    expect(results).toMatchObject([
      { kind: 'written' },
      { kind: 'written', record: { id: sysId(1) } },
      { kind: 'failed', error: { kind: 'Unavailable', data: { executed: 'maybe', cause: 'not-answered' } } },
    ]);
    expect(server.heard).toHaveLength(2);
  });

  it('sends a write outside of a batch where not even one fits into a call', async () => {
    server.answer((heard) => {
      if (heard.method === 'POST') return batchReply(heard, () => null);
      if (heard.method === 'GET') return { body: { result: [] } };
      const id = /incident\/([0-9a-f]{32})/.exec(heard.url)?.[1] ?? '';
      return { body: { result: { ...wireRow(0, { sys_mod_count: '4' }), sys_id: id } } };
    });
    const results = await clientFor(server.url).desk.update(updates(5));
    expect(results.map((one) => (one.kind === 'written' ? one.record.id : one))).toEqual(
      updates(5).map((one) => one.id),
    );
    expect(server.heard.filter((one) => one.method === 'POST').length).toBeLessThan(12);
    expect(server.heard.filter((one) => one.method === 'PATCH')).toHaveLength(5);
  });

  it('doubts a write whose answer shows another record', async () => {
    server.answer((heard) => batchReply(heard, () => ({ status: 200, body: { result: wireRow(9) } })));
    const [result] = await clientFor(server.url).desk.update(updates(1));
    expect(result).toMatchObject({ kind: 'failed', error: { data: { executed: 'maybe', cause: 'other-record' } } });
  });

  it('puts fewer writes into a call where each takes long', async () => {
    const sizes: number[] = [];
    server.answer((heard) => {
      sizes.push(batchItems(heard).length - 1);
      const reply = batchReply(heard, (item) =>
        item.method === 'GET' ? { status: 200, body: { result: [] } } : patched(item),
      );
      const body = (reply as { body: { serviced_requests: { execution_time: number }[] } }).body;
      for (const one of body.serviced_requests) one.execution_time = 1500;
      return { body };
    });
    const { desk } = clientFor(server.url);
    await desk.update(updates(60));
    await desk.update(updates(60));
    expect(sizes).toEqual([60, 10, 10, 10, 10, 10, 10]);
  });

  it('rejects as a whole where the side kept every write from being executed', async () => {
    server.answer({ status: 429, headers: { 'retry-after': '3' } });
    await expect(clientFor(server.url).desk.update(updates(2))).rejects.toMatchObject({
      kind: 'RateLimited',
      data: { executed: 'no' },
    });
  });

  it('asks for the Batch API again an hour after it was refused', async () => {
    const answer = (heard: Heard) => {
      if (heard.url.includes('batch'))
        return { status: 403, body: { error: { message: 'User Not Authorized', detail: 'x' } } };
      return heard.method === 'GET'
        ? { body: { result: [] } }
        : { body: patched({ id: '', method: '', url: heard.url, body: {} }).body };
    };
    server.answer(answer);
    const { desk, clock, notices } = clientFor(server.url);
    const batches = () => server.heard.filter((one) => one.url.includes('batch')).length;
    await desk.update(updates(1));
    await desk.update(updates(1));
    expect(batches()).toBe(1);
    clock.advance(61 * 60_000);
    await desk.update(updates(1));
    expect(batches()).toBe(2);
    expect(notices).toHaveLength(1);
  });

  it('sends nothing for an id that is none, and everything for the rest', async () => {
    server.answer((heard) =>
      batchReply(heard, (item) => (item.method === 'GET' ? { status: 200, body: { result: [] } } : patched(item))),
    );
    const results = await clientFor(server.url).desk.update([
      { ...updates(1)[0]!, id: '../sys_user/x' },
      ...updates(1),
    ]);
    expect(results).toMatchObject([
      { kind: 'failed', error: { kind: 'Rejected', data: { executed: 'no' } } },
      { kind: 'written' },
    ]);
    expect(JSON.stringify(batchItems(server.heard[0]))).not.toContain('sys_user');
  });
});

const newRecord = (n: number) => ({
  object: 'incident',
  fields: { short_description: `x${n}` },
  readBack: fields,
  partnerId: caseId,
  drawnId: sysId(n),
});

describe('a create', () => {
  it('sends ten ahead on each lane, and then as many as their time says', async () => {
    server.answer((heard) => {
      const reply = batchReply(heard, (item) => ({ status: 201, body: { result: wireRow(0, item.body) } }));
      const body = (reply as { body: { serviced_requests: { execution_time: number }[] } }).body;
      for (const one of body.serviced_requests) one.execution_time = 300;
      return { body };
    });
    const { desk } = clientFor(server.url);
    const results = await desk.create(Array.from({ length: 110 }, (_, n) => newRecord(n)));
    expect(results.map((one) => (one.kind === 'written' ? one.record.id : one))).toEqual(
      Array.from({ length: 110 }, (_, n) => sysId(n)),
    );
    expect(server.heard.map((one) => batchItems(one).length)).toEqual([10, 10, 45, 45]);
  });

  it('finds the record of an insert that was refused though it went through', async () => {
    const stamped = wireRow(5, { correlation_id: caseId, correlation_display: 'Salesforce' });
    server.answer(
      {
        status: 403,
        body: {
          error: { message: 'Operation Failed', detail: 'ACL Exception Insert Failed due to security constraints' },
        },
      },
      { body: { result: [stamped] } },
    );
    expect(await clientFor(server.url).desk.create([newRecord(5)])).toMatchObject([
      { kind: 'written', record: { id: sysId(5) } },
    ]);
  });

  it('stays in doubt about a refusal that nobody has explained, where a look does not find the record', async () => {
    server.answer(
      { status: 403, body: { error: { message: 'Operation Failed', detail: 'Something new' } } },
      { body: { result: [] } },
    );
    const [result] = await clientFor(server.url).desk.create([newRecord(5)]);
    expect(result).toMatchObject({ kind: 'failed', error: { kind: 'Rejected', data: { executed: 'maybe' } } });
  });
});

describe('a probe', () => {
  const probe = { object: 'incident', fields, probes: [{ partnerId: caseId, drawnId: sysId(6) }] };

  it('takes any visible row as control where none is known', async () => {
    server.answer({ body: { result: [{ sys_id: sysId(40) }] } }, { body: { result: [wireRow(40)] } });
    expect(await clientFor(server.url).desk.probe({ ...probe, control: null })).toEqual([{ kind: 'none' }]);
    expect(parametersOf(server.heard[1]).get('sysparm_query')).toBe(
      `correlation_idIN${caseId}^ORsys_idIN${sysId(6)}^ORsys_id=${sysId(40)}`,
    );
  });

  it('knows nothing where no row of the table can be seen', async () => {
    server.answer({ body: { result: [] } });
    expect(await clientFor(server.url).desk.probe({ ...probe, control: null })).toEqual([{ kind: 'unknown' }]);
  });

  it('does not take a monitoring tool’s key for our stamp', async () => {
    server.answer({
      body: { result: [wireRow(1, { correlation_id: caseId, correlation_display: 'Nagios' }), wireRow(40)] },
    });
    expect(await clientFor(server.url).desk.probe({ ...probe, control: sysId(40) })).toEqual([{ kind: 'none' }]);
  });

  it('knows nothing where rows came that no part of the query asked for', async () => {
    server.answer({ body: { result: [wireRow(1), wireRow(2), wireRow(40)] } });
    expect(await clientFor(server.url).desk.probe({ ...probe, control: sysId(40) })).toEqual([{ kind: 'unknown' }]);
  });

  it('knows nothing where the stamp may be in a row with hidden fields', async () => {
    const { correlation_display: _, state: __, ...hidden } = wireRow(1, { correlation_id: caseId });
    server.answer({ body: { result: [hidden, wireRow(40)] } });
    expect(await clientFor(server.url).desk.probe({ ...probe, control: sysId(40) })).toEqual([{ kind: 'unknown' }]);
  });
});

describe('a look-up whose answer may be cut', () => {
  it('is made in halves where nobody says how many rows there are', async () => {
    const cases = Array.from({ length: 1_000 }, (_, n) => ({ sys_id: sysId(n), email: 'a@example.com' }));
    const other = { sys_id: sysId(2_000), email: 'b@example.com' };
    const answer = (url: string) => {
      const asked = decodeURIComponent(url);
      const rows = [...(asked.includes('a@') ? cases : []), ...(asked.includes('b@') ? [other] : [])];
      return { status: 200, body: { result: rows.slice(0, 1_000) } };
    };
    server.answer((heard) =>
      heard.method === 'GET' ? answer(heard.url) : batchReply(heard, ({ url }) => answer(url)),
    );
    const values = ['a@example.com', 'b@example.com'];
    const [found] =
      (await clientFor(server.url).desk.find?.([{ object: 'sys_user', field: 'email', values, fields: [] }])) ?? [];
    expect(found?.rows.map(({ id }) => id)).toContain(sysId(2_000));
    expect(found?.whole).toBe(false);
  });
});

describe('being told to wait', () => {
  const refusedWith = async (headers: Record<string, string>) => {
    server.answer({ status: 429, headers, body: { error: { message: 'Rate limit exceeded', detail: null } } });
    const client = clientFor(server.url);
    const error: unknown = await client.desk.read('incident', [sysId(1)], fields).catch((reason: unknown) => reason);
    return { client, waitMs: error instanceof ConnectorError ? error.data.retryAfterMs : error };
  };

  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': 'Wed, 04 Mar 2026 12:00:30 GMT', date: 'Wed, 04 Mar 2026 12:00:00 GMT' }, 30_000],
    [
      { 'x-ratelimit-reset': String(Date.UTC(2026, 2, 4, 12, 10) / 1000), date: 'Wed, 04 Mar 2026 12:00:00 GMT' },
      600_000,
    ],
    [{ 'retry-after': '999999999' }, 86_400_000],
  ])('reads %j', async (headers, expected) => {
    const { client, waitMs } = await refusedWith(headers);
    expect(waitMs).toBe(expected);
    expect(client.gate.pausedUntil()).toBe(client.clock.now() + expected);
  });

  it('waits for no end of an hour after a failure that is none of the limit, though it stands in every answer', async () => {
    const reset = String(Date.UTC(2026, 2, 4, 12, 50) / 1000);
    const headers = { 'x-ratelimit-limit': '500', 'x-ratelimit-reset': reset, date: 'Wed, 04 Mar 2026 12:00:00 GMT' };
    server.answer({ status: 503, headers, body: 'busy' });
    const client = clientFor(server.url);
    await expect(client.desk.read('incident', [sysId(1)], fields)).rejects.toMatchObject({ kind: 'Unavailable' });
    expect(client.gate.pausedUntil()).toBe(0);
    server.answer({ status: 503, headers: { ...headers, 'retry-after': '7' }, body: 'busy' });
    await expect(client.desk.read('incident', [sysId(1)], fields)).rejects.toMatchObject({
      data: { retryAfterMs: 7_000 },
    });
  });

  // Each node counts for itself and saves its count every thirty seconds: what the headers say jumps up and down.
  it('heeds no figure of a limit that jumps, but what it is told to wait', async () => {
    const client = clientFor(server.url);
    const read = () => client.desk.read('incident', [sysId(1)], fields);
    const nextHour = String(Math.floor(client.clock.now() / 1000) + 3600);
    for (const limit of ['0', '50000', '1']) {
      server.answer({ headers: { 'x-ratelimit-limit': limit, 'x-ratelimit-reset': nextHour }, body: { result: [] } });
      await read();
      expect([client.gate.pausedUntil(), client.gate.lanes()]).toEqual([0, 2]);
    }
    server.answer({ status: 429, headers: { 'x-ratelimit-limit': '50000', 'retry-after': '600' } });
    await read().catch(() => undefined);
    expect(client.gate.pausedUntil() - client.clock.now()).toBe(600_000);
  });

  it('waits longer each time where no time is named, and starts over after a success', async () => {
    const { client, waitMs } = await refusedWith({});
    expect(waitMs).toBeUndefined();
    const pauses: number[] = [];
    const again = () => client.desk.read('incident', [sysId(1)], fields).catch(() => undefined);
    for (let n = 0; n < 3; n += 1) {
      pauses.push(client.gate.pausedUntil() - client.clock.now());
      await again();
    }
    expect(pauses).toEqual([2000, 4000, 8000]);
    server.answer({ body: { result: [] } });
    await again();
    server.answer({ status: 429 });
    await again();
    expect(client.gate.pausedUntil() - client.clock.now()).toBe(2000);
  });

  it('asks for a token only once the wait is over, so that none grows old meanwhile', async () => {
    const waiting = Promise.withResolvers<undefined>();
    const own = testClock();
    const clock = { ...own, sleep: () => waiting.promise };
    const { desk, gate } = clientFor(server.url, { clock });
    gate.pauseFor(5000);
    const reading = desk.read('incident', [sysId(1)], fields).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([server.heard, server.tokenRequests]).toEqual([[], []]);
    own.advance(5000);
    waiting.resolve(undefined);
    server.answer({ body: { result: [] } });
    await reading;
    expect(server.heard.length).toBeGreaterThan(0);
    expect(server.tokenRequests).toHaveLength(1);
  });

  it('does not hang behind a long pause, least of all with a write', async () => {
    const { client } = await refusedWith({ 'retry-after': '3600' });
    const calls = server.heard.length;
    await expect(client.desk.read('incident', [sysId(1)], fields)).rejects.toMatchObject({
      kind: 'RateLimited',
      data: { executed: 'no', retryAfterMs: 3_600_000 },
    });
    await expect(client.desk.update(updates(1))).rejects.toMatchObject({
      kind: 'RateLimited',
      data: { executed: 'no' },
    });
    expect(server.heard).toHaveLength(calls);
  });
});

describe('signing in', () => {
  const client = { clientId: 'client', clientSecret: new Secret('the-client-secret') };
  const readOne = (desk: ReturnType<typeof clientFor>['desk']) => desk.read('incident', [sysId(1)], fields);

  it('asks a person first where only a browser can give the token', async () => {
    const { desk } = clientFor(server.url, { auth: { kind: 'authorization_code', ...client } });
    await expect(readOne(desk)).rejects.toMatchObject({ kind: 'Unauthorized', data: { cause: 'not-authorised-yet' } });
    expect(server.tokenRequests).toEqual([]);
  });

  it('keeps a rotated refresh token, and sends credentials in the body alone', async () => {
    const old = { accessToken: 'old', refreshToken: 'first', expiresAt: '2020-01-01T00:00:00.000Z', instanceUrl: null };
    server.answerToken({ body: { access_token: 'new', refresh_token: 'second', expires_in: 1799 } });
    server.answer({ body: { result: [] } });
    const { desk, vault } = clientFor(server.url, {
      auth: { kind: 'authorization_code', ...client },
      vault: memoryVault(old),
    });
    await readOne(desk);
    expect(vault.stored()?.token.refreshToken).toBe('second');
    const [request] = server.tokenRequests;
    expect(request?.url).toBe('/oauth_token.do');
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'first',
      client_id: 'client',
      client_secret: 'the-client-secret',
    });
  });

  it('does not send a token that was given for another instance', async () => {
    const foreign = {
      accessToken: 'foreign',
      refreshToken: 'foreign-refresh',
      expiresAt: null,
      instanceUrl: 'https://other.service-now.com',
    };
    const { desk } = clientFor(server.url, {
      auth: { kind: 'authorization_code', ...client },
      vault: memoryVault(foreign),
    });
    await expect(readOne(desk)).rejects.toMatchObject({ data: { cause: 'not-authorised-yet' } });
    expect([...server.heard, ...server.tokenRequests]).toEqual([]);
  });

  it.each([
    [503, 'text/html', '<html><title>503</title></html>', 'Unavailable', 'html-page'],
    [504, 'text/html', '<html><title>504 Gateway Time-out</title></html>', 'Unavailable', 'login-timed-out'],
    [200, 'text/html', '<html><title>Log in</title></html>', 'Unavailable', 'html-page'],
    [200, 'application/json', '{"token":"?"}', 'Unavailable', 'broken-answer'],
    [429, 'application/json', '{"error":{"message":"Rate limit exceeded","detail":null}}', 'RateLimited', 'rate-limit'],
    [400, 'application/json', '{"error":"invalid_grant"}', 'Unauthorized', 'wrong-secret'],
  ])('takes %i %s %s for %s', async (status, type, body, kind, cause) => {
    server.answerToken({ status, headers: { 'content-type': type }, body });
    await expect(readOne(clientFor(server.url).desk)).rejects.toMatchObject({ kind, data: { cause, executed: 'no' } });
    expect(server.heard).toEqual([]);
  });

  it('suspects the clock where an assertion is refused by a server that lives at another time', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    server.answerToken({
      status: 401,
      headers: { date: 'Wed, 04 Mar 2026 09:00:00 GMT' },
      body: { error: 'server_error', error_description: 'access_denied' },
    });
    const { desk } = clientFor(server.url, {
      auth: { kind: 'jwt_bearer', ...client, privateKey: pem, keyId: 'k', subject: 's' },
    });
    await expect(readOne(desk)).rejects.toMatchObject({ kind: 'Unauthorized', data: { cause: 'clock-skew' } });
  });

  it('keeps secrets out of every error', async () => {
    const broken = {
      kind: 'jwt_bearer',
      ...client,
      privateKey: new Secret('no-key-at-all'),
      keyId: 'k',
      subject: 's',
    } as const;
    server.answerToken({ status: 401, body: { error: 'server_error', error_description: 'access_denied' } });
    for (const auth of [broken, { kind: 'client_credentials', ...client } as const]) {
      const error: unknown = await readOne(clientFor(server.url, { auth }).desk).catch((reason: unknown) => reason);
      const shown = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).cause);
      expect(shown).toContain('Unauthorized');
      expect(shown).not.toMatch(/the-client-secret|no-key-at-all/);
    }
  });
});
