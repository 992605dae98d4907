import { describe, expect, it } from 'vitest';
import { asBody, basic, startBench } from './client.ts';
import type { Answer, Bench } from './client.ts';

const use = (bench: Bench, token: unknown): Promise<Answer> =>
  bench.send('GET', '/api/now/table/incident?sysparm_limit=1', {
    as: null,
    headers: { Authorization: `Bearer ${String(token)}` },
  });

function form(bench: Bench, change: Record<string, string> = {}): Record<string, string> {
  const { clientId, clientSecret, username, password } = bench.sandbox.account;
  return { grant_type: 'password', client_id: clientId, client_secret: clientSecret, username, password, ...change };
}

describe('tokens of the local ServiceNow', () => {
  it('answers a second grant with the same token and less time', async () => {
    let now = Date.parse('2026-05-01T08:00:00Z');
    await using bench = await startBench({ now: () => now });
    const first = asBody((await bench.token(form(bench))).body);
    expect(first['expires_in']).toBe(1799);
    now += 600_000;
    const second = asBody((await bench.token(form(bench))).body);
    expect(second).toEqual({ ...first, expires_in: 1199 });
    now += 1_200_000;
    expect((await use(bench, first['access_token'])).status).toBe(401);
    const third = asBody((await bench.token(form(bench))).body);
    expect(third['access_token']).not.toBe(first['access_token']);
    expect(third['refresh_token']).toBe(first['refresh_token']);
  });

  it('keeps the refresh token through a refresh, unless told to rotate it', async () => {
    let now = Date.parse('2026-05-01T08:00:00Z');
    await using bench = await startBench({ now: () => now });
    const first = asBody((await bench.token(form(bench))).body);
    const refresh = (token: unknown): Promise<Answer> =>
      bench.token(form(bench, { grant_type: 'refresh_token', refresh_token: String(token) }));
    now += 1_900_000;
    const kept = asBody((await refresh(first['refresh_token'])).body);
    expect(kept['refresh_token']).toBe(first['refresh_token']);
    expect((await use(bench, kept['access_token'])).status).toBe(200);
    bench.sandbox.oauthSettings.rotatesRefreshTokens = true;
    const rotated = asBody((await refresh(first['refresh_token'])).body);
    expect(rotated['refresh_token']).not.toBe(first['refresh_token']);
    expect((await refresh(first['refresh_token'])).status).toBe(401);
    now += 8_640_000_000;
    expect((await refresh(rotated['refresh_token'])).status).toBe(401);
  });

  it('gives client credentials an access token alone, with the client in the form or by Basic', async () => {
    await using bench = await startBench();
    const { clientId, clientSecret } = bench.sandbox.account;
    const answer = asBody(
      (await bench.token({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret })).body,
    );
    expect(answer).not.toHaveProperty('refresh_token');
    expect((await use(bench, answer['access_token'])).status).toBe(200);
    const byHeader = await fetch(`${bench.sandbox.url}/oauth_token.do`, {
      method: 'POST',
      headers: { Authorization: basic(clientId, clientSecret) },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    expect(byHeader.status).toBe(200);
  });

  it('refuses parameters in the URL and a JSON body with the one refusal there is', async () => {
    await using bench = await startBench();
    const query = new URLSearchParams(form(bench)).toString();
    const inUrl = await bench.send('POST', `/oauth_token.do?${query}`, { as: null });
    const asJson = await bench.send('POST', '/oauth_token.do', { as: null, body: form(bench) });
    for (const answer of [inUrl, asJson]) {
      expect([answer.status, answer.body]).toEqual([
        401,
        { error: 'server_error', error_description: 'access_denied' },
      ]);
    }
  });

  it('sends the browser nowhere but to a registered redirect, and only with a state', async () => {
    const redirect = 'http://127.0.0.1:8485/callback';
    await using bench = await startBench({ redirectUris: [redirect] });
    const page = (change: Record<string, string>): Promise<Answer> => {
      const asked = {
        response_type: 'code',
        client_id: bench.sandbox.account.clientId,
        redirect_uri: redirect,
        state: 's',
        ...change,
      };
      return bench.send('GET', `/oauth_auth.do?${new URLSearchParams(asked).toString()}`, { as: null });
    };
    expect((await page({})).status).toBe(302);
    expect((await page({ state: '' })).text).toContain('Missing State parameter in request');
    expect((await page({ redirect_uri: 'http://127.0.0.1:9999/callback' })).text).toContain('Invalid redirect_uri');
    expect((await page({ redirect_uri: `${redirect}/` })).text).toContain('Invalid redirect_uri');
  });

  it('forgets a code after a minute, and wants the verifier of its challenge', async () => {
    let now = Date.parse('2026-05-01T08:00:00Z');
    const redirectUri = 'http://127.0.0.1:8485/callback';
    await using bench = await startBench({ redirectUris: [redirectUri], now: () => now });
    const code = (challenge: string | null): string =>
      bench.sandbox.oauth.authorize({
        clientId: bench.sandbox.account.clientId,
        redirectUri,
        challenge,
        user: 'casebridge',
      }) ?? '';
    const redeem = (one: string): Promise<Answer> =>
      bench.token(form(bench, { grant_type: 'authorization_code', code: one, redirect_uri: redirectUri }));
    const old = code(null);
    now += 61_000;
    expect((await redeem(old)).status).toBe(401);
    expect((await redeem(code('a-challenge-nobody-met'))).status).toBe(401);
    expect((await redeem(code(null))).status).toBe(200);
  });
});
