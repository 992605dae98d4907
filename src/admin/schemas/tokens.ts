import { z } from 'zod';
import { detail, page, paging, role, time } from './common.ts';

/** A token without its secret. */
export const token = z.object({
  id: z.string(),
  name: z.string(),
  role,
  createdAt: time,
  revokedAt: time.nullable(),
});
export const tokenList = z.object({ items: z.array(token) });

export const newToken = z.strictObject({
  name: z.string().trim().min(1).max(100),
  role,
});

/** Shown this once. */
export const madeToken = token.extend({ token: z.string() });

/** What a person did. */
export const auditEntry = z.object({
  id: z.string(),
  at: time,
  actor: z.string(),
  action: z.string(),
  target: z.string().nullable(),
  detail,
});
export const auditQuery = z.strictObject({ ...paging });
export const auditPage = page(auditEntry);

export type Token = z.infer<typeof token>;
export type NewToken = z.infer<typeof newToken>;
export type MadeToken = z.infer<typeof madeToken>;
export type AuditEntry = z.infer<typeof auditEntry>;
