import { sign } from 'node:crypto';
import { z } from 'zod';
import type { ServiceNowAuth } from '../../config/settings.ts';
import type { Clock } from '../../core/clock.ts';
import { iso } from '../../core/clock.ts';
import type { StoredToken } from '../credentials.ts';
import { withoutEcho } from '../echo.ts';
import { ConnectorError } from '../errors.ts';
import { type Http, type HttpAnswer, TransportError } from '../http.ts';
import { noAnswer, readAnswer } from './errors.ts';

const tokenPath = '/oauth_token.do';
const request = `POST ${tokenPath}`;

/** `expires_in` is a JSON number; 1799 on a fresh token, less on one that was given out before. */
const tokenAnswer = z.looseObject({
  access_token: z.string().min(1),
  refresh_token: z.string().nullish(),
  expires_in: z.coerce.number().nonnegative(),
});

const refusalAnswer = z.looseObject({ error: z.string(), error_description: z.string().nullish() });

export interface GrantDeps {
  readonly http: Http;
  readonly auth: ServiceNowAuth;
  readonly clock: Clock;
  /** Names an assertion: ServiceNow takes each `jti` once. */
  readonly newId: () => string;
}

type ExchangeDeps = Omit<GrantDeps, 'newId'>;

/**
 * Asks ServiceNow for a token by the configured grant. `last` is the stored token; only `authorization_code` needs its refresh
 * token. Rejects with ConnectorError; nothing of the tickets has been touched then, so `executed` is always `no`.
 */
export function createGrant(deps: GrantDeps): (last: StoredToken | null) => Promise<StoredToken> {
  // A refresh may answer with or without a refresh token; then the old one goes on.
  return async (last) => tokenFor(deps, grantForm(deps, last), last?.refreshToken ?? null);
}

/** Turns the code of a browser authorisation into a token to store. `codeVerifier` is the PKCE secret it was started with. */
export function exchangeCode(
  deps: ExchangeDeps,
  answer: { readonly code: string; readonly redirectUri: string; readonly codeVerifier: string },
): Promise<StoredToken> {
  const { clientId, clientSecret } = deps.auth;
  const form = {
    grant_type: 'authorization_code',
    code: answer.code,
    redirect_uri: answer.redirectUri,
    code_verifier: answer.codeVerifier,
    client_id: clientId,
    client_secret: clientSecret.reveal(),
  };
  return tokenFor(deps, form, null);
}

/** What must not be repeated, should a refusal quote it. */
const secretFields = ['client_secret', 'password', 'refresh_token', 'assertion', 'code', 'code_verifier'] as const;

async function tokenFor(
  deps: ExchangeDeps,
  form: Record<string, string>,
  keptRefreshToken: string | null,
): Promise<StoredToken> {
  const answer = await sendForm(deps, form);
  const isToken = tokenAnswer.safeParse(jsonOf(answer)).success;
  const words = isToken
    ? answer.text
    : withoutEcho(
        answer.text,
        secretFields.map((name) => form[name] ?? null),
      );
  const token = readToken({ ...answer, text: words }, deps, form['grant_type'] ?? '');
  return {
    accessToken: token.access_token,
    refreshToken: token.refresh_token ?? keptRefreshToken,
    expiresAt: iso(deps.clock.now() + token.expires_in * 1000),
    instanceUrl: deps.http.origin,
  };
}

function grantForm(deps: GrantDeps, last: StoredToken | null): Record<string, string> {
  const { auth } = deps;
  const client = { client_id: auth.clientId, client_secret: auth.clientSecret.reveal() };
  switch (auth.kind) {
    case 'authorization_code': {
      const refreshToken = last?.refreshToken ?? null;
      if (refreshToken === null) throw unauthorized('not-authorised-yet');
      return { grant_type: 'refresh_token', refresh_token: refreshToken, ...client };
    }
    case 'client_credentials':
      return { grant_type: 'client_credentials', ...client };
    case 'password':
      return { grant_type: 'password', username: auth.username, password: auth.password.reveal(), ...client };
    case 'jwt_bearer':
      return {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: assertion(auth, deps.clock.now(), deps.newId()),
        ...client,
      };
  }
}

