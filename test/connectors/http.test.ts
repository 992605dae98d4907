import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttp, TransportError } from '../../src/connectors/http.ts';
import { onOrigin, pinOrigin } from '../../src/connectors/host-pin.ts';
import { type Replay, startReplay } from '../support/servicenow-replay.ts';

describe('the pinned host', () => {
  it.each(['https://dev12345.service-now.com', 'http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:9'])(
    'accepts %s',
    (address) => {
      expect(pinOrigin(address)).toBe(address);
    },
  );

  it.each([
    'http://dev12345.service-now.com',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'ftp://127.0.0.1',
    'https://user:secret@dev12345.service-now.com',
  ])('refuses %s', (address) => {
    expect(() => pinOrigin(address)).toThrow(Error);
  });

  it.each(['//evil.example/api', '/\\evil.example/api', 'https://evil.example/api', 'api/now', '@evil.example/'])(
    'does not leave it by %s',
    (path) => {
      expect(() => onOrigin('https://dev12345.service-now.com', path)).toThrow(Error);
    },
  );
});

describe('sending', () => {
  let server: Replay;
  beforeEach(async () => {
    server = await startReplay();
  });
  afterEach(async () => {
    await server.stop();
  });
  const get = { method: 'GET', path: '/api/now/table/incident?x=a,b', timeoutMs: 5000 } as const;

  it('gives back any answer as it is, without its cookies', async () => {
    server.answer({
      status: 418,
      headers: { 'set-cookie': ['JSESSIONID=1', 'glide_user=2'], 'x-total-count': '5' },
      body: '{"a":1}',
    });
    const answer = await createHttp(server.url).send(get);
    expect(answer).toMatchObject({ status: 418, text: '{"a":1}' });
    expect(answer.headers).toMatchObject({ 'x-total-count': '5' });
    expect(Object.keys(answer.headers)).not.toContain('set-cookie');
    expect(server.heard[0]?.url).toBe('/api/now/table/incident?x=a,b');
  });

  it.each([301, 302, 307, 308])('follows no redirect: %i is an answer like any other', async (status) => {
    const elsewhere = await startReplay();
    server.answer({ status, headers: { location: `${elsewhere.url}/steal` }, body: '' });
    const answer = await createHttp(server.url).send({ ...get, headers: { Authorization: 'Bearer c4n4ry' } });
    expect(answer.status).toBe(status);
    expect(elsewhere.heard).toEqual([]);
    await elsewhere.stop();
  });

  it('sends no cookie it was given, and keeps to one connection', async () => {
    server.answer({ headers: { 'set-cookie': ['JSESSIONID=1'] }, body: '{}' });
    const http = createHttp(server.url);
    await http.send(get);
    await http.send(get);
    expect(server.heard.map((one) => one.headers.cookie)).toEqual([undefined, undefined]);
    expect(server.heard[1]?.headers.connection).toBe('keep-alive');
  });

  it('follows no redirect', async () => {
    server.answer({ status: 302, headers: { location: `${server.url}/elsewhere` } });
    expect((await createHttp(server.url).send(get)).status).toBe(302);
    expect(server.heard).toHaveLength(1);
  });

  it('uses no proxy from the environment', async () => {
    const before = process.env['http_proxy'];
    process.env['http_proxy'] = 'http://127.0.0.1:9';
    try {
      server.answer({ body: '{}' });
      expect((await createHttp(server.url).send(get)).status).toBe(200);
    } finally {
      if (before === undefined) delete process.env['http_proxy'];
      else process.env['http_proxy'] = before;
    }
  });

  it('knows that nothing was sent when nobody listens', async () => {
    const { url } = server;
    await server.stop();
    await expect(createHttp(url).send(get)).rejects.toMatchObject({ reason: 'unreachable', executed: 'no' });
    server = await startReplay();
  });

  it('knows that nothing was sent when the name leads nowhere', async () => {
    const failed = createHttp('https://no-such-host.invalid').send(get);
    await expect(failed).rejects.toMatchObject({ reason: 'unreachable', executed: 'no' });
  });

  it('is in doubt when the connection ends without an answer', async () => {
    server.answer('hang-up');
    await expect(createHttp(server.url).send(get)).rejects.toMatchObject({
      reason: 'connection-lost',
      executed: 'maybe',
    });
  });

  it('is in doubt when the time is over, even if bytes keep dripping', async () => {
    const dripping = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    });
    await new Promise<void>((resolve) => dripping.listen(0, '127.0.0.1', resolve));
    const { port } = dripping.address() as AddressInfo;
    const failed = createHttp(`http://127.0.0.1:${port}`).send({ ...get, timeoutMs: 200 });
    await expect(failed).rejects.toMatchObject({ reason: 'timeout', executed: 'maybe' });
    dripping.closeAllConnections();
    await new Promise((resolve) => dripping.close(resolve));
  });

  it('stops reading an answer that is too large', async () => {
    server.answer({ body: 'x'.repeat(5000) });
    const failed = createHttp(server.url, { maxBytes: 1000 }).send(get);
    await expect(failed).rejects.toMatchObject({ reason: 'too-large', executed: 'maybe' });
  });

  it('rejects with the caller’s own reason when the caller gives up', async () => {
    const stop = new AbortController();
    server.answer(() => {
      stop.abort(new Error('shutting down'));
      return { body: '{}' };
    });
    await expect(createHttp(server.url).send({ ...get, signal: stop.signal })).rejects.toThrow('shutting down');
  });

  it('keeps what was sent out of its errors', async () => {
    server.answer('hang-up');
    const failed = createHttp(server.url).send({ ...get, headers: { Authorization: 'Bearer very-secret' } });
    const error: unknown = await failed.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TransportError);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error)).not.toContain('very-secret');
    expect((error as Error).cause).toBeUndefined();
  });
});
