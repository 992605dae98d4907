import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { authorizationUrl, redeemCode } from '../../../src/connectors/salesforce/authorize.ts';
import { Secret } from '../../../src/config/secret.ts';
import type { SalesforceSettings } from '../../../src/config/settings.ts';
import { realClock } from '../../support/clock.ts';
import { startReplay, tokenBody } from '../../support/salesforce-replay.ts';

const verifier = 'v'.repeat(43);
const redirectUri = 'http://127.0.0.1:8485/callback';
const settingsOf = (loginUrl: string, clientSecret: Secret | null = null): SalesforceSettings => ({
  loginUrl,
  auth: { kind: 'authorization_code', clientId: 'app', clientSecret },
  apiVersion: '62.0',
  maxConcurrency: 5,
  dailyCallsShare: 0.5,
});

it('opens the login page with a PKCE challenge and says by which method it was made', () => {
  const url = new URL(
    authorizationUrl(settingsOf('https://acme.my.salesforce.com'), { redirectUri, state: 's', codeVerifier: verifier }),
  );
  expect(url.origin + url.pathname).toBe('https://acme.my.salesforce.com/services/oauth2/authorize');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    response_type: 'code',
    client_id: 'app',
    redirect_uri: redirectUri,
    scope: 'api refresh_token',
    state: 's',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
});

it('trades the code with its verifier for a token that can be renewed', async () => {
  const replay = await startReplay();
  try {
    replay.answerToken(() => ({ status: 200, body: tokenBody(replay.url, 'access', { refresh_token: 'refresh' }) }));
    const token = await redeemCode(settingsOf(replay.url, new Secret('hush')), realClock(), {
      code: 'c',
      redirectUri,
      codeVerifier: verifier,
    });
    expect(token).toEqual({ accessToken: 'access', refreshToken: 'refresh', expiresAt: null, instanceUrl: replay.url });
    expect(Object.fromEntries(new URLSearchParams(String(replay.tokenRequests[0]?.body)))).toEqual({
      grant_type: 'authorization_code',
      code: 'c',
      code_verifier: verifier,
      client_id: 'app',
      client_secret: 'hush',
      redirect_uri: redirectUri,
    });
  } finally {
    await replay.stop();
  }
});

it('says what the login service says of a code that was used before', async () => {
  const replay = await startReplay();
  try {
    replay.answerToken(() => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'expired authorization code' },
    }));
    await expect(
      redeemCode(settingsOf(replay.url), realClock(), { code: 'c', redirectUri, codeVerifier: verifier }),
    ).rejects.toMatchObject({
      kind: 'Unauthorized',
      data: { code: 'invalid_grant', answer: 'expired authorization code' },
    });
  } finally {
    await replay.stop();
  }
});
