import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { loadSettings } from '../../src/config/load.ts';
import { SettingsInvalid } from '../../src/config/problems.ts';
import { onOrigin, pinOrigin } from '../../src/connectors/host-pin.ts';
import { pinInstance, pinNextPage } from '../../src/connectors/salesforce/instance-url.ts';
import { goodSettings } from '../cli/world.ts';
import { clientFor } from '../connectors/servicenow/support.ts';
import {
  clientOf,
  memoryVault,
  page,
  startReplay as startSalesforce,
  tokenBody,
} from '../support/salesforce-replay.ts';
import { startReplay as startServiceNow } from '../support/servicenow-replay.ts';

const login = 'https://acme.my.salesforce.com';

/** Addresses that look like the org's, or lead into the network, or are read differently by different parsers. */
const hostile = [
  'https://evil.example',
  'https://acme.my.salesforce.com@evil.example',
  'https://acme.my.salesforce.com:x@evil.example',
  'https://evil.example#@acme.my.salesforce.com',
  'https://evil.example?acme.my.salesforce.com',
  'https://evil.example/acme.my.salesforce.com',
  'https://evil.example\\@acme.my.salesforce.com',
  'https:\\\\evil.example',
  'https:evil.example',
  'https:///evil.example',
  '//evil.example',
  '\\\\evil.example',
  'https://acme.my.salesforce.com.evil.example',
  'https://acme.my.salesforce.com%2eevil.example',
  'https://acme.my.salesforce.com%00.evil.example',
  'https://acme.my.salesforce.com\t.evil.example',
  'https://acme.my.salesforce.com\n.evil.example',
  'https://acme-my.salesforce.com.evil.example',
  'https://evilacme.my.salesforce.com',
  'https://other.my.salesforce.com',
  'https://acme.my.salesforce.com.',
  'https://acme.my.salesforce.co',
  'https://acme.my.xsalesforce.com',
  'https://my.salesforce.com',
  'https://acme.my.salesforce.com:8443',
  'https://acme.my.salesforce.com:80',
  'http://acme.my.salesforce.com',
  'ftp://acme.my.salesforce.com',
  'ws://acme.my.salesforce.com',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,x',
  'blob:https://acme.my.salesforce.com/x',
  'https://асme.my.salesforce.com',
  'https://acme。evil.example',
  'https://acme.my.salesforce.com。evil.example',
  'https://acme.my.ſalesforce.com.evil.example',
  'https://xn--cme-8cd.my.salesforce.com',
  'http://127.0.0.1',
  'https://127.0.0.1',
  'http://127.1',
  'http://2130706433',
  'http://0x7f000001',
  'http://0177.0.0.1',
  'http://[::1]',
  'https://[::ffff:127.0.0.1]',
  'https://[::ffff:a9fe:a9fe]',
  'http://169.254.169.254/latest/meta-data/',
  'https://169.254.169.254',
  'https://2852039166',
  'https://[fd00:ec2::254]',
  'https://10.0.0.1',
  'https://192.168.0.1',
  'https://0',
  'https://0.0.0.0',
  'https://[::]',
  'https://localhost',
  'https://localhost.',
  'https://acme.lightning.force.com',
  'https://acme.my.salesforce.com/services',
  'https://acme.my.salesforce.com?x',
  'https://user@acme.my.salesforce.com',
  'https://:@evil.example',
  '',
  ' ',
  'null',
] as const;

