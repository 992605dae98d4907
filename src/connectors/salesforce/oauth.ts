import { createSign } from 'node:crypto';
import type { HttpResponse } from 'jsforce';
import { OAuth2 } from 'jsforce/lib/oauth2.js';
import type { SalesforceSettings } from '../../config/settings.ts';
import type { Clock } from '../../core/clock.ts';
import type { StoredToken } from '../credentials.ts';
import { withoutEcho } from '../echo.ts';
import { ConnectorError, type ConnectorErrorKind } from '../errors.ts';
import { answerFailure, excerpt, parseJson, retryAfter, wireFailure } from './errors.ts';
import { pinInstance } from './instance-url.ts';
import { OneExchange, type Wire, WireError } from './transport.ts';
import { tokenErrorSchema, tokenSchema, understand } from './wire.ts';

const request = 'POST /services/oauth2/token';
const jwtLifeSeconds = 180;

function unauthorized(cause: string, answer: string): ConnectorError {
  return new ConnectorError('Unauthorized', { side: 'salesforce', executed: 'no', request, cause, answer });
}

/** The audience is the login service, never the My Domain: sandboxes and scratch orgs have `test`, all others `login`. */
export function audienceOf(loginUrl: string): string {
  const host = new URL(loginUrl).hostname;
  const test = host === 'test.salesforce.com' || /\.(sandbox|scratch)\.my\.salesforce\.com$/.test(host);
  return test ? 'https://test.salesforce.com' : 'https://login.salesforce.com';
}

/** A signed assertion for the JWT bearer flow, good for three minutes. `privateKey` is a PEM. */
export function mintAssertion(
  claims: { issuer: string; subject: string; audience: string; nowMs: number },
  privateKey: string,
): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = {
    iss: claims.issuer,
    sub: claims.subject,
    aud: claims.audience,
    exp: Math.floor(claims.nowMs / 1000) + jwtLifeSeconds,
  };
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(body)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
}

/** Token errors are HTTP 400 with `{error, error_description}` (rec: oauth-refresh-400-expired), unlike every REST error. */
function meaningOf(error: string, description: string): { kind: ConnectorErrorKind; cause: string } {
  if (error === 'rate_limit_exceeded') return { kind: 'RateLimited', cause: 'login-rate' };
  if (error === 'invalid_client_id' || error === 'app_not_found')
    return { kind: 'Unauthorized', cause: 'wrong-client-id' };
  if (error === 'invalid_client' || error === 'invalid_client_credentials')
    return { kind: 'Unauthorized', cause: 'wrong-secret' };
  if (error === 'inactive_user' || error === 'inactive_org')
    return { kind: 'Unauthorized', cause: error.replace('_', '-') };
  if (/hasn.t approved/.test(description)) return { kind: 'Unauthorized', cause: 'not-approved' };
  if (/[Aa]udience/.test(description)) return { kind: 'Unauthorized', cause: 'wrong-audience' };
  if (/expired access\/refresh token/.test(description))
    return { kind: 'Unauthorized', cause: 'authorisation-revoked' };
  return { kind: 'Unauthorized', cause: 'login-refused' };
}

function tokenFailure(exchange: OneExchange, nowMs: number, sent: readonly (string | null)[]): ConnectorError {
  if (exchange.failure instanceof WireError) return wireFailure(exchange.failure, request);
  const status = exchange.answer?.statusCode ?? 0;
  const text = withoutEcho(exchange.answer?.body ?? '', sent);
  const wait = retryAfter(exchange.answer?.headers?.['retry-after'], nowMs);
  const common = {
    side: 'salesforce',
    executed: 'no',
    request,
    status,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  } as const;
  const parsed = tokenErrorSchema.safeParse(parseJson(text));
  if (!parsed.success || status >= 500) {
    const kind = status === 429 ? 'RateLimited' : status >= 400 && status < 500 ? 'Unauthorized' : 'Unavailable';
    return new ConnectorError(kind, {
      ...common,
      answer: excerpt(text),
      cause: kind === 'Unavailable' ? 'login-unavailable' : 'login-refused',
    });
  }
  const { error, error_description: description } = parsed.data;
  const { kind, cause } = meaningOf(error, description);
  return new ConnectorError(kind, { ...common, code: error, answer: excerpt(description), cause });
}

function clientSecretOf({ auth }: SalesforceSettings): string | null {
  return auth.kind === 'jwt_bearer' ? null : (auth.clientSecret?.reveal() ?? null);
}

