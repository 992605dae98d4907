import type { Clock } from '../core/clock.ts';
import type { Side } from '../core/side.ts';
import type { StoredToken, TokenVault, VersionedToken } from './credentials.ts';

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
}

/**
 * A new token is stored before its first use, since a rotated refresh token that is lost locks us out. Another process's newer
 * token is taken over rather than refreshed again.
 */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  let held: VersionedToken | null = null;
  let renewing: Promise<StoredToken> | null = null;

  const usable = (token: StoredToken): boolean =>
    token.expiresAt === null || Date.parse(token.expiresAt) - options.marginMs > options.clock.now();

  async function fetchNew(refused: string | null): Promise<StoredToken> {
    const stored = await options.vault.load(options.side);
    if (stored !== null && stored.token.accessToken !== refused && usable(stored.token)) {
      held = stored;
      return stored.token;
    }
    const token = await options.grant(stored?.token ?? null);
    const after = stored?.version ?? 0;
    if (await options.vault.save(options.side, token, after)) {
      held = { token, version: after + 1 };
      return token;
    }
    // Another process stored a newer one meanwhile: theirs carries the live refresh token.
    const theirs = await options.vault.load(options.side);
    held = theirs ?? { token, version: after + 1 };
    return held.token;
  }

  function renewOnce(refused: string | null): Promise<StoredToken> {
    renewing ??= fetchNew(refused).finally(() => {
      renewing = null;
    });
    return renewing;
  }

  return {
    current: async () => (held !== null && usable(held.token) ? held.token : renewOnce(null)),
    renew: async (accessToken) =>
      held !== null && held.token.accessToken !== accessToken && usable(held.token) ? held.token : renewOnce(accessToken),
  };
}
