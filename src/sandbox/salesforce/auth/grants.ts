import { createHash, createHmac, verify } from 'node:crypto';
import type { Org } from '../org/org.ts';
import { user } from '../schema/people.ts';
import { findField } from '../schema/schema.ts';
import { asText, isObject } from '../values.ts';
import type { ConnectedApp } from './connected-app.ts';
import type { Session, Sessions } from './sessions.ts';

/** A refusal of the token endpoint: HTTP 400 with an object, unlike the REST API's arrays. */
export class OAuthRefusal extends Error {
  readonly error: string;
  readonly description: string;

  constructor(error: string, description: string) {
    super(`${error}: ${description}`);
    this.error = error;
    this.description = description;
  }
}

export interface Code {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge: string | null;
  readonly userId: string;
  readonly scope: string;
  readonly expiresAt: number;
  used: boolean;
}

export interface AuthParts {
  readonly org: Org;
  readonly app: ConnectedApp;
  readonly sessions: Sessions;
  readonly codes: Map<string, Code>;
  /** `http://127.0.0.1:<port>`. */
  readonly host: () => string;
}

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** Answers a token request. Throws OAuthRefusal. */
export function grant(parts: AuthParts, form: URLSearchParams): Record<string, string> {
  // `revoked-token`: the approval is gone; the same text for a revoked, rotated-away or expired token (recording `oauth-refresh-400-expired`).
  const revoked =
    parts.org.faults.strike({ method: 'POST', path: '/services/oauth2/token' }, ['revoked-token']) !== null;
  if (revoked) parts.sessions.revokeAll();
  switch (form.get('grant_type')) {
    case jwtBearer:
      if (revoked) throw new OAuthRefusal('invalid_grant', "user hasn't approved this consumer");
      return fromAssertion(parts, form.get('assertion') ?? '');
    case 'client_credentials':
      if (revoked) throw new OAuthRefusal('invalid_grant', 'no client credentials user enabled');
      checkClient(parts.app, form, true);
      return fromClient(parts);
    case 'authorization_code':
      checkClient(parts.app, form, false);
      return fromCode(parts, form);
    case 'refresh_token':
      checkClient(parts.app, form, false);
      return fromRefreshToken(parts, form.get('refresh_token') ?? '');
    case 'password':
      // Off in new orgs, and sent in clear; recording `oauth-password-400-authentication-failure`.
      throw new OAuthRefusal('invalid_grant', 'authentication failure');
    default:
      throw new OAuthRefusal('unsupported_grant_type', 'grant type not supported');
  }
}

/** Recording `oauth-refresh-invalid-client-id-400`: a wrong key is `invalid_client_id`, a wrong secret `invalid_client`. */
function checkClient(app: ConnectedApp, form: URLSearchParams, secretNeeded: boolean): void {
  if (form.get('client_id') !== app.clientId) throw new OAuthRefusal('invalid_client_id', 'client identifier invalid');
  const secret = form.get('client_secret');
  if (secret === null && !secretNeeded) return;
  if (secret !== app.clientSecret) throw new OAuthRefusal('invalid_client', 'invalid client credentials');
}

function userByName(org: Org, username: string): string | null {
  const field = findField(user, 'Username');
  const row = field === null ? undefined : org.table(user).find(field, username)?.[0];
  return row === undefined || row.values['IsActive'] !== true ? null : row.id;
}

function tokenAnswer(parts: AuthParts, session: Session, extra: Record<string, string>): Record<string, string> {
  const id = `${parts.host()}/id/${parts.org.known.organization}/${session.userId}`;
  return {
    access_token: session.token,
    scope: session.scope,
    instance_url: parts.host(),
    id,
    token_type: 'Bearer',
    ...extra,
  };
}

/** Recording `oauth-refresh-token-200`: `issued_at` is text, epoch milliseconds; there is no `expires_in`. */
function signed(parts: AuthParts, session: Session, extra: Record<string, string> = {}): Record<string, string> {
  const issuedAt = String(session.issuedAt);
  const id = `${parts.host()}/id/${parts.org.known.organization}/${session.userId}`;
  const signature = createHmac('sha256', parts.app.clientSecret)
    .update(id + issuedAt)
    .digest('base64');
  return tokenAnswer(parts, session, { signature, issued_at: issuedAt, ...extra });
}

