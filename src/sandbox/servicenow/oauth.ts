import { createHash } from 'node:crypto';
import { verifyAssertion } from './jwt.ts';
import type { PublicKey } from './jwt.ts';
import type { Rights } from './rights.ts';
import type { Users } from './users.ts';

/** One entry of the Application Registry. */
export interface OAuthClient {
  readonly id: string;
  readonly secret: string;
  /** Must be given exactly as registered. */
  readonly redirectUris: readonly string[];
  /** OAuth Application User; null leaves client_credentials refused. */
  readonly applicationUser: string | null;
}

/** Switches of the authorisation server. */
export interface OAuthSettings {
  /** `glide.oauth.inbound.client.credential.grant_type.enabled` */
  clientCredentials: boolean;
  /** The opposite of `glide.oauth.inbound.ropc.grant_type.disabled`. */
  passwordGrant: boolean;
  /** `glide.oauth.allow.parameters.in.post.body.only` */
  bodyParametersOnly: boolean;
  /** `glide.oauth.state.parameter.required` */
  stateRequired: boolean;
  accessTokenMs: number;
  refreshTokenMs: number;
  codeMs: number;
  scope: string;
  /** A new refresh token with every refresh. Documented is that the current one comes back; newest releases are unverified. */
  rotatesRefreshTokens: boolean;
}

interface Token {
  readonly user: string;
  readonly client: string;
  readonly expiresAt: number;
}

interface Code extends Token {
  readonly redirectUri: string;
  readonly challenge: string | null;
}

export interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly scope: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
}

export interface OAuthOptions {
  readonly clients: readonly OAuthClient[];
  readonly passwords: ReadonlyMap<string, string>;
  readonly users: Users;
  readonly rights: Rights;
  readonly keys: () => readonly PublicKey[];
  readonly settings: OAuthSettings;
  readonly now: () => number;
  /** An opaque token of 86 characters. */
  readonly newToken: () => string;
}

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** Clock skew the instance allows for assertions (create-jwt-endpoint). */
const skewMs = 300_000;

/** The authorisation server. Every refusal is null: on the wire they are all one body (oauth-token-denied-rec). */
export class OAuthServer {
  readonly #options: OAuthOptions;
  readonly #access = new Map<string, Token>();
  readonly #refresh = new Map<string, Token>();
  readonly #codes = new Map<string, Code>();
  readonly #usedAssertions = new Map<string, number>();

  constructor(options: OAuthOptions) {
    this.#options = options;
  }

  /** Answers a token request; null is a refusal. */
  grant(form: URLSearchParams): TokenAnswer | null {
    const field = (name: string): string => form.get(name) ?? '';
    const client = this.#client(field('client_id'));
    if (client === null) return null;
    const proven = client.secret === field('client_secret');
    switch (field('grant_type')) {
      case 'password':
        return proven && this.#options.settings.passwordGrant && this.passwordOk(field('username'), field('password'))
          ? this.#issue(client, field('username'), true)
          : null;
      case 'client_credentials':
        return proven && this.#options.settings.clientCredentials && client.applicationUser !== null
          ? this.#issue(client, client.applicationUser, false)
          : null;
      case 'refresh_token':
        return proven ? this.#refreshed(client, field('refresh_token')) : null;
      case 'authorization_code':
        return this.#redeemed(client, form, proven);
      case jwtBearer:
        return proven || field('client_secret') === '' ? this.#asserted(client, field('assertion')) : null;
      default:
        return null;
    }
  }

