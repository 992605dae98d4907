import type { AdminSessions, SessionRow } from '../overview.ts';
import type { AdminRole, AuditRow } from '../store.ts';
import type { Db } from './db.ts';
import type { Session } from './generated/client.ts';
import { optional } from './rows.ts';
import { fromJson, fromStored, toStored } from './text.ts';

/** Logins to the dashboard, and the audit trail by pages. */
export function createAdminSessions(transaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>): AdminSessions {
  return {
    addSession: async (session) => {
      const data = { ...session, name: toStored(session.name) };
      await transaction((db) => db.session.create({ data }));
    },
    sessionByHash: async (hash) => {
      const row = await transaction((db) => db.session.findUnique({ where: { hash: toStored(hash) } }));
      return row === null ? null : toSession(row);
    },
    touchSession: async (hash, at) => {
      await transaction((db) => db.session.updateMany({ where: { hash }, data: { seenAt: at } }));
    },
    endSession: async (hash) => {
      await transaction((db) => db.session.deleteMany({ where: { hash } }));
    },
    endSessionsOf: async (tokenId) => {
      await transaction((db) => db.session.deleteMany({ where: { tokenId: toStored(tokenId) } }));
    },
    dropSessions: async (endedBefore, idleSince) => {
      const where = { OR: [{ endsAt: { lt: endedBefore } }, { seenAt: { lt: idleSince } }] };
      await transaction((db) => db.session.deleteMany({ where }));
    },
    auditPage: async ({ after, limit }) => {
      const where = after !== undefined && /^\d{1,18}$/.test(after) ? { id: { lt: BigInt(after) } } : {};
      const rows = await transaction((db) => db.audit.findMany({ where, orderBy: { id: 'desc' }, take: limit }));
      return rows.map((row) => ({
        id: String(row.id),
        at: row.at.toISOString(),
        actor: fromStored(row.actor),
        action: fromStored(row.action),
        target: optional(row.target),
        detail: fromJson(row.detail) as AuditRow['detail'],
      }));
    },
  };
}

function toSession(row: Session): SessionRow {
  return {
    hash: row.hash,
    tokenId: fromStored(row.tokenId),
    role: row.role as AdminRole,
    name: fromStored(row.name),
    csrf: row.csrf,
    createdAt: row.createdAt.toISOString(),
    seenAt: row.seenAt.toISOString(),
    endsAt: row.endsAt.toISOString(),
  };
}
