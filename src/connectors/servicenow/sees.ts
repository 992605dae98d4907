import { ConnectorError } from '../errors.ts';
import type { Context } from './context.ts';
import { isForbidden, type Listed, listMany, orThrow } from './list-many.ts';

/** `TicketSystem.sees`: one row of each table, in one call where this account may batch. A table that it may not list shows nothing. */
export async function sees(context: Context, tables: readonly string[]): Promise<readonly boolean[]> {
  const requests = tables.map((table) => ({ table, query: '', fields: ['sys_id'], limit: 1 }));
  const answers = await listMany(context, requests);
  return answers.map((listed) => !isClosed(listed) && orThrow(listed).rows.length > 0);
}

/** Forbidden, or not there at all (rec: error-400-invalid-table). */
function isClosed(listed: Listed): boolean {
  return isForbidden(listed) || (listed instanceof ConnectorError && listed.kind === 'NotFound');
}
