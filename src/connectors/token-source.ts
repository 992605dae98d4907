import type { Clock } from '../core/clock.ts';
import type { Side } from '../core/side.ts';
import type { StoredToken, TokenVault, VersionedToken } from './credentials.ts';
import { ConnectorError } from './errors.ts';
import { withRefreshSince } from './refresh-since.ts';

/** Hands out access tokens: many callers, one refresh. */
export interface TokenSource {
  /** A token that is not known to be expired. */
  current(): Promise<StoredToken>;
  /** The side refused `accessToken`: a newer one, fetched once however many callers ask. */
  renew(accessToken: string): Promise<StoredToken>;
}

export interface TokenSourceOptions {
  readonly side: Side;
  readonly vault: TokenVault;
  readonly clock: Clock;
  /** Asks the vendor for a token; `last` carries the refresh token, where there is one. Rejects with ConnectorError. */
  readonly grant: (last: StoredToken | null) => Promise<StoredToken>;
  /** Renew this long before the end of life. */
  readonly marginMs: number;
  /** False for a stored token of another instance: it is neither used nor refreshed. Every token belongs by default. */
  readonly belongs?: (token: StoredToken) => boolean;
  /** After the vendor refused us, how long the same refusal is given again without asking: repeated tries lock accounts. Default 30 s. */
  readonly refusalMs?: number;
}

/** Saving meets another process's save at most this often before we go on with what we hold. */
const saveAttempts = 5;

/**
 * A new token is stored before its first use, since a rotated refresh token that is lost locks us out. Another process's newer
 * token is taken over rather than refreshed again; where the vault can, processes take turns (`TokenVault.exclusively`).
 */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const { side, vault, clock } = options;
  let held: VersionedToken | null = null;
  let renewing: Promise<StoredToken> | null = null;
  let refusal: { readonly error: ConnectorError; readonly version: number; readonly until: number } | null = null;
  /** An access token that the vendor itself gave us with less life than the margin: asking again gives the same one. */
  let shortLived: string | null = null;

  const belongs = (token: StoredToken): boolean => options.belongs?.(token) ?? true;
  const usable = (token: StoredToken): boolean => {
    const margin = token.accessToken === shortLived ? 0 : options.marginMs;
    return belongs(token) && (token.expiresAt === null || Date.parse(token.expiresAt) - margin > clock.now());
  };
  /** The stored token if it can be used now. */
  const serving = (stored: VersionedToken | null, refused: string | null): VersionedToken | null =>
    stored !== null && stored.token.accessToken !== refused && usable(stored.token) ? stored : null;

  async function ask(stored: VersionedToken | null): Promise<StoredToken> {
    const version = stored?.version ?? 0;
    if (refusal !== null && refusal.version === version && refusal.until > clock.now()) throw refusal.error;
    refusal = null;
    try {
      return await options.grant(stored !== null && belongs(stored.token) ? stored.token : null);
    } catch (error) {
      if (error instanceof ConnectorError && error.kind === 'Unauthorized') {
        refusal = { error, version, until: clock.now() + (options.refusalMs ?? 30_000) };
      }
      throw error;
    }
  }

  async function fetchNew(refused: string | null): Promise<StoredToken> {
    const stored = await vault.load(side);
    const live = serving(stored, refused);
    if (live !== null) return hold(live);
    let token: StoredToken;
    try {
      token = withRefreshSince(await ask(stored), stored?.token ?? null, clock.now());
    } catch (error) {
      // A refresh token that another process has just rotated is refused to us: theirs is the live one.
      const theirs = await vault.load(side);
      const newer = theirs?.version === stored?.version ? null : serving(theirs, refused);
      if (newer !== null) return hold(newer);
      throw error;
    }
    shortLived = usable(token) ? shortLived : token.accessToken;
    return store(token, stored?.version ?? 0, refused);
  }

  async function store(token: StoredToken, loaded: number, refused: string | null): Promise<StoredToken> {
    let after = loaded;
    for (let attempt = 0; attempt < saveAttempts; attempt += 1) {
      if (await vault.save(side, token, after)) return hold({ token, version: after + 1 });
      const theirs = await vault.load(side);
      const live = serving(theirs, refused);
      if (live !== null) return hold(live);
      after = theirs?.version ?? 0;
    }
    throw new ConnectorError('Unavailable', { side, executed: 'no', cause: 'token-not-stored' });
  }

  function hold(stored: VersionedToken): StoredToken {
    held = stored;
    return stored.token;
  }

  function renewOnce(refused: string | null): Promise<StoredToken> {
    const work = (): Promise<StoredToken> => fetchNew(refused);
    renewing ??= (vault.exclusively === undefined ? work() : vault.exclusively(side, work)).finally(() => {
      renewing = null;
    });
    return renewing;
  }

  return {
    current: async () => serving(held, null)?.token ?? renewOnce(null),
    renew: async (accessToken) => {
      const live = serving(held, accessToken);
      if (live !== null) return live.token;
      const joined = renewing !== null;
      const token = await renewOnce(accessToken);
      // The renewal we joined did not know that this token was refused.
      return joined && token.accessToken === accessToken ? renewOnce(accessToken) : token;
    },
  };
}
