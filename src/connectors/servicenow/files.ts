import type { Children, ChildSystem } from '../children.ts';
import { ConnectorError } from '../errors.ts';
import type { Context } from './context.ts';
import type { Listed } from './list-many.ts';
import type { ListRequest } from './table.ts';

/** Lists that ride in the call that reads these tickets (`sys_id`s in their normal form). */
export function fileRequests(_context: Context, _object: string, _ids: readonly string[]): readonly ListRequest[] {
  return [];
}

/** The files of each ticket, from the answers to `fileRequests`; null where they were not read. */
export async function filesIn(
  _context: Context,
  _object: string,
  _ids: readonly string[],
  _answers: readonly Listed[],
): Promise<ReadonlyMap<string, NonNullable<Children['files']>> | null> {
  return null;
}

/** Files of one ServiceNow instance. */
export function createFiles(_context: Context): Pick<ChildSystem, 'open' | 'attach' | 'detach'> {
  const refused = new ConnectorError('Rejected', { side: 'servicenow', executed: 'no', cause: 'no-files' });
  return {
    open: () => Promise.reject(refused),
    attach: async () => ({ kind: 'failed', error: refused }),
    detach: () => Promise.reject(refused),
  };
}