describe('hostile addresses', () => {
  it.each(hostile)('are no instance of the org: %j', (address) => {
    expect(pinInstance(login, address)).toBeNull();
  });

  it.each(hostile)('hold no further page of a query: %j', (address) => {
    for (const path of ['', '/services/data/v62.0/query/01g-2000', '/../../services/data/v62.0/query/01g-2000']) {
      const pinned = pinNextPage(login, address + path);
      // What is left is a path of ours or nothing: never a host.
      if (pinned !== null) expect(new URL(address + path, login).origin).toBe(login);
      if (pinned !== null) expect(pinned).toMatch(/^\/services\/data\/v\d+\.\d+\/query(All)?\/[\w-]+$/);
    }
  });

  it.each(hostile)('never lead a request away from its origin: %j', (address) => {
    for (const path of [address, `/${address}`, `/\\${address}`, `/x/../..//${address}`]) {
      let target: string;
      try {
        target = onOrigin(login, path);
      } catch {
        continue;
      }
      expect(new URL(target).origin).toBe(login);
    }
  });

  it('are refused as settings where they are not https, not this machine, or carry more than a host', () => {
    for (const address of hostile) {
      let origin: string;
      try {
        origin = loadSettings({ ...goodSettings, SERVICENOW_URL: address }, { folder: '/nowhere' }).servicenow.url;
      } catch (error) {
        expect(error).toBeInstanceOf(SettingsInvalid);
        continue;
      }
      const { protocol, hostname, username, password } = new URL(origin);
      expect(pinOrigin(origin)).toBe(origin);
      expect(username + password).toBe('');
      if (protocol !== 'https:') expect(['127.0.0.1', '[::1]', 'localhost']).toContain(hostname);
    }
  });
});

describe('a trap beside the two desks', () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
  });

  /** Another host as far as an origin goes: it must never hear of us. */
  async function startTrap(): Promise<{ readonly url: string; readonly caught: IncomingMessage[] }> {
    const caught: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      caught.push(request);
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(
      () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, caught };
  }
  const quietly = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

  it('catches nothing when ServiceNow redirects, as an API or as a login', async () => {
    const trap = await startTrap();
    const server = await startServiceNow();
    stops.push(() => server.stop());
    for (const status of [301, 302, 303, 307, 308]) {
      const redirect = {
        status,
        headers: { location: `${trap.url}/x`, 'set-cookie': ['JSESSIONID=c4n4ry'] },
        body: '',
      };
      server.answer(redirect);
      await quietly(clientFor(server.url).desk.describe('incident'));
      server.answerToken(redirect);
      await quietly(clientFor(server.url).desk.describe('incident'));
      server.answerToken({ body: { access_token: 't', expires_in: 1799 } });
    }
    expect(trap.caught).toEqual([]);
    expect(server.heard.every((one) => one.headers.cookie === undefined)).toBe(true);
    expect(server.heard.every((one) => !/token|secret/i.test(one.url))).toBe(true);
  });

  it('catches nothing when Salesforce redirects, moves its instance, or pages elsewhere', async () => {
    const trap = await startTrap();
    const server = await startSalesforce();
    stops.push(() => server.stop());
    const here = { instanceUrl: server.url, accessToken: 't', refreshToken: null, expiresAt: null };
    for (const status of [301, 302, 303, 307, 308]) {
      server.answer(() => ({ status, headers: { location: `${trap.url}/x`, 'set-cookie': 'sid=c4n4ry' } }));
      await quietly(clientOf(server.url, { vault: memoryVault(here) }).describe('Case'));
    }
    const nextPages = [
      `${trap.url}/services/data/v62.0/query/01g-1`,
      `//${new URL(trap.url).host}/services/data/v62.0/query/01g-1`,
    ];
    for (const nextRecordsUrl of nextPages) {
      server.answer((request) => ({
        status: 200,
        body: {
          compositeResponse: (request.body as { compositeRequest: { referenceId: string }[] }).compositeRequest.map(
            (part) => ({
              httpStatusCode: 200,
              referenceId: part.referenceId,
              body: page([], { done: false, nextRecordsUrl }),
            }),
          ),
        },
      }));
      const failed = clientOf(server.url, { vault: memoryVault(here) }).read('Case', ['500000000000001AAA'], []);
      await expect(failed).rejects.toMatchObject({ data: { cause: 'foreign-next-page' } });
    }
    server.answer(() => ({ status: 401, body: [{ errorCode: 'INVALID_SESSION_ID', message: 'expired' }] }));
    server.answerToken(() => ({ status: 200, body: tokenBody('https://evil.example', 'new') }));
    const moved = clientOf(server.url, { vault: memoryVault(here) }).describe('Case');
    await expect(moved).rejects.toMatchObject({ data: { cause: 'foreign-instance-url' } });
    expect(trap.caught).toEqual([]);
    expect(server.requests.every((one) => one.headers['cookie'] === undefined)).toBe(true);
  });
});
