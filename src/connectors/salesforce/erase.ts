import { z } from 'zod';
import { ConnectorError } from '../errors.ts';
import type { EraseResult, Sending } from '../ticket-system.ts';
import { chunksOf } from './chunks.ts';
import { composite, heavyParts, type Part, type PartAnswer, partFailure } from './composite.ts';
import { notSent, vendorFailure } from './errors.ts';
import { normaliseId } from './ids.ts';
import type { Session } from './session.ts';
import { savedSchema } from './wire.ts';

/** Ids that one collection takes (REST guide, sObject Collections). */
const most = 200;

/**
 * Deletes records into the recycle bin, row by row (rec: collections-delete-200): five collections of 200 are one call. Once something
 * may have happened, a call's failure is that of its own records, and those behind it were not sent.
 */
export async function erase(
  session: Session,
  ids: readonly string[],
  sending?: Sending,
): Promise<readonly EraseResult[]> {
  const results: EraseResult[] = [];
  for (const some of chunksOf(ids, most * heavyParts)) {
    try {
      results.push(...(await eraseTogether(session, some, sending)));
    } catch (error) {
      if (!(error instanceof ConnectorError) || (results.length === 0 && !error.inDoubt)) throw error;
      results.push(...some.map((): EraseResult => ({ kind: 'failed', error })));
      const behind: EraseResult = { kind: 'failed', error: notSent(error) };
      return ids.map((_, at) => results[at] ?? behind);
    }
  }
  return results;
}

async function eraseTogether(
  session: Session,
  ids: readonly string[],
  sending: Sending | undefined,
): Promise<readonly EraseResult[]> {
  const collections = chunksOf(ids, most);
  const answers = await composite(
    session,
    collections.map((collection) => deletePart(session, collection)),
    { sending },
  );
  return collections.flatMap((collection, index) => eraseResults(collection, answers[index]));
}

function deletePart(session: Session, ids: readonly string[]): Part {
  const named = ids.map((id) => normaliseId(id) ?? id);
  const query = `ids=${encodeURIComponent(named.join(','))}&allOrNone=false`;
  return { method: 'DELETE', url: session.path(`/composite/sobjects?${query}`) };
}

function eraseResults(ids: readonly string[], part: PartAnswer | undefined): readonly EraseResult[] {
  const rows = part === undefined ? undefined : z.array(savedSchema).safeParse(part.body).data;
  const whole = rows?.length === ids.length;
  const refused = part === undefined || whole ? null : partFailure(part);
  return ids.map((_, index): EraseResult => {
    const row = whole ? rows[index] : undefined;
    if (row?.success === true) return { kind: 'erased' };
    if (refused !== null) return { kind: 'failed', error: refused };
    const error = row === undefined ? unanswered : vendorFailure(row.errors, part?.request ?? '');
    return { kind: 'failed', error };
  });
}

const unanswered = new ConnectorError('Unavailable', {
  side: 'salesforce',
  executed: 'maybe',
  cause: 'answer-incomplete',
});
