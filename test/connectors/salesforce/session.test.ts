import { createPublicKey, createVerify, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audienceOf } from '../../../src/connectors/salesforce/oauth.ts';
import type { SalesforceNotice } from '../../../src/connectors/salesforce/session.ts';
import { createGate } from '../../../src/connectors/gate.ts';
import { Secret } from '../../../src/config/secret.ts';
import type { SalesforceAuth } from '../../../src/config/settings.ts';
import { fakeClock, runToEnd } from '../../support/clock.ts';
import {
  type Replay,
  caseRow,
  clientOf,
  memoryVault,
  page,
  startReplay,
  tokenBody,
} from '../../support/salesforce-replay.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwt: SalesforceAuth = {
  kind: 'jwt_bearer',
  clientId: 'consumer-key',
  username: 'sync@acme.example',
  privateKey: new Secret(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string),
};
const browser: SalesforceAuth = { kind: 'authorization_code', clientId: 'app', clientSecret: null };
const ask = { object: 'Case', fields: [], after: { stamp: '2026-05-01T00:00:00.000Z', id: '' }, limit: 10 };
const expired = {
  status: 401,
  headers: { 'www-authenticate': 'Token' },
  body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
};
const good = { status: 200, body: page([caseRow('500dM00000PvwJ7QAJ')]) };

let replay: Replay;
beforeEach(async () => {
  replay = await startReplay();
});
afterEach(() => replay.stop());

const stored = (more: object = {}) => ({
  accessToken: 'stored',
  refreshToken: 'refresh-1',
  expiresAt: null,
  instanceUrl: replay.url,
  ...more,
});
const form = (n = 0): URLSearchParams => new URLSearchParams(String(replay.tokenRequests[n]?.body));

