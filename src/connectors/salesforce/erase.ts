import { z } from 'zod';
import { ConnectorError } from '../errors.ts';
import type { EraseResult } from '../ticket-system.ts';
import { chunksOf } from './chunks.ts';
import { vendorFailure } from './errors.ts';
import { normaliseId } from './ids.ts';
import type { Session } from './session.ts';
import { savedSchema, understand } from './wire.ts';

/** Ids that one collection takes (REST guide, sObject Collections). */
const most = 200;

/** Deletes records into the recycle bin, row by row (rec: collections-delete-200). */
export async function erase(session: Session, ids: readonly string[]): Promise<readonly EraseResult[]> {
  const results: EraseResult[] = [];
  for (const chunk of chunksOf(ids, most)) results.push(...(await eraseSome(session, chunk)));
  return results;
}

async function eraseSome(session: Session, ids: readonly string[]): Promise<readonly EraseResult[]> {
  const named = ids.map((id) => normaliseId(id) ?? id);
  const path = session.path(`/composite/sobjects?ids=${encodeURIComponent(named.join(','))}&allOrNone=false`);
  const answer = await session.call({ method: 'DELETE', path });
  const rows = understand(z.array(savedSchema), answer.body, answer.request);
  return ids.map((_, index): EraseResult => {
    const row = rows[index];
    if (row?.success === true) return { kind: 'erased' };
    const error =
      row === undefined
        ? new ConnectorError('Unavailable', { side: 'salesforce', executed: 'maybe', cause: 'answer-incomplete' })
        : vendorFailure(row.errors, answer.request);
    return { kind: 'failed', error };
  });
}
