import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createAdminWorld } from '../admin/support.ts';

async function serve(ping: () => Promise<void>, host = '127.0.0.1'): Promise<number> {
  const { admin, world } = await createAdminWorld({ settings: { host } });
  world.store.ping = ping;
  await world.sync();
  for (const event of world.events) admin.hear(event);
  return Number(new URL(await admin.listen()).port);
}

const fine = async (): Promise<void> => undefined;

interface Said {
  readonly status: number;
  readonly text: string;
  readonly headers: readonly string[];
}

function ask(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Said> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, method, agent: false }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => (text += part.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text, headers: Object.keys(response.headers) }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** Sends bytes as they are, and gives back what came until the connection ended. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    let text = '';
    socket.on('data', (part: Buffer) => (text += part.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}

describe('the health address', () => {
  it('says yes or no and names nothing, whatever is wrong', async () => {
    const port = await serve(() => Promise.reject(new Error('c4n4ry: postgres at db.internal refused casebridge')));
    for (const path of ['/healthz', '/readyz', '/readyz?verbose=1', '/healthz?a=<script>']) {
      for (const method of ['GET', 'HEAD']) {
        const said = await ask(port, path, { 'x-c4n4ry': 'c4n4ry' }, method);
        expect(['yes\n', 'no\n', '']).toContain(said.text);
      }
    }
  });

  it('and every other one say nothing of the inside to who has no token', async () => {
    const port = await serve(() => Promise.reject(new Error('c4n4ry: postgres at db.internal refused casebridge')));
    const paths = [
      '/',
      '/metrics',
      '/api/links',
      '/api/status',
      '/../etc/passwd',
      '/%00',
      '/readyz/../x',
      '//evil',
      '/?a=<script>',
    ];
    for (const path of paths) {
      for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'TRACE', 'DELETE']) {
        const said = await ask(port, path, { 'x-c4n4ry': 'c4n4ry' }, method);
        expect(said.status, `${method} ${path}`).not.toBe(200);
        expect(said.text).not.toMatch(/c4n4ry|db\.internal|INC\d|<script>|node_modules|\n\s+at /);
        expect(said.headers.filter((name) => /^server$|powered|version|set-cookie|allow-origin/.test(name))).toEqual(
          [],
        );
      }
    }
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.evil.example', '169.254.169.254'])(
    'answers nobody who calls it %j where only this machine may ask',
    async (host) => {
      const port = await serve(fine);
      expect((await ask(port, '/healthz', { host })).status).toBe(421);
      expect((await ask(port, '/readyz', { host })).status).toBe(421);
    },
  );

  it.each(['127.0.0.1', 'localhost', 'localhost:8484', '[::1]:8484', '127.0.0.1:1'])('answers as %j', async (host) => {
    expect(await ask(await serve(fine), '/healthz', { host })).toMatchObject({ status: 200, text: 'yes\n' });
  });

  it('answers by any name where it was told to listen to more than this machine, and nothing else does', async () => {
    const port = await serve(fine, '0.0.0.0');
    const host = 'casebridge.cluster.local';
    expect(await ask(port, '/healthz', { host })).toMatchObject({ status: 200 });
    expect(await ask(port, '/readyz', { host })).toMatchObject({ status: 200 });
    expect(await ask(port, '/api/session', { host })).toMatchObject({ status: 421 });
    expect(await ask(port, '/metrics', { host })).toMatchObject({ status: 421 });
    expect(await ask(port, '/api/session', { host: 'casebridge.example.com' })).toMatchObject({ status: 401 });
    expect(await ask(port, '/api/session', { host: '10.1.2.3:8484' })).toMatchObject({ status: 401 });
  });

  it('asks the database once for many who ask at the same time', async () => {
    let asked = 0;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const port = await serve(async () => {
      asked += 1;
      await held;
    });
    const all = Promise.all(Array.from({ length: 20 }, () => ask(port, '/readyz')));
    while (asked === 0) await new Promise((resolve) => setImmediate(resolve));
    await ask(port, '/healthz');
    release();
    expect((await all).every((said) => said.text === 'yes\n')).toBe(true);
    expect(asked).toBeLessThanOrEqual(2);
  });

  it.each([
    '\u0000\u0001\u0002',
    'GET / HTTP/9.9\r\n\r\n',
    `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    'GET /healthz HTTP/1.1\r\n\r\n',
    'POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ])('lives through what is no request', async (bytes) => {
    const port = await serve(fine);
    expect(await raw(port, bytes)).not.toMatch(/ at |node:|casebridge/i);
    expect(await ask(port, '/healthz')).toMatchObject({ status: 200 });
  });

  it('says so when its port is taken', async () => {
    const port = await serve(fine);
    const { admin } = await createAdminWorld({ settings: { port } });
    await expect(admin.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