/** Well within the default clock skew of 300 s on both sides. */
const assertionLifeSeconds = 180;

/** A signed JWT: `aud` and `iss` are the client id, `kid` selects the verifier on the instance. */
export function assertion(auth: Extract<ServiceNowAuth, { kind: 'jwt_bearer' }>, nowMs: number, id: string): string {
  const issued = Math.floor(nowMs / 1000);
  const header = { alg: 'RS256', typ: 'JWT', kid: auth.keyId };
  const claims = {
    iss: auth.clientId,
    aud: auth.clientId,
    sub: auth.subject,
    iat: issued,
    exp: issued + assertionLifeSeconds,
    jti: id,
  };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  try {
    return `${signed}.${sign('sha256', Buffer.from(signed), auth.privateKey.reveal()).toString('base64url')}`;
  } catch {
    // The reason is left out: OpenSSL's words may quote the key.
    throw unauthorized('private-key-unusable');
  }
}

async function sendForm(deps: ExchangeDeps, form: Record<string, string>): Promise<HttpAnswer> {
  try {
    return await deps.http.send({
      method: 'POST',
      path: tokenPath,
      headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
      timeoutMs: 30_000,
    });
  } catch (error) {
    if (error instanceof TransportError) throw noAnswer(error, asked(deps.clock.now()));
    throw error;
  }
}

function readToken(answer: HttpAnswer, deps: ExchangeDeps, grantType: string): z.infer<typeof tokenAnswer> {
  const refused = refusalAnswer.safeParse(jsonOf(answer));
  if (refused.success && answer.status < 429) {
    // One body for every cause there is: `access_denied` / `server_error` (oauth-token-denied-rec).
    const words = [refused.data.error, refused.data.error_description ?? ''].filter((word) => word !== '').join(': ');
    throw unauthorized(refusalCause(answer, deps, grantType), {
      status: answer.status,
      code: refused.data.error,
      answer: words.slice(0, 200),
    });
  }
  // Reported of instances hardened by explicit roles, where our user may not read the OAuth tables.
  if (answer.status === 504) {
    throw new ConnectorError('Unavailable', {
      side: 'servicenow',
      executed: 'no',
      request,
      status: answer.status,
      cause: 'login-timed-out',
    });
  }
  const token = tokenAnswer.safeParse(readAnswer(answer, asked(deps.clock.now())));
  if (!token.success) {
    throw new ConnectorError('Unavailable', {
      side: 'servicenow',
      executed: 'no',
      request,
      status: answer.status,
      cause: 'broken-answer',
    });
  }
  return token.data;
}

const skewLimitMs = 300_000;

/** The answer never says why; what we know ourselves narrows it down. */
function refusalCause(answer: HttpAnswer, deps: ExchangeDeps, grantType: string): string {
  const serverNow = Date.parse(answer.headers['date'] ?? '');
  if (deps.auth.kind === 'jwt_bearer' && Math.abs(serverNow - deps.clock.now()) > skewLimitMs) return 'clock-skew';
  if (grantType === 'authorization_code') return 'code-refused';
  return grantType === 'refresh_token' ? 'refresh-refused' : 'wrong-secret';
}

function jsonOf(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.text) as unknown;
  } catch {
    return undefined;
  }
}

function asked(nowMs: number): { request: string; effect: 'read'; nowMs: number } {
  return { request, effect: 'read', nowMs };
}

function unauthorized(cause: string, more: { status?: number; code?: string; answer?: string } = {}): ConnectorError {
  return new ConnectorError('Unauthorized', { side: 'servicenow', executed: 'no', request, cause, ...more });
}
