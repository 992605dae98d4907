import { createHash, randomBytes } from 'node:crypto';
import { hashOf } from '../../operate/tokens.ts';
import type { SessionRow } from '../../store/overview.ts';
import type { AdminRecords, AdminRole } from '../../store/store.ts';
import { sameSecret } from './equal.ts';

export const idleMs = 30 * 60_000;
const absoluteMs = 12 * 3_600_000;
/** A login is fresh for so long: long enough to work through a list, too short for a screen that was left open. */
export const freshMs = 15 * 60_000;
/** How exactly it is known when a session was last used: a row a minute is enough. */
const touchMs = 60_000;

export interface Opened {
  /** What the cookie holds. */
  readonly secret: string;
  readonly row: SessionRow;
}

/** Logins to the dashboard: references of 256 random bits whose hashes lie in the database, so that every replica knows them. */
export interface Sessions {
  open(token: { readonly id: string; readonly name: string; readonly role: AdminRole }): Promise<Opened>;
  /** The session behind a cookie; null where it has ended. Using it keeps it from ending. */
  find(secret: string): Promise<SessionRow | null>;
  end(hash: string): Promise<void>;
}

/** The token against forged requests is made from the cookie's secret: a page that lost it can have it again, and only it. */
export function csrfOf(secret: string): string {
  return createHash('sha256').update(`csrf ${secret}`).digest('base64url');
}

/** True where a request brought the token of its session. */
export function isCsrf(row: Pick<SessionRow, 'csrf'>, given: string | undefined): boolean {
  return given !== undefined && sameSecret(hashOf(given), row.csrf);
}

/** `now`: milliseconds since the epoch. */
export function createSessions(records: AdminRecords, now: () => number): Sessions {
  const at = (ms: number): string => new Date(ms).toISOString();
  return {
    open: async ({ id, name, role }) => {
      await records.dropSessions(at(now()), at(now() - idleMs));
      const secret = randomBytes(32).toString('base64url');
      const row: SessionRow = {
        hash: hashOf(secret),
        tokenId: id,
        role,
        name,
        csrf: hashOf(csrfOf(secret)),
        createdAt: at(now()),
        seenAt: at(now()),
        endsAt: at(now() + absoluteMs),
      };
      await records.addSession(row);
      return { secret, row };
    },
    find: async (secret) => {
      const row = await records.sessionByHash(hashOf(secret));
      if (row === null) return null;
      if (Date.parse(row.endsAt) <= now() || Date.parse(row.seenAt) + idleMs <= now()) {
        await records.endSession(row.hash);
        return null;
      }
      if (Date.parse(row.seenAt) + touchMs <= now()) await records.touchSession(row.hash, at(now()));
      return row;
    },
    end: (hash) => records.endSession(hash),
  };
}