  /** A code for the browser's way back; null where client or redirect are not registered. */
  authorize(request: {
    readonly clientId: string;
    readonly redirectUri: string;
    readonly challenge: string | null;
    readonly user: string;
  }): string | null {
    if (!this.knowsRedirect(request.clientId, request.redirectUri)) return null;
    const code = this.#options.newToken();
    const expiresAt = this.#options.now() + this.#options.settings.codeMs;
    this.#codes.set(code, {
      user: request.user,
      client: request.clientId,
      expiresAt,
      redirectUri: request.redirectUri,
      challenge: request.challenge,
    });
    return code;
  }

  /** A redirect must equal a registered one exactly, port and all (servicenow-cli: registered verbatim). */
  knowsRedirect(clientId: string, redirectUri: string): boolean {
    return this.#client(clientId)?.redirectUris.includes(redirectUri) === true;
  }

  /** User name behind a bearer token; null for an unknown or expired one. */
  userOf(accessToken: string): string | null {
    const token = this.#access.get(accessToken);
    if (token === undefined || token.expiresAt <= this.#options.now()) return null;
    return this.#options.rights.of(token.user).active ? token.user : null;
  }

  passwordOk(userName: string, password: string): boolean {
    const expected = this.#options.passwords.get(userName);
    return expected !== undefined && expected === password && this.#options.rights.of(userName).active;
  }

  /** Ends one token, access or refresh; no proof of identity asked (t_RevokeOAuthToken). */
  revoke(token: string): void {
    this.#access.delete(token);
    this.#refresh.delete(token);
  }

  /** Ends every access token; refresh tokens stay good. */
  expireAccess(): void {
    this.#access.clear();
  }

  /** Ends everything that was ever granted. */
  revokeAll(): void {
    this.#access.clear();
    this.#refresh.clear();
    this.#codes.clear();
  }

  /** Tokens for the state file. */
  dump(): {
    readonly access: readonly (readonly [string, Token])[];
    readonly refresh: readonly (readonly [string, Token])[];
  } {
    return { access: [...this.#access], refresh: [...this.#refresh] };
  }

  restore(tokens: {
    readonly access: readonly (readonly [string, Token])[];
    readonly refresh: readonly (readonly [string, Token])[];
  }): void {
    for (const [token, held] of tokens.access) this.#access.set(token, held);
    for (const [token, held] of tokens.refresh) this.#refresh.set(token, held);
  }

  #client(id: string): OAuthClient | null {
    return this.#options.clients.find((client) => client.id === id) ?? null;
  }

  /** A second grant inside the life of the first token answers the same token with less time left (r_OAuthAPIRequestParameters). */
  #issue(client: OAuthClient, user: string, withRefresh: boolean): TokenAnswer {
    const { settings, now } = this.#options;
    const access =
      this.#current(this.#access, client, user) ?? this.#new(this.#access, client, user, settings.accessTokenMs);
    const left = (this.#access.get(access)?.expiresAt ?? 0) - now();
    const answer = {
      access_token: access,
      scope: settings.scope,
      token_type: 'Bearer',
      expires_in: Math.max(0, Math.ceil(left / 1000) - 1),
    } as const;
    if (!withRefresh) return answer;
    const refresh =
      this.#current(this.#refresh, client, user) ?? this.#new(this.#refresh, client, user, settings.refreshTokenMs);
    return { ...answer, refresh_token: refresh };
  }

  #refreshed(client: OAuthClient, refreshToken: string): TokenAnswer | null {
    const held = this.#refresh.get(refreshToken);
    if (
      held === undefined ||
      held.client !== client.id ||
      held.expiresAt <= this.#options.now() ||
      !this.#options.rights.of(held.user).active
    )
      return null;
    if (this.#options.settings.rotatesRefreshTokens) this.#refresh.delete(refreshToken);
    return this.#issue(client, held.user, true);
  }

  #redeemed(client: OAuthClient, form: URLSearchParams, proven: boolean): TokenAnswer | null {
    const code = this.#codes.get(form.get('code') ?? '');
    this.#codes.delete(form.get('code') ?? '');
    if (code === undefined || code.client !== client.id || code.expiresAt <= this.#options.now()) return null;
    if (code.redirectUri !== form.get('redirect_uri')) return null;
    // A public client proves itself by the verifier alone and still gets a refresh token (oauth-pkce-token-public-client-rec).
    const verifier = form.get('code_verifier');
    if (
      code.challenge !== null &&
      (verifier === null || createHash('sha256').update(verifier).digest('base64url') !== code.challenge)
    )
      return null;
    if (!proven && (code.challenge === null || form.get('client_secret') !== null)) return null;
    return this.#issue(client, code.user, true);
  }

  #asserted(client: OAuthClient, assertion: string): TokenAnswer | null {
    const now = this.#options.now();
    const claims = verifyAssertion(assertion, this.#options.keys());
    if (claims === null || claims.aud !== client.id || claims.iss !== client.id) return null;
    if (claims.exp * 1000 + skewMs <= now) return null;
    // `jti` is single-use by default (create-jwt-endpoint).
    if (claims.jti !== null) {
      if (this.#usedAssertions.has(claims.jti)) return null;
      this.#usedAssertions.set(claims.jti, now);
    }
    const user = this.#options.users.byName(claims.sub);
    return user === null || !this.#options.rights.of(claims.sub).active ? null : this.#issue(client, claims.sub, false);
  }

  #current(tokens: Map<string, Token>, client: OAuthClient, user: string): string | null {
    for (const [token, held] of tokens) {
      if (held.expiresAt <= this.#options.now()) tokens.delete(token);
      else if (held.client === client.id && held.user === user) return token;
    }
    return null;
  }

  #new(tokens: Map<string, Token>, client: OAuthClient, user: string, lifeMs: number): string {
    const token = this.#options.newToken();
    tokens.set(token, { user, client: client.id, expiresAt: this.#options.now() + lifeMs });
    return token;
  }
}