/** An OAuth client of jsforce's whose only way out is `exchange`. */
function clientFor(
  settings: SalesforceSettings,
  exchange: OneExchange,
  withClient: boolean,
  redirectUri?: string,
): OAuth2 {
  const { auth } = settings;
  const secret = clientSecretOf(settings);
  const oauth2 = new OAuth2({
    loginUrl: settings.loginUrl,
    // jsforce adds these to every token request once they are configured; the JWT bearer flow names its client in the assertion.
    ...(withClient ? { clientId: auth.clientId } : {}),
    ...(withClient && secret !== null ? { clientSecret: secret } : {}),
    ...(redirectUri === undefined ? {} : { redirectUri }),
  });
  oauth2._transport = exchange;
  return oauth2;
}

/** 200 with a page, or with nothing: something stands before the login service. Nothing was done on its behalf. */
function noToken({ statusCode, headers, body }: HttpResponse, sent: readonly (string | null)[]): ConnectorError {
  const failure = answerFailure({ status: statusCode, headers, text: withoutEcho(body, sent) }, request);
  return new ConnectorError(failure.kind, { ...failure.data, executed: 'no' });
}

/** Runs one token request and takes its answer in. `keep` is the refresh token to hold on to when none comes back. */
async function exchangeToken(
  settings: SalesforceSettings,
  wire: Wire,
  clock: Clock,
  keep: string | null,
  ask: (client: (withClient: boolean, redirectUri?: string) => OAuth2) => Promise<unknown>,
): Promise<StoredToken> {
  const exchange = new OneExchange(wire);
  const sent = [keep, clientSecretOf(settings)];
  let body: unknown;
  try {
    body = await ask((withClient, redirectUri) => clientFor(settings, exchange, withClient, redirectUri));
  } catch (error) {
    // jsforce throws plain errors here, named after the vendor's code: the answer itself says more.
    if (exchange.answer === null && exchange.failure === null) throw error;
    throw tokenFailure(exchange, clock.now(), sent);
  }
  if (exchange.answer?.statusCode !== 200) throw tokenFailure(exchange, clock.now(), sent);
  if (parseJson(exchange.answer.body) === undefined) throw noToken(exchange.answer, sent);
  const token = understand(tokenSchema, body, request);
  const instanceUrl = pinInstance(settings.loginUrl, token.instance_url);
  if (instanceUrl === null) throw unauthorized('foreign-instance-url', `instance_url ${excerpt(token.instance_url)}`);
  return {
    accessToken: token.access_token,
    // With rotation on, every refresh brings a new one and the old one is dead at once; jsforce would keep the old one.
    refreshToken: token.refresh_token ?? keep,
    // Salesforce never says how long a session lives: a 401 does.
    expiresAt: null,
    instanceUrl,
  };
}

/** Asks for a token by the configured flow. Rejects with ConnectorError. */
export function createGrant(
  settings: SalesforceSettings,
  wire: Wire,
  clock: Clock,
): (last: StoredToken | null) => Promise<StoredToken> {
  return async (last) => {
    const { auth } = settings;
    if (auth.kind === 'jwt_bearer') {
      const claims = {
        issuer: auth.clientId,
        subject: auth.username,
        audience: audienceOf(settings.loginUrl),
        nowMs: clock.now(),
      };
      const assertion = mintAssertion(claims, auth.privateKey.reveal());
      return exchangeToken(settings, wire, clock, null, (client) =>
        client(false).requestToken({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }),
      );
    }
    if (auth.kind === 'client_credentials') {
      return exchangeToken(settings, wire, clock, null, (client) =>
        client(true).requestToken({ grant_type: 'client_credentials' }),
      );
    }
    const refreshToken = last?.refreshToken ?? null;
    if (refreshToken === null) throw unauthorized('not-authorised-yet', 'no stored authorisation');
    return exchangeToken(settings, wire, clock, refreshToken, (client) => client(true).refreshToken(refreshToken));
  };
}

/** Turns the code of a browser authorisation into a token to store. `codeVerifier` is the PKCE secret it was started with. */
export function exchangeCode(
  settings: SalesforceSettings,
  wire: Wire,
  clock: Clock,
  answer: { readonly code: string; readonly redirectUri: string; readonly codeVerifier: string },
): Promise<StoredToken> {
  return exchangeToken(settings, wire, clock, null, (client) =>
    client(true, answer.redirectUri).requestToken(answer.code, { code_verifier: answer.codeVerifier }),
  );
}
