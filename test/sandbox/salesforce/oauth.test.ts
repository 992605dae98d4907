import { describe, expect, it } from 'vitest';
import { asBody, errorCode, startBench } from './bench.ts';
import type { Bench } from './bench.ts';
import { allow, authorizeFields, codeFields, redirectUri, signInByBrowser } from './browser.ts';

const jwt = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const token = (bench: Bench, fields: Record<string, string>) => bench.form('/services/oauth2/token', fields);

function refresh(bench: Bench, refreshToken: unknown) {
  const { clientId, clientSecret } = bench.sandbox.account;
  return token(bench, {
    grant_type: 'refresh_token',
    refresh_token: String(refreshToken),
    client_id: clientId,
    client_secret: clientSecret,
  });
}

const works = async (bench: Bench, accessToken: unknown) =>
  (await bench.send('GET', 'limits', { token: String(accessToken) })).status === 200;

describe('signing in to the local Salesforce', () => {
  it('takes a signed assertion and gives no refresh token for it', async () => {
    await using bench = await startBench();
    const answer = await token(bench, { grant_type: jwt, assertion: bench.assertion() });
    expect(Object.keys(asBody(answer.body)).toSorted()).toEqual([
      'access_token',
      'id',
      'instance_url',
      'scope',
      'token_type',
    ]);
    expect(await works(bench, asBody(answer.body)['access_token'])).toBe(true);
  });

  it('refuses an assertion that is old, forged or of another app', async () => {
    await using bench = await startBench();
    const [head, claims] = bench.assertion().split('.');
    const forged = `${head}.${claims}.${Buffer.from('x'.repeat(256)).toString('base64url')}`;
    const errors = [bench.assertion({ exp: 1 }), forged, bench.assertion({ iss: 'another' })].map(
      async (assertion) => asBody((await token(bench, { grant_type: jwt, assertion })).body)['error'],
    );
    expect(await Promise.all(errors)).toEqual(['invalid_grant', 'invalid_grant', 'invalid_client_id']);
  });

  it('tells a wrong secret from a wrong key, and wants a run-as user for client credentials', async () => {
    await using bench = await startBench();
    const { clientId, clientSecret } = bench.sandbox.account;
    const ask = async (id: string, secret: string) =>
      asBody((await token(bench, { grant_type: 'client_credentials', client_id: id, client_secret: secret })).body);
    expect(await ask(clientId, 'wrong')).toMatchObject({ error: 'invalid_client' });
    expect(await ask('wrong', clientSecret)).toMatchObject({ error: 'invalid_client_id' });
    bench.sandbox.connectedApp.runAs = null;
    expect(await ask(clientId, clientSecret)).toMatchObject({
      error_description: 'no client credentials user enabled',
    });
    bench.sandbox.settings.myDomain = false;
    expect(await ask(clientId, clientSecret)).toMatchObject({ error: 'invalid_grant' });
  });

  it('takes the client from HTTP Basic as well', async () => {
    await using bench = await startBench();
    const { clientId, clientSecret } = bench.sandbox.account;
    const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const answer = await bench.form('/services/oauth2/token', { grant_type: 'client_credentials' }, { authorization });
    expect(answer.status).toBe(200);
  });
});

