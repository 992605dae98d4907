import { createHash } from 'node:crypto';
import type { ServiceNowSettings } from '../../config/settings.ts';
import type { Clock } from '../../core/clock.ts';
import type { StoredToken } from '../credentials.ts';
import { createHttp } from '../http.ts';
import { exchangeCode } from './oauth.ts';

/** What an authorisation in the browser is started with. */
export interface AuthorizationRequest {
  /** Where the browser comes back to; loopback, and registered exactly so. */
  readonly redirectUri: string;
  /** Random; must come back unchanged. ServiceNow insists on one (oauth-auth-code-flow-state-parm). */
  readonly state: string;
  /** Random, 43 to 128 characters; kept until the code comes back. */
  readonly codeVerifier: string;
}

/** The page a person opens to authorise Casebridge (KB0725643; PKCE as in oauth-pkce-authorize-rec). */
export function authorizationUrl(settings: ServiceNowSettings, request: AuthorizationRequest): string {
  const url = new URL('/oauth_auth.do', settings.url);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: settings.auth.clientId,
    redirect_uri: request.redirectUri,
    state: request.state,
    code_challenge: createHash('sha256').update(request.codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  return url.href;
}

/** Trades the code that came back, good for a minute, for a token to store. Rejects with ConnectorError. */
export function redeemCode(
  settings: ServiceNowSettings,
  clock: Clock,
  answer: { readonly code: string; readonly redirectUri: string; readonly codeVerifier: string },
): Promise<StoredToken> {
  return exchangeCode({ http: createHttp(settings.url), auth: settings.auth, clock }, answer);
}
