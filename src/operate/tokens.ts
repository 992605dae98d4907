import { createHash, randomBytes } from 'node:crypto';
import type { Ids } from '../core/clock.ts';
import type { AdminRecords, AdminRole, AdminTokenRow } from '../store/store.ts';
import { note, type Operator, timeOf } from './operator.ts';
import { Refused } from './refused.ts';

/** A new token of 256 random bits. The prefix lets scanners for leaked secrets know it. */
export function drawToken(): string {
  return `casebridge_${randomBytes(32).toString('base64url')}`;
}

/** What is kept of a token: SHA-256, hex. A slow hash would add nothing to 256 random bits. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Where tokens are kept. Throws Refused where the store keeps none. */
export function recordsOf({ store, records = store.admin }: Pick<Operator, 'store' | 'records'>): AdminRecords {
  if (records === undefined) throw new Refused({ kind: 'keeps-nothing' });
  return records;
}

/** Makes a token. It is in the answer and nowhere else: only its hash is kept. */
export async function addToken(
  operator: Operator,
  ids: Ids,
  { name, role }: { readonly name: string; readonly role: AdminRole },
): Promise<{ readonly row: AdminTokenRow; readonly token: string }> {
  const token = drawToken();
  const row = { id: ids.next(), name, role, hash: hashOf(token), createdAt: timeOf(operator), revokedAt: null };
  await recordsOf(operator).addToken(row);
  await note(operator, 'token.add', row.id, { name, role });
  return { row, token };
}

/** Ends a token, named by its id, or by its name where one token has it, and every session opened with it. Throws Refused. */
export async function revokeToken(operator: Operator, search: string): Promise<AdminTokenRow> {
  const records = recordsOf(operator);
  const found = oneToken(await records.tokens(), search);
  const at = timeOf(operator);
  if (!(await records.revokeToken(found.id, at))) throw new Refused({ kind: 'token-revoked', id: found.id });
  await records.endSessionsOf(found.id);
  await note(operator, 'token.revoke', found.id, { name: found.name, role: found.role });
  return { ...found, revokedAt: at };
}

function oneToken(rows: readonly AdminTokenRow[], search: string): AdminTokenRow {
  const byId = rows.find(({ id }) => id === search);
  if (byId !== undefined) return byId;
  const byName = rows.filter(({ name, revokedAt }) => name === search && revokedAt === null);
  const [one] = byName;
  if (one === undefined) throw new Refused({ kind: 'no-token', search });
  if (byName.length === 1) return one;
  throw new Refused({ kind: 'several-tokens', search, ids: byName.map(({ id }) => id) });
}
