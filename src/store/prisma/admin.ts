import type { AdminRecords, AdminRole, AdminTokenRow, AuditRow } from '../store.ts';
import type { Db } from './db.ts';
import type { AdminToken, Audit } from './generated/client.ts';
import { optional } from './rows.ts';
import { createAdminSessions } from './sessions.ts';
import { fromJson, fromStored, storableJson, toStored } from './text.ts';

/** Tokens of the admin API and the audit trail: a row now and then, each in a transaction of its own. */
export function createAdminRecords(transaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>): AdminRecords {
  return {
    ...createAdminSessions(transaction),
    tokens: async () => {
      const rows = await transaction((db) =>
        db.adminToken.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }),
      );
      return rows.map(toToken);
    },
    tokenByHash: async (hash) => {
      const row = await transaction((db) =>
        db.adminToken.findFirst({ where: { hash: toStored(hash), revokedAt: null } }),
      );
      return row === null ? null : toToken(row);
    },
    addToken: async (token) => {
      const data = { ...token, name: toStored(token.name) };
      await transaction((db) => db.adminToken.createMany({ data, skipDuplicates: true }));
    },
    revokeToken: async (id, at) => {
      const where = { id: toStored(id), revokedAt: null };
      return (await transaction((db) => db.adminToken.updateMany({ where, data: { revokedAt: at } }))).count === 1;
    },
    addAudit: async ({ at, actor, action, target, detail }) => {
      const data = {
        at,
        actor: toStored(actor),
        action: toStored(action),
        target: target === null ? null : toStored(target),
        detail: storableJson(detail),
      };
      await transaction((db) => db.audit.create({ data }));
    },
    recentAudit: async (limit) => {
      const rows = await transaction((db) => db.audit.findMany({ orderBy: { id: 'desc' }, take: limit }));
      return rows.map(toAudit);
    },
  };
}

function toToken(row: AdminToken): AdminTokenRow {
  return {
    id: row.id,
    name: fromStored(row.name),
    role: row.role as AdminRole,
    hash: row.hash,
    createdAt: row.createdAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

function toAudit(row: Audit): AuditRow {
  return {
    at: row.at.toISOString(),
    actor: fromStored(row.actor),
    action: fromStored(row.action),
    target: optional(row.target),
    detail: fromJson(row.detail) as AuditRow['detail'],
  };
}
