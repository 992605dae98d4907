import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createByteHttp } from '../../src/connectors/byte-http.ts';
import { createHttp } from '../../src/connectors/http.ts';
import { createWire } from '../../src/connectors/salesforce/transport.ts';

/**
 * Made for this test: `ca` has signed `good` (127.0.0.1), `elsewhere` (other.example) and `expired` (until 2021); `self` has signed
 * itself. The key belongs to all but the first, and opens nothing else.
 */
const pem = (name: string): string => readFileSync(join(import.meta.dirname, 'certificates', `${name}.pem`), 'utf8');

const trusted = getCACertificates('default');
const open: Server[] = [];
let heard = 0;

beforeAll(() => setDefaultCACertificates([...trusted, pem('ca')]));
afterAll(() => setDefaultCACertificates(trusted));
afterEach(() => {
  for (const server of open.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(certificate: string): Promise<string> {
  heard = 0;
  const server = createServer({ key: pem('key'), cert: pem(certificate) }, (_request, response) => {
    heard += 1;
    response.end('{}');
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const wire = createWire({ timeoutMs: 5000, deadlineMs: 5000, maxBytes: 1000 });
const bearer = { Authorization: 'Bearer c4n4ry' };
const ways: readonly (readonly [name: string, send: (url: string) => Promise<unknown>])[] = [
  ['ServiceNow’s calls', (url) => createHttp(url).send({ method: 'GET', path: '/', headers: bearer, timeoutMs: 5000 })],
  ['Salesforce’s calls', (url) => wire.send({ method: 'GET', url, headers: bearer })],
  ['downloads', (url) => createByteHttp(url).download({ path: '/', headers: bearer, isFile: () => false })],
];

describe.each(ways)('%s', (_name, send) => {
  it('reach a host whose certificate is in order', async () => {
    await send(await serve('good'));
    expect(heard).toBe(1);
  });

  it.each(['self', 'expired', 'elsewhere'])(
    'send nothing to one whose certificate is not (%s)',
    async (certificate) => {
      const url = await serve(certificate);
      await expect(send(url)).rejects.toSatisfy(
        (error: object) =>
          ('executed' in error && error.executed === 'no') || ('sent' in error && error.sent === false),
      );
      expect(heard).toBe(0);
    },
  );
});
