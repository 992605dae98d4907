import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createByteHttp, type ByteHttp } from '../../src/connectors/byte-http.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serving(answer: Answer, options: { readonly stallMs?: number } = {}): Promise<ByteHttp> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return createByteHttp(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, options);
}

const file = { path: '/file', headers: {}, isFile: (status: number) => status === 200 };
const flowing = (...parts: readonly string[]): Readable =>
  Readable.from(
    parts.map((part) => Buffer.from(part)),
    { objectMode: false },
  );

describe('bytes from a side', () => {
  it('flow as they come', async () => {
    const http = await serving((_request, response) => response.end('hello'));
    const { body } = await http.download(file);
    expect((await buffer(body ?? flowing())).toString()).toBe('hello');
  });

  it('are text where the answer is not the file', async () => {
    const http = await serving((_request, response) => response.writeHead(404).end('{"error":{}}'));
    expect(await http.download(file)).toMatchObject({ status: 404, text: '{"error":{}}', body: null });
  });

  it('end in an error when the connection breaks in the middle', async () => {
    const http = await serving((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setImmediate(() => response.destroy());
    });
    const { body } = await http.download(file);
    await expect(buffer(body ?? flowing())).rejects.toThrow();
  });

  it('end in an error when nothing moves any more', async () => {
    const http = await serving((_request, response) => void response.writeHead(200).write('half'), { stallMs: 50 });
    const { body } = await http.download(file);
    await expect(buffer(body ?? flowing())).rejects.toMatchObject({ name: 'TransportError', reason: 'timeout' });
  });

  it('wait for whoever takes them slowly: that is no silence of the side', async () => {
    const http = await serving((_request, response) => response.end('hello'), { stallMs: 600 });
    const { body } = await http.download(file);
    await sleep(1_500);
    expect((await buffer(body ?? flowing())).toString()).toBe('hello');
  });

  it('are let go where nobody takes them at all', async () => {
    const http = await serving((_request, response) => response.end('hello'), { stallMs: 400 });
    const { body } = await http.download(file);
    await expect(once(body ?? flowing(), 'close')).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('go nowhere else: a redirect is an answer', async () => {
    const http = await serving((_request, response) =>
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    );
    expect(await http.download(file)).toMatchObject({ status: 302, body: null });
    await expect(http.download({ ...file, path: '//other.example/file' })).rejects.toThrow();
  });
});

describe('bytes to a side', () => {
  const upload = { path: '/upload', headers: {}, size: 10 };

  it('are exactly as many as was said', async () => {
    let got = '';
    const http = await serving((request, response) => {
      void buffer(request).then((bytes) => {
        got = `${request.headers['content-length'] ?? ''} ${bytes.toString()}`;
        response.writeHead(201).end('{}');
      });
    });
    expect(await http.upload({ ...upload, body: flowing('01234', '56789') })).toMatchObject({
      status: 201,
      text: '{}',
    });
    expect(got).toBe('10 0123456789');
  });

  it.each([
    ['shorter', ['0123'], 'BODY_TOO_SHORT'],
    ['longer', ['01234', '56789', 'x'], 'BODY_TOO_LONG'],
    ['empty', [], 'BODY_TOO_SHORT'],
  ] as const)('never arrive as a whole request when they are %s', async (_how, parts, code) => {
    let whole = 0;
    const http = await serving((request, response) => {
      request.once('end', () => (whole += 1));
      request.once('error', () => undefined);
      request.resume();
      request.once('close', () => response.destroy());
    });
    const sending = http.upload({ ...upload, body: flowing(...parts) });
    await expect(sending).rejects.toMatchObject({ name: 'TransportError', code, executed: 'no' });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(whole).toBe(0);
  });

  it('are in doubt once all of them were handed over and no answer came', async () => {
    const http = await serving((request) => {
      request.resume();
      request.once('end', () => request.socket.destroy());
    });
    const sending = http.upload({ ...upload, body: flowing('0123456789') });
    await expect(sending).rejects.toMatchObject({ name: 'TransportError', executed: 'maybe' });
  });

  it('are certainly not stored when the connection breaks before the last', async () => {
    const http = await serving((request) => request.socket.destroy());
    const slow = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('0123');
      yield Buffer.from('45');
      await new Promise((resolve) => setTimeout(resolve, 50));
      yield Buffer.from('6789');
    };
    const sending = http.upload({ ...upload, body: Readable.from(slow(), { objectMode: false }) });
    await expect(sending).rejects.toMatchObject({ name: 'TransportError', executed: 'no' });
  });

  it('stop when they are told to', async () => {
    const http = await serving(() => undefined);
    const stop = new AbortController();
    const body = new Readable({ read: () => undefined });
    const sending = http.upload({ ...upload, body, signal: stop.signal });
    stop.abort(new Error('stopping'));
    await expect(sending).rejects.toThrow('stopping');
    expect(body.destroyed).toBe(true);
  });
});
