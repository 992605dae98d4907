import { expect } from 'vitest';
import { asBody } from '../../sandbox/salesforce/bench.ts';
import type { Bench } from '../../sandbox/salesforce/bench.ts';
import { signInByBrowser } from '../../sandbox/salesforce/browser.ts';
import type { CaseTable } from './case-table.ts';
import { expectAlike, expectHead, expectSame } from './compare.ts';

const jwt = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

function token(bench: Bench, fields: Readonly<Record<string, string>>) {
  return bench.form('/services/oauth2/token', fields);
}

function client(bench: Bench) {
  return { client_id: bench.sandbox.account.clientId, client_secret: bench.sandbox.account.clientSecret };
}

export const oauthCases: CaseTable = {
  'oauth-identity-url-200': async (bench, recording) => {
    const answer = await bench.send(
      'GET',
      `/id/${bench.sandbox.known.organization}/${bench.sandbox.known.integrationUser}`,
    );
    expectHead(answer, recording);
    const body = asBody(answer.body);
    // `urls` differs by edition; the rest is the same set of members.
    expect(Object.keys(body).toSorted()).toEqual(Object.keys(asBody(recording.response.body)).toSorted());
    expect(body).toMatchObject({ asserted_user: true, username: 'casebridge@sandbox.example' });
  },
  'oauth-introspect-200': async (bench, recording) => {
    const answer = await bench.form('/services/oauth2/introspect', { token: bench.token, ...client(bench) });
    expectHead(answer, recording);
    // The recording is a template, not JSON: its names are what counts.
    const names = [...String(recording.response.body).matchAll(/"(\w+)":/g)].map((match) => match[1]);
    expect(Object.keys(asBody(answer.body))).toEqual(names);
  },
  'oauth-jwt-400-audience': async (bench, recording) => {
    const answer = await token(bench, { grant_type: jwt, assertion: bench.assertion({ aud: 'https://example.com' }) });
    expect([answer.status, answer.body]).toEqual([recording.response.status, recording.response.body]);
  },
  'oauth-jwt-400-not-approved': async (bench, recording) =>
    expectSame(
      await token(bench, { grant_type: jwt, assertion: bench.assertion({ sub: 'ada@sandbox.example' }) }),
      recording,
    ),
  'oauth-password-400-authentication-failure': async (bench, recording) => {
    const answer = await token(bench, { grant_type: 'password', username: 'x', password: 'y', ...client(bench) });
    expectAlike(answer, recording);
    expect(answer.body).toMatchObject({ error: 'invalid_grant' });
  },
  'oauth-refresh-400-expired': async (bench, recording) =>
    expectSame(
      await token(bench, { grant_type: 'refresh_token', refresh_token: '5Aep861gone', ...client(bench) }),
      recording,
    ),
  'oauth-refresh-invalid-client-id-400': async (bench, recording) => {
    const fields = Object.fromEntries(new URLSearchParams(String(recording.request.body)));
    expectSame(await token(bench, fields), recording);
  },
  'oauth-refresh-token-200': async (bench, recording) => {
    bench.sandbox.settings.refreshTokenRotation = false;
    const { refresh_token: refreshToken } = await signInByBrowser(bench);
    const answer = await token(bench, {
      grant_type: 'refresh_token',
      refresh_token: String(refreshToken),
      ...client(bench),
    });
    expectAlike(answer, recording);
    expect(answer.body).toMatchObject({
      scope: 'refresh_token api',
      token_type: 'Bearer',
      issued_at: String(bench.clock.ms),
    });
  },
  'oauth-userinfo': async (bench, recording) => {
    const answer = await bench.send('GET', '/services/oauth2/userinfo');
    expectHead(answer, recording);
    const body = asBody(answer.body);
    expect(Object.keys(body).toSorted()).toEqual(Object.keys(asBody(recording.response.body)).toSorted());
    expect(body['updated_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(body['user_id']).toBe(bench.sandbox.known.integrationUser);
  },
};
