import type { Children, ChildSystem } from '../children.ts';
import { ConnectorError } from '../errors.ts';
import type { Session } from './session.ts';
import type { Row } from './wire.ts';

/** Statements that ride in the call that reads these tickets (18-character ids, at most 200). */
export function fileStatements(_object: string, _ids: readonly string[]): readonly string[] {
  return [];
}

/** The files of each ticket, from the rows of `fileStatements`; null where they were not read. */
export async function filesIn(
  _session: Session,
  _object: string,
  _ids: readonly string[],
  _rows: readonly (readonly Row[])[],
): Promise<ReadonlyMap<string, NonNullable<Children['files']>> | null> {
  return null;
}

/** Files of one Salesforce org. */
export function createFiles(_session: Session): Pick<ChildSystem, 'open' | 'attach' | 'detach'> {
  const refused = new ConnectorError('Rejected', { side: 'salesforce', executed: 'no', cause: 'no-files' });
  return {
    open: () => Promise.reject(refused),
    attach: async () => ({ kind: 'failed', error: refused }),
    detach: () => Promise.reject(refused),
  };
}
