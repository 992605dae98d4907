import type { SessionRow } from '../overview.ts';
import type { AdminRecords, AdminTokenRow, AuditRow } from '../store.ts';

/** Tokens, sessions and the audit trail, in memory. */
export function createMemoryAdmin(): AdminRecords {
  const tokens: AdminTokenRow[] = [];
  const audit: (AuditRow & { readonly id: string })[] = [];
  const sessions = new Map<string, SessionRow>();
  const dropWhere = (over: (session: SessionRow) => boolean): void => {
    for (const session of sessions.values()) if (over(session)) sessions.delete(session.hash);
  };
  return {
    tokens: async () => [...tokens],
    tokenByHash: async (hash) => tokens.find((token) => token.hash === hash && token.revokedAt === null) ?? null,
    addToken: async (token) => {
      if (!tokens.some(({ id, hash }) => id === token.id || hash === token.hash)) tokens.push(token);
    },
    revokeToken: async (id, at) => {
      const index = tokens.findIndex((token) => token.id === id && token.revokedAt === null);
      const token = tokens[index];
      if (token === undefined) return false;
      tokens[index] = { ...token, revokedAt: at };
      return true;
    },
    addAudit: async (row) => {
      audit.push({ ...row, id: String(audit.length + 1) });
    },
    recentAudit: async (limit) =>
      audit
        .toReversed()
        .slice(0, limit)
        .map(({ id: _id, ...row }) => row),
    auditPage: async ({ after, limit }) =>
      audit
        .toReversed()
        .filter((row) => after === undefined || +row.id < +after)
        .slice(0, limit),
    addSession: async (session) => {
      sessions.set(session.hash, session);
    },
    sessionByHash: async (hash) => sessions.get(hash) ?? null,
    touchSession: async (hash, at) => {
      const session = sessions.get(hash);
      if (session !== undefined) sessions.set(hash, { ...session, seenAt: at });
    },
    endSession: async (hash) => {
      sessions.delete(hash);
    },
    endSessionsOf: async (tokenId) => dropWhere((session) => session.tokenId === tokenId),
    dropSessions: async (endedBefore, idleSince) =>
      dropWhere((session) => session.endsAt < endedBefore || session.seenAt < idleSince),
  };
}
