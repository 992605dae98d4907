import type { Side } from '../core/side.ts';

/** An OAuth token as kept between runs. Times are ISO 8601. */
export interface StoredToken {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** When this refresh token was first given; left out where nobody noted it. */
  readonly refreshSince?: string | undefined;
  /** Null where the vendor does not say (Salesforce). */
  readonly expiresAt: string | null;
  /** Salesforce: the host that answered (`instance_url`), pinned. */
  readonly instanceUrl: string | null;
}

export interface VersionedToken {
  readonly token: StoredToken;
  readonly version: number;
}

/** Where tokens live between runs, encrypted. `save` is compare-and-set: false means someone else stored a newer one. */
export interface TokenVault {
  load(side: Side): Promise<VersionedToken | null>;
  /** `after` is the version that was loaded, 0 for none. */
  save(side: Side, token: StoredToken, after: number): Promise<boolean>;
  /** Throws away what is stored, also where no key opens it any more: a person has logged in anew. */
  forget?(side: Side): Promise<void>;
  /**
   * Runs `work` while no other process does so for this side: a refresh token that rotates must not be used twice. Where a vault
   * has no such lock, the compare-and-set of `save` alone decides.
   */
  exclusively?<T>(side: Side, work: () => Promise<T>): Promise<T>;
}
