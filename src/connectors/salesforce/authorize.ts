import { createHash } from 'node:crypto';
import type { SalesforceSettings } from '../../config/settings.ts';
import type { Clock } from '../../core/clock.ts';
import type { StoredToken } from '../credentials.ts';
import { exchangeCode } from './oauth.ts';
import { createWire } from './transport.ts';

/** What an authorisation in the browser is started with. */
export interface AuthorizationRequest {
  /** Where the browser comes back to; loopback. */
  readonly redirectUri: string;
  /** Random; must come back unchanged. */
  readonly state: string;
  /** Random, 43 to 128 characters; kept until the code comes back. */
  readonly codeVerifier: string;
}

/**
 * The page a person opens to authorise Casebridge. With PKCE, whose method jsforce leaves unsaid: a server then takes the
 * challenge for the verifier itself.
 */
export function authorizationUrl(settings: SalesforceSettings, request: AuthorizationRequest): string {
  const url = new URL('/services/oauth2/authorize', settings.loginUrl);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: settings.auth.clientId,
    redirect_uri: request.redirectUri,
    scope: 'api refresh_token',
    state: request.state,
    code_challenge: createHash('sha256').update(request.codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  return url.href;
}

/** Trades the code that came back for a token to store. Rejects with ConnectorError. */
export async function redeemCode(
  settings: SalesforceSettings,
  clock: Clock,
  answer: { readonly code: string; readonly redirectUri: string; readonly codeVerifier: string },
): Promise<StoredToken> {
  const wire = createWire({ timeoutMs: 60_000, deadlineMs: 60_000, maxBytes: 1024 * 1024 });
  try {
    return await exchangeCode(settings, wire, clock, answer);
  } finally {
    wire.close();
  }
}
