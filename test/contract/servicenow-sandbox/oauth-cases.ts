/* oxlint-disable vitest/no-standalone-expect -- the checks run inside the tests of servicenow-sandbox.test.ts */
import { createHash, randomUUID, sign } from 'node:crypto';
import { expect } from 'vitest';
import type { Answer, Bench } from '../../sandbox/servicenow/client.ts';
import { asBody } from '../../sandbox/servicenow/client.ts';
import { replayed } from './case-table.ts';
import type { Check, Entry } from './case-table.ts';
import { sameBody, sameHead } from './compare.ts';
import type { Recording } from './recordings.ts';

const redirectUri = 'http://127.0.0.1:8485/callback';

function passwordForm(bench: Bench, change: Record<string, string> = {}): Record<string, string> {
  const { clientId, clientSecret, username, password } = bench.sandbox.account;
  return { grant_type: 'password', client_id: clientId, client_secret: clientSecret, username, password, ...change };
}

/** Members, types and lives as recorded; the opaque parts by their length where the source told it. */
function sameToken(recording: Recording, answer: Answer, lengths = false): void {
  sameHead(recording, answer, ['content-type']);
  expect(answer.headers.get('content-type')).toBe('application/json;charset=utf-8');
  const [recorded, sent] = [asBody(recording.response.body), asBody(answer.body)];
  expect(Object.keys(sent).sort()).toEqual(Object.keys(recorded).sort());
  expect(sent['token_type']).toBe(recorded['token_type']);
  expect(sent['scope']).toBe(recorded['scope']);
  for (const name of ['access_token', 'refresh_token']) {
    const known = /\((\d+) chars/.exec(JSON.stringify(recorded[name] ?? ''));
    if (lengths && known !== null) expect(String(sent[name])).toHaveLength(Number(known[1]));
  }
}

const freshPassword: Check = async ({ bench, recording }) => {
  const answer = await bench.token(passwordForm(bench, { scope: 'useraccount' }));
  sameToken(recording, answer, true);
  expect(asBody(answer.body)['expires_in']).toBe(asBody(recording.response.body)['expires_in']);
};

export const oauthCases: Readonly<Record<string, Entry>> = {
  'oauth-authorization-code-kb0725643-doc': replayed(async ({ bench, recording }) => {
    bench.sandbox.oauthSettings.scope = '';
    const code = bench.sandbox.oauth.authorize({
      clientId: bench.sandbox.account.clientId,
      redirectUri,
      challenge: null,
      user: 'casebridge',
    });
    const { clientId, clientSecret } = bench.sandbox.account;
    const form = {
      grant_type: 'authorization_code',
      code: code ?? '',
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uri: redirectUri,
    };
    const answer = await bench.token(form);
    sameToken(recording, answer);
    expect(asBody(answer.body)['expires_in']).toBe(1799);
    // A code is good once.
    expect((await bench.token(form)).status).toBe(401);
  }),
  'oauth-jwt-bearer-doc': replayed(async ({ bench, recording }) => {
    const { clientId, keyId, privateKey, username } = bench.sandbox.account;
    const claims = {
      iss: clientId,
      aud: clientId,
      sub: username,
      exp: Math.floor(Date.now() / 1000) + 60,
      jti: randomUUID(),
    };
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${part({ alg: 'RS256', typ: 'JWT', kid: keyId })}.${part(claims)}`;
    const assertion = `${unsigned}.${sign('sha256', Buffer.from(unsigned), privateKey).toString('base64url')}`;
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', client_id: clientId, assertion };
    const answer = await bench.token(form);
    sameToken(recording, answer, true);
    expect(asBody(answer.body)['expires_in']).toBe(1799);
    // `jti` is good once.
    expect((await bench.token(form)).status).toBe(401);
  }),
  'oauth-password-grant-1800-doc': {
    notApplicable: 'an older sample: five live recordings report 1799 for a fresh token, and the sandbox follows them',
  },
  'oauth-password-grant-doc': replayed(freshPassword),
  'oauth-password-grant-empty-scope-rec': replayed(async ({ bench, recording }) => {
    bench.sandbox.oauthSettings.scope = '';
    sameToken(recording, await bench.token(passwordForm(bench)), true);
  }),
  'oauth-password-grant-kb0693393-rec': replayed(freshPassword),
  'oauth-password-grant-rec': replayed(freshPassword),
  'oauth-pkce-authorize-rec': replayed(async ({ bench, recording }) => {
    const { location, status } = await authorizeInBrowser(bench, 'a-verifier');
    expect(status).toBe(recording.response.status);
    expect(location.origin + location.pathname).toBe(redirectUri);
    expect([...location.searchParams.keys()]).toEqual(['code', 'state']);
    expect(location.searchParams.get('state')).toBe('st-1');
  }),
  'oauth-pkce-token-public-client-rec': replayed(async ({ bench, recording }) => {
    const { location } = await authorizeInBrowser(bench, 'a-verifier');
    const code = location.searchParams.get('code') ?? '';
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      client_id: bench.sandbox.account.clientId,
    };
    const answer = await bench.token({ ...form, code_verifier: 'a-verifier' });
    sameToken(recording, answer);
  }),
  'oauth-refresh-denied-rec': replayed(async ({ bench, recording }) => {
    const { clientId, clientSecret } = bench.sandbox.account;
    const answer = await bench.token({
      grant_type: 'refresh_token',
      refresh_token: 'dead',
      client_id: clientId,
      client_secret: clientSecret,
    });
    sameHead(recording, answer);
    sameBody(recording, answer);
  }),
  'oauth-revoke-doc': replayed(async ({ bench }) => {
    // Status and body are documented nowhere; what is documented is that the token is dead afterwards and that nobody has to log in.
    const token = String(asBody((await bench.token(passwordForm(bench))).body)['access_token']);
    const use = (): Promise<Answer> =>
      bench.send('GET', '/api/now/table/incident?sysparm_limit=1', {
        as: null,
        headers: { Authorization: `Bearer ${token}` },
      });
    expect((await use()).status).toBe(200);
    await bench.send('GET', `/oauth_revoke_token.do?token=${token}`, { as: null });
    expect((await use()).status).toBe(401);
  }),
  'oauth-token-denied-rec': replayed(async ({ bench, recording }) => {
    const refusals = [
      passwordForm(bench, { password: 'wrong' }),
      passwordForm(bench, { client_secret: 'wrong' }),
      passwordForm(bench, { client_id: 'wrong' }),
    ];
    bench.sandbox.oauthSettings.clientCredentials = false;
    for (const form of [
      ...refusals,
      passwordForm(bench, { grant_type: 'client_credentials' }),
      passwordForm(bench, { grant_type: 'unheard-of' }),
    ]) {
      const answer = await bench.token(form);
      sameHead(recording, answer);
      sameBody(recording, answer);
    }
  }),
  'oauth-token-hibernating-200-html-rec': replayed(async ({ bench, recording }) => {
    bench.sandbox.faults.add({ kind: 'ok-html', path: 'oauth_token.do' });
    const answer = await bench.token(passwordForm(bench));
    expect(answer.status).toBe(recording.response.status);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.text).toContain('<title>Instance Hibernating page</title>');
    for (const name of ['x-transaction-id', 'server-timing', 'set-cookie'])
      expect(answer.headers.get(name), name).toBeNull();
  }),
};

/** Logs in, allows, and comes back as a browser would. */
async function authorizeInBrowser(bench: Bench, verifier: string): Promise<{ location: URL; status: number }> {
  const asked = {
    response_type: 'code',
    client_id: bench.sandbox.account.clientId,
    redirect_uri: redirectUri,
    state: 'st-1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  };
  const page = `/oauth_auth.do?${new URLSearchParams(asked).toString()}`;
  const toLogin = await bench.send('GET', page, { as: null });
  expect(toLogin.headers.get('location')).toMatch(/^\/oauth_login\.do\?/);
  const login = await fetch(`${bench.sandbox.url}/oauth_login.do`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ next: page, user_name: 'casebridge', user_password: 'casebridge-password' }),
  });
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  expect((await bench.send('GET', page, { as: null, headers: { Cookie: cookie } })).text).toContain('Allow');
  const back = await fetch(`${bench.sandbox.url}/oauth_auth.do`, {
    method: 'POST',
    redirect: 'manual',
    headers: { Cookie: cookie },
    body: new URLSearchParams({ ...asked, decision: 'allow' }),
  });
  return { location: new URL(back.headers.get('location') ?? ''), status: back.status };
}