/** JWT bearer: no refresh token, and no signature or issued_at either (npm salesforce-jwt-bearer-token-flow, README). */
function fromAssertion(parts: AuthParts, assertion: string): Record<string, string> {
  const claims = readAssertion(parts.app, assertion);
  const audiences = ['https://login.salesforce.com', 'https://test.salesforce.com', parts.host()];
  const audience = Array.isArray(claims['aud']) ? claims['aud'] : [claims['aud']];
  // Recording `oauth-jwt-400-audience`.
  if (!audience.some((each) => audiences.includes(String(each))))
    throw new OAuthRefusal('invalid_grant', 'Audience validation failed');
  // `exp` is sent as a number or as text. The words for an old assertion are not recorded: match on `invalid_grant`.
  if (!(Number(claims['exp']) * 1000 > parts.org.now())) throw new OAuthRefusal('invalid_grant', 'invalid assertion');
  const username = asText(claims['sub']);
  const userId = userByName(parts.org, username);
  // Recording `oauth-jwt-400-not-approved`.
  if (userId === null || !parts.app.approvedUsers.has(username))
    throw new OAuthRefusal('invalid_grant', "user hasn't approved this consumer");
  return tokenAnswer(parts, parts.sessions.open(userId, parts.app.clientId, 'api'), {});
}

function readAssertion(app: ConnectedApp, assertion: string): Record<string, unknown> {
  const [header = '', payload = '', signature = ''] = assertion.split('.');
  const parsed = [header, payload].map((part): unknown => {
    try {
      return JSON.parse(Buffer.from(part, 'base64url').toString());
    } catch {
      throw new OAuthRefusal('invalid_grant', 'invalid assertion');
    }
  });
  const [head, claims] = parsed;
  if (!isObject(head) || !isObject(claims)) throw new OAuthRefusal('invalid_grant', 'invalid assertion');
  if (claims['iss'] !== app.clientId) throw new OAuthRefusal('invalid_client_id', 'client identifier invalid');
  const bytes = Buffer.from(signature, 'base64url');
  const genuine =
    head['alg'] === 'RS256' && verify('sha256', Buffer.from(`${header}.${payload}`), app.publicKey, bytes);
  if (!genuine) throw new OAuthRefusal('invalid_grant', 'invalid assertion');
  return claims;
}

/** Only on a My Domain host, and only with a run-as user (simple-salesforce login.py; Striim's troubleshooting page). */
function fromClient(parts: AuthParts): Record<string, string> {
  if (!parts.org.settings.myDomain) throw new OAuthRefusal('invalid_grant', 'request not supported on this domain');
  const userId = parts.app.runAs === null ? null : userByName(parts.org, parts.app.runAs);
  if (userId === null) throw new OAuthRefusal('invalid_grant', 'no client credentials user enabled');
  return signed(parts, parts.sessions.open(userId, parts.app.clientId, 'api'));
}

function fromCode(parts: AuthParts, form: URLSearchParams): Record<string, string> {
  const code = parts.codes.get(form.get('code') ?? '');
  if (code === undefined || code.used || code.clientId !== form.get('client_id')) {
    throw new OAuthRefusal('invalid_grant', 'invalid authorization code');
  }
  code.used = true;
  if (code.expiresAt < parts.org.now()) throw new OAuthRefusal('invalid_grant', 'expired authorization code');
  if (code.redirectUri !== form.get('redirect_uri'))
    throw new OAuthRefusal('redirect_uri_mismatch', 'redirect_uri must match configuration');
  const verifier = form.get('code_verifier') ?? '';
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  if (code.challenge !== null && code.challenge !== challenge)
    throw new OAuthRefusal('invalid_grant', 'invalid code verifier');
  const { session, refreshToken } = parts.sessions.approve(code.userId, code.clientId, code.scope);
  return signed(parts, session, { refresh_token: refreshToken });
}

function fromRefreshToken(parts: AuthParts, refreshToken: string): Record<string, string> {
  const refreshed = parts.sessions.refresh(refreshToken, parts.app.clientId);
  if (refreshed === null) throw new OAuthRefusal('invalid_grant', 'expired access/refresh token');
  return signed(
    parts,
    refreshed.session,
    refreshed.refreshToken === null ? {} : { refresh_token: refreshed.refreshToken },
  );
}