describe('the browser flow', () => {
  it('shows a page, and sends a code and the state back on the redirect', async () => {
    await using bench = await startBench();
    const query = new URLSearchParams(authorizeFields(bench)).toString();
    const shown = await bench.send('GET', `/services/oauth2/authorize?${query}`, { token: null });
    expect(shown.text).toContain('name="state" value="st&amp;te"');
    const answer = await bench.form('/services/oauth2/authorize', {
      ...authorizeFields(bench),
      decision: 'allow',
      username: bench.sandbox.account.username,
    });
    const back = new URL(answer.headers.get('location') ?? '');
    expect([back.href.startsWith(redirectUri), back.searchParams.get('state')]).toEqual([true, 'st&te']);
    const tokens = asBody((await token(bench, codeFields(bench, back.searchParams.get('code') ?? ''))).body);
    expect(await works(bench, tokens['access_token'])).toBe(true);
    expect(tokens).toHaveProperty('refresh_token');
  });

  it('takes a code once, soon, and with its verifier', async () => {
    await using bench = await startBench();
    const error = async (fields: Record<string, string>) =>
      asBody((await token(bench, fields)).body)['error_description'];
    const code = await allow(bench);
    expect((await token(bench, codeFields(bench, code))).status).toBe(200);
    expect(await error(codeFields(bench, code))).toBe('invalid authorization code');
    expect(await error({ ...codeFields(bench, await allow(bench)), code_verifier: 'another' })).toBe(
      'invalid code verifier',
    );
    const late = await allow(bench);
    bench.clock.ms += 3_600_000;
    expect(await error(codeFields(bench, late))).toBe('expired authorization code');
  });

  it('says no on the redirect, and never redirects to a place it does not know', async () => {
    await using bench = await startBench();
    const fields = authorizeFields(bench);
    const denied = await bench.form('/services/oauth2/authorize', { ...fields, decision: 'deny' });
    expect(denied.headers.get('location')).toContain('error=access_denied');
    const elsewhere = await bench.form('/services/oauth2/authorize', {
      ...fields,
      redirect_uri: 'https://evil.example/',
    });
    expect([elsewhere.status, elsewhere.headers.get('location')]).toEqual([400, null]);
    const { code_challenge: _, ...plain } = fields;
    const unproven = await bench.form('/services/oauth2/authorize', { ...plain, decision: 'allow' });
    expect(unproven.headers.get('location')).toContain('error=invalid_request');
  });
});

describe('refresh tokens and sessions', () => {
  it('rotates: an old refresh token presented again kills the whole family', async () => {
    await using bench = await startBench();
    const first = await signInByBrowser(bench);
    const second = asBody((await refresh(bench, first['refresh_token'])).body);
    expect(second['refresh_token']).not.toBe(first['refresh_token']);
    expect(await works(bench, second['access_token'])).toBe(true);
    expect(asBody((await refresh(bench, first['refresh_token'])).body)['error']).toBe('invalid_grant');
    expect(asBody((await refresh(bench, second['refresh_token'])).body)['error']).toBe('invalid_grant');
    expect(await works(bench, second['access_token'])).toBe(false);
  });

  it('lets the oldest approval die when a sixth is given', async () => {
    await using bench = await startBench();
    const approvals = [];
    for (let n = 0; n < 6; n += 1) approvals.push((await signInByBrowser(bench))['refresh_token']);
    expect((await refresh(bench, approvals[0])).status).toBe(400);
    expect((await refresh(bench, approvals[1])).status).toBe(200);
  });

  it('ends a session that nobody used, with 401 and no limit header', async () => {
    await using bench = await startBench();
    bench.clock.ms += 3_600_000;
    expect(await works(bench, bench.token)).toBe(true);
    bench.clock.ms += 2 * 3_600_000;
    const answer = await bench.send('GET', 'limits');
    expect([answer.status, errorCode(answer)]).toEqual([401, 'INVALID_SESSION_ID']);
    expect(answer.headers.get('sforce-limit-info')).toBeNull();
  });

  it('revokes an access token, and a refresh token with all that came of it', async () => {
    await using bench = await startBench();
    const tokens = await signInByBrowser(bench);
    expect((await bench.form('/services/oauth2/revoke', { token: bench.token })).status).toBe(200);
    expect(await works(bench, bench.token)).toBe(false);
    expect((await bench.form('/services/oauth2/revoke', { token: String(tokens['refresh_token']) })).status).toBe(200);
    expect(await works(bench, tokens['access_token'])).toBe(false);
    const again = await bench.form('/services/oauth2/revoke', { token: 'unknown' });
    expect([again.status, new URLSearchParams(again.text).get('error')]).toEqual([400, 'unsupported_token_type']);
  });
});
