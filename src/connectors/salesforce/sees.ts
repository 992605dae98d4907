import { composite, heavyParts, partFailure, queryPart, rowsOf } from './composite.ts';
import { chunksOf } from './chunks.ts';
import type { Session } from './session.ts';
import { select } from './soql.ts';

/** `TicketSystem.sees`: one row of each object, five to a call. An object that this user may not read shows nothing. */
export async function sees(session: Session, objects: readonly string[]): Promise<readonly boolean[]> {
  const seen: boolean[] = [];
  for (const some of chunksOf(objects, heavyParts)) {
    const parts = some.map((object) => queryPart(session, select({ object, fields: ['Id'], limit: 1 })));
    for (const part of await composite(session, parts)) {
      const refused = partFailure(part)?.data.cause === 'unknown-object';
      seen.push(!refused && (await rowsOf(session, part)).length > 0);
    }
  }
  return seen;
}
