import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { createWire, WireError } from '../../../src/connectors/salesforce/transport.ts';

const open: Server[] = [];
const wire = createWire({ timeoutMs: 2_000, deadlineMs: 5_000, maxBytes: 1024 * 1024 });

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  wire.close();
  for (const server of open.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

it('unpacks a compressed answer', async () => {
  const url = await serve((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":"😀"}')),
  );
  expect(await wire.send({ method: 'GET', url })).toMatchObject({ statusCode: 200, body: '{"a":"😀"}' });
});

it('gives up on an answer that is too large, unpacked or not', async () => {
  const bomb = await serve((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(8 * 1024 * 1024))),
  );
  await expect(wire.send({ method: 'GET', url: bomb })).rejects.toBeInstanceOf(WireError);
  const flood = await serve((_, response) => response.end(Buffer.alloc(8 * 1024 * 1024)));
  await expect(wire.send({ method: 'GET', url: flood })).rejects.toMatchObject({
    code: 'ANSWER_TOO_LARGE',
    sent: true,
  });
});

it('follows no redirect', async () => {
  const url = await serve((_, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end());
  expect(await wire.send({ method: 'GET', url })).toMatchObject({ statusCode: 302 });
});

it('knows that nothing was sent when no connection came about', async () => {
  await expect(wire.send({ method: 'POST', url: 'http://127.0.0.1:9/', body: 'x' })).rejects.toMatchObject({
    sent: false,
    code: 'ECONNREFUSED',
  });
  await expect(wire.send({ method: 'POST', url: 'http://host.invalid/', body: 'x' })).rejects.toMatchObject({
    sent: false,
  });
});

it('uses one connection for requests that follow each other', async () => {
  const ports = new Set<number | undefined>();
  const url = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.end('{}');
  });
  for (let n = 0; n < 5; n += 1) await wire.send({ method: 'GET', url });
  expect(ports.size).toBe(1);
});

it('hands on the reason of an abort, also in the middle of a request', async () => {
  const reason = new Error('stop');
  const aborter = new AbortController();
  const url = await serve(() => aborter.abort(reason));
  await expect(wire.send({ method: 'GET', url }, aborter.signal)).rejects.toBe(reason);
});

it('gives up on an answer that trickles for ever', async () => {
  const hasty = createWire({ timeoutMs: 2_000, deadlineMs: 150, maxBytes: 1024 * 1024 });
  const url = await serve((_, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(drip));
  });
  await expect(hasty.send({ method: 'GET', url })).rejects.toMatchObject({ code: 'TIMEOUT', sent: true });
  hasty.close();
});
