import type { Context } from './context.ts';
import { isForbidden, listMany, orThrow } from './list-many.ts';

/** `TicketSystem.sees`: one row of each table, in one call where this account may batch. A table that it may not list shows nothing. */
export async function sees(context: Context, tables: readonly string[]): Promise<readonly boolean[]> {
  const requests = tables.map((table) => ({ table, query: '', fields: ['sys_id'], limit: 1 }));
  const answers = await listMany(context, requests);
  return answers.map((listed) => !isForbidden(listed) && orThrow(listed).rows.length > 0);
}
