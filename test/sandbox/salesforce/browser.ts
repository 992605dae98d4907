import { asBody, challengeOf } from './bench.ts';
import type { Bench, Body } from './bench.ts';

export const redirectUri = 'http://127.0.0.1:8485/callback';
export const verifier = 'a-verifier-that-is-long-enough-to-be-one-000000';

/** What the browser is sent to the authorisation page with. */
export function authorizeFields(bench: Bench): Record<string, string> {
  return {
    response_type: 'code',
    client_id: bench.sandbox.account.clientId,
    redirect_uri: redirectUri,
    scope: 'refresh_token api',
    state: 'st&te',
    code_challenge: challengeOf(verifier),
  };
}

/** A person allows the app; the code that comes back on the redirect. */
export async function allow(bench: Bench, fields: Record<string, string> = authorizeFields(bench)): Promise<string> {
  const answer = await bench.form('/services/oauth2/authorize', {
    ...fields,
    decision: 'allow',
    username: bench.sandbox.account.username,
  });
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
}

export function codeFields(bench: Bench, code: string): Record<string, string> {
  const { clientId, clientSecret } = bench.sandbox.account;
  return {
    grant_type: 'authorization_code',
    code,
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  };
}

/** The whole browser flow: the token answer. */
export async function signInByBrowser(bench: Bench): Promise<Body> {
  return asBody((await bench.form('/services/oauth2/token', codeFields(bench, await allow(bench)))).body);
}