describe('logging in', () => {
  it('by JWT signs an assertion for the login service, and sends no client id or redirect beside it', async () => {
    replay.answer(() => good);
    const clock = fakeClock();
    await clientOf(replay.url, { auth: jwt, clock }).changes(ask);
    expect([...form().keys()].sort()).toEqual(['assertion', 'grant_type']);
    expect(form().get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [head = '', claims = '', signature = ''] = (form().get('assertion') ?? '').split('.');
    const decode = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(decode(head)).toEqual({ alg: 'RS256', typ: 'JWT' });
    expect(decode(claims)).toEqual({
      iss: 'consumer-key',
      sub: 'sync@acme.example',
      aud: 'https://login.salesforce.com',
      exp: clock.now() / 1000 + 180,
    });
    const verify = createVerify('RSA-SHA256').update(`${head}.${claims}`);
    expect(
      verify.verify(createPublicKey(keys.publicKey.export({ type: 'spki', format: 'pem' })), signature, 'base64url'),
    ).toBe(true);
  });

  it('names the audience by the kind of org', () => {
    expect(audienceOf('https://acme.my.salesforce.com')).toBe('https://login.salesforce.com');
    expect(audienceOf('https://acme--uat.sandbox.my.salesforce.com')).toBe('https://test.salesforce.com');
    expect(audienceOf('https://test.salesforce.com')).toBe('https://test.salesforce.com');
  });

  it('by client credentials sends id and secret in the form', async () => {
    replay.answer(() => good);
    await clientOf(replay.url).changes(ask);
    expect(Object.fromEntries(form())).toEqual({
      grant_type: 'client_credentials',
      client_id: 'app',
      client_secret: 'hush',
    });
    expect(replay.requests[0]?.headers['authorization']).toBe('Bearer token-1');
  });

  it('in the browser flow waits for a person before the first authorisation', async () => {
    await expect(clientOf(replay.url, { auth: browser }).changes(ask)).rejects.toMatchObject({
      kind: 'Unauthorized',
      data: { cause: 'not-authorised-yet', executed: 'no' },
    });
    expect(replay.tokenRequests).toHaveLength(0);
  });

  it('keeps a rotated refresh token, stored before the new session is used', async () => {
    const vault = memoryVault(stored());
    replay.answerToken(() => ({ status: 200, body: tokenBody(replay.url, 'fresh', { refresh_token: 'refresh-2' }) }));
    let atFirstUse: string | null | undefined;
    replay.answer((request) => {
      if (request.headers['authorization'] !== 'Bearer fresh') return expired;
      atFirstUse = vault.held()?.token.refreshToken;
      return good;
    });
    await clientOf(replay.url, { auth: browser, vault }).changes(ask);
    expect(form().get('refresh_token')).toBe('refresh-1');
    expect(atFirstUse).toBe('refresh-2');
  });

  it('keeps the refresh token it has when none comes back', async () => {
    const vault = memoryVault(stored());
    replay.answer((request) => (request.headers['authorization'] === 'Bearer stored' ? expired : good));
    await clientOf(replay.url, { auth: browser, vault }).changes(ask);
    expect(vault.held()?.token).toMatchObject({ accessToken: 'token-1', refreshToken: 'refresh-1' });
  });

  it.each([
    ['invalid_grant', 'expired access/refresh token', 'authorisation-revoked'],
    ['invalid_client_id', 'client identifier invalid', 'wrong-client-id'],
    ['invalid_client', 'invalid client credentials', 'wrong-secret'],
    ['invalid_grant', "user hasn't approved this consumer", 'not-approved'],
    ['invalid_grant', 'Audience validation failed', 'wrong-audience'],
    ['invalid_grant', 'authentication failure', 'login-refused'],
  ])('refused with %s, %s, is Unauthorized: %s', async (error, error_description, cause) => {
    replay.answerToken(() => ({ status: 400, body: { error, error_description } }));
    await expect(clientOf(replay.url).changes(ask)).rejects.toMatchObject({
      kind: 'Unauthorized',
      data: { code: error, answer: error_description, cause, executed: 'no', status: 400 },
    });
    expect(replay.tokenRequests).toHaveLength(1);
  });

  it('met by a broken login service is Unavailable', async () => {
    replay.answerToken(() => ({ status: 503, headers: { 'content-type': 'text/html' }, body: '<html>down</html>' }));
    await expect(clientOf(replay.url).changes(ask)).rejects.toMatchObject({ kind: 'Unavailable' });
    replay.answerToken(() => ({ status: 200, drop: 'before' }));
    await expect(clientOf(replay.url).changes(ask)).rejects.toMatchObject({
      kind: 'Unavailable',
      data: { cause: 'unreachable' },
    });
  });

  it('never sends a token to a host that is not the org’s', async () => {
    replay.answerToken(() => ({ status: 200, body: tokenBody('https://evil.example', 'token-1') }));
    const vault = memoryVault();
    await expect(clientOf(replay.url, { vault }).changes(ask)).rejects.toMatchObject({
      kind: 'Unauthorized',
      data: { cause: 'foreign-instance-url' },
    });
    expect(vault.held()).toBeNull();
    const tampered = memoryVault(stored({ instanceUrl: 'https://evil.example' }));
    await expect(clientOf(replay.url, { auth: browser, vault: tampered }).changes(ask)).rejects.toMatchObject({
      data: { cause: 'foreign-instance-url' },
    });
  });

  it('replaces a stored session of another address where no person is needed for it', async () => {
    replay.answer(() => good);
    const vault = memoryVault(stored({ instanceUrl: 'http://127.0.0.1:9' }));
    await clientOf(replay.url, { vault }).changes(ask);
    expect(vault.held()?.token.instanceUrl).toBe(replay.url);
  });
});

describe('an expired session', () => {
  it('is renewed once and the call repeated once', async () => {
    replay.answer((_, nth) => (nth === 1 ? expired : good));
    const client = clientOf(replay.url);
    expect((await client.changes(ask)).records).toHaveLength(1);
    expect(replay.requests.map((request) => request.headers['authorization'])).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('that stays refused is given up, however fresh the token', async () => {
    replay.answer(() => expired);
    await expect(clientOf(replay.url).changes(ask)).rejects.toMatchObject({
      kind: 'Unauthorized',
      data: { status: 401, code: 'INVALID_SESSION_ID', cause: 'session-refused', executed: 'no' },
    });
    expect(replay.requests).toHaveLength(2);
    expect(replay.tokenRequests).toHaveLength(2);
  });

  it.each(['Connected app is not attached to Agent', 'This session is not valid for use with the REST API'])(
    'is not renewed when the app itself is refused: %s',
    async (message) => {
      replay.answer(() => ({ status: 401, body: [{ message, errorCode: 'INVALID_SESSION_ID' }] }));
      await expect(clientOf(replay.url).changes(ask)).rejects.toMatchObject({ kind: 'Unauthorized' });
      expect(replay.requests).toHaveLength(1);
    },
  );

  it('of twenty callers at once is renewed by one token request', async () => {
    replay.answer((request) => (request.headers['authorization'] === 'Bearer stored' ? expired : good));
    const client = clientOf(replay.url, { auth: browser, vault: memoryVault(stored()), concurrency: 20 });
    await Promise.all(Array.from({ length: 20 }, () => client.changes(ask)));
    expect(replay.tokenRequests).toHaveLength(1);
  });
});

describe('limits', () => {
  it('of the day stop every call for 15 minutes once the org is nearly out of them, before anything is sent', async () => {
    const clock = fakeClock();
    const notices: SalesforceNotice[] = [];
    replay.answer(() => ({ ...good, headers: { 'sforce-limit-info': 'api-usage=14900/15000' } }));
    const client = clientOf(replay.url, { clock, deps: { onNotice: (notice) => notices.push(notice) } });
    await client.changes(ask);
    await expect(client.changes(ask)).rejects.toMatchObject({
      kind: 'RateLimited',
      data: { cause: 'daily-limit', executed: 'no', retryAfterMs: 900_000 },
    });
    expect(replay.requests).toHaveLength(1);
    expect(notices).toEqual([{ kind: 'daily-budget', used: 14900, limit: 15000 }]);
    await clock.advance(900_000);
    replay.answer(() => ({ ...good, headers: { 'sforce-limit-info': 'api-usage=7000/15000' } }));
    await client.changes(ask);
    await client.changes(ask);
  });

  it('that the server itself enforces stop us in the same way', async () => {
    replay.answer(() => ({
      status: 403,
      body: [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }],
    }));
    const client = clientOf(replay.url, { share: 1 });
    for (const _ of [1, 2])
      await expect(client.changes(ask)).rejects.toMatchObject({ kind: 'RateLimited', data: { cause: 'daily-limit' } });
    expect(replay.requests).toHaveLength(1);
  });

  it('of calls at once are another thing under the same code', async () => {
    replay.answer(() => ({
      status: 403,
      body: [
        {
          message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
          errorCode: 'REQUEST_LIMIT_EXCEEDED',
        },
      ],
    }));
    const clock = fakeClock();
    const gate = createGate({ concurrency: 4, clock });
    const client = clientOf(replay.url, { clock, deps: { gate } });
    for (const _ of [1, 2])
      await expect(runToEnd(clock, client.changes(ask))).rejects.toMatchObject({
        kind: 'RateLimited',
        data: { cause: 'concurrent-limit', executed: 'no' },
      });
    expect(replay.requests).toHaveLength(2);
    // Fewer at once from now on, for a while.
    expect(gate.lanes()).toBe(1);
  });

  it('given as Retry-After close the gate for everybody', async () => {
    const clock = fakeClock();
    const gate = createGate({ concurrency: 5, clock });
    replay.answer(() => ({ status: 429, headers: { 'retry-after': '7' }, body: 'slow down' }));
    await expect(clientOf(replay.url, { clock, deps: { gate } }).changes(ask)).rejects.toMatchObject({
      kind: 'RateLimited',
      data: { retryAfterMs: 7000, executed: 'no', status: 429 },
    });
    expect(gate.pausedUntil()).toBe(clock.now() + 7000);
  });
});

describe('who we are', () => {
  it('is the organisation and the user of the identity service, which is no API call', async () => {
    replay.answer(() => ({ status: 200, body: { organization_id: '00DdM00000vfgTu', user_id: '005dM00000awSFJQA2' } }));
    const client = clientOf(replay.url);
    expect(await client.identity()).toEqual({
      side: 'salesforce',
      instance: '00DdM00000vfgTuUAI',
      user: '005dM00000awSFJQA2',
    });
    expect(client.calls()).toBe(0);
  });

  it('is the organisation alone where the identity service refuses', async () => {
    replay.answer((request) =>
      request.path.endsWith('/userinfo')
        ? { status: 403, body: 'Bad_OAuth_Token' }
        : { status: 200, body: page([{ attributes: {}, Id: '00DdM00000vfgTuUAI' }]) },
    );
    const client = clientOf(replay.url);
    expect(await client.identity()).toEqual({ side: 'salesforce', instance: '00DdM00000vfgTuUAI', user: null });
    expect(client.calls()).toBe(1);
  });
});
