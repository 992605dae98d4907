import type { Org } from '../org/org.ts';

/** What an approval is worth: the tokens that came of one sign-in. */
interface Family {
  readonly userId: string;
  readonly clientId: string;
  readonly scope: string;
  refreshToken: string;
  usedAt: number;
  readonly accessTokens: Set<string>;
}

export interface Session {
  readonly token: string;
  readonly userId: string;
  readonly clientId: string;
  readonly scope: string;
  readonly issuedAt: number;
  usedAt: number;
}

/** Refresh tokens that nobody used for 30 days are dead (Salesforce's 2026 rules for connected apps). */
const refreshIdleMs = 30 * 24 * 3_600_000;
const approvalsPerUser = 5;

/** Sessions and refresh tokens of the org. */
export class Sessions {
  readonly #org: Org;
  readonly #sessions = new Map<string, Session>();
  /** By refresh token, those rotated away included. */
  readonly #families = new Map<string, Family>();

  constructor(org: Org) {
    this.#org = org;
  }

  /** A new session. Its token is the org's 15-character id, `!`, and characters that tell nothing. */
  open(userId: string, clientId: string, scope: string): Session {
    const now = this.#org.now();
    const token = `${this.#org.known.organization.slice(0, 15)}!AQ${this.#characters(76)}`;
    const session: Session = { token, userId, clientId, scope, issuedAt: now, usedAt: now };
    this.#sessions.set(token, session);
    return session;
  }

  /** A live session by its token, its idle clock set back; null if there is none. */
  use(token: string): Session | null {
    const session = this.peek(token);
    if (session !== null) session.usedAt = this.#org.now();
    return session;
  }

  peek(token: string): Session | null {
    const session = this.#sessions.get(token);
    if (session === undefined) return null;
    if (session.usedAt + this.#org.settings.sessionMs > this.#org.now()) return session;
    this.#sessions.delete(token);
    return null;
  }

  /** An interactive approval: a session with a refresh token. A user's sixth approval of an app kills the oldest. */
  approve(
    userId: string,
    clientId: string,
    scope: string,
  ): { readonly session: Session; readonly refreshToken: string } {
    const mine = new Set(
      [...this.#families.values()].filter((each) => each.userId === userId && each.clientId === clientId),
    );
    for (const oldest of [...mine].slice(0, Math.max(0, mine.size - approvalsPerUser + 1))) this.#kill(oldest);
    const session = this.open(userId, clientId, scope);
    const refreshToken = this.#newRefreshToken();
    const family: Family = {
      userId,
      clientId,
      scope,
      refreshToken,
      usedAt: this.#org.now(),
      accessTokens: new Set([session.token]),
    };
    this.#families.set(refreshToken, family);
    return { session, refreshToken };
  }

  /**
   * A new session for a refresh token, with a new refresh token where rotation is on. A token that was rotated away kills the
   * whole family, access tokens too (help article 005316711). Null: refused.
   */
  refresh(
    refreshToken: string,
    clientId: string,
  ): { readonly session: Session; readonly refreshToken: string | null } | null {
    const family = this.#families.get(refreshToken);
    if (family === undefined || family.clientId !== clientId) return null;
    if (family.refreshToken !== refreshToken || family.usedAt + refreshIdleMs < this.#org.now()) {
      this.#kill(family);
      return null;
    }
    family.usedAt = this.#org.now();
    const session = this.open(family.userId, clientId, family.scope);
    family.accessTokens.add(session.token);
    if (!this.#org.settings.refreshTokenRotation) return { session, refreshToken: null };
    family.refreshToken = this.#newRefreshToken();
    this.#families.set(family.refreshToken, family);
    return { session, refreshToken: family.refreshToken };
  }

  /** Takes back an access token, or a refresh token with all that came of it. False if it is neither. */
  revoke(token: string): boolean {
    const family = this.#families.get(token);
    if (family !== undefined) this.#kill(family);
    return this.#sessions.delete(token) || family !== undefined;
  }

  /** Ends every session; refresh tokens live on. */
  expireAll(): void {
    this.#sessions.clear();
  }

  /** Ends every session and every approval. */
  revokeAll(): void {
    this.#sessions.clear();
    this.#families.clear();
  }

  dump(): unknown {
    const families = [...new Set(this.#families.values())];
    return {
      sessions: [...this.#sessions.values()],
      families: families.map((family) => ({
        ...family,
        accessTokens: [...family.accessTokens],
        tokens: [...this.#families].filter(([, each]) => each === family).map(([token]) => token),
      })),
    };
  }

  load(dump: {
    readonly sessions: readonly Session[];
    readonly families: readonly (Omit<Family, 'accessTokens'> & { accessTokens: string[]; tokens: string[] })[];
  }): void {
    for (const session of dump.sessions) this.#sessions.set(session.token, { ...session });
    for (const { tokens, accessTokens, ...rest } of dump.families) {
      const family: Family = { ...rest, accessTokens: new Set(accessTokens) };
      for (const token of tokens) this.#families.set(token, family);
    }
  }

  #kill(family: Family): void {
    for (const token of family.accessTokens) this.#sessions.delete(token);
    for (const [token, each] of this.#families) if (each === family) this.#families.delete(token);
  }

  #newRefreshToken(): string {
    return `5Aep861${this.#characters(80)}`;
  }

  #characters(count: number): string {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._';
    return Array.from({ length: count }, () => alphabet.charAt(Math.floor(this.#org.random() * alphabet.length))).join(
      '',
    );
  }
}
