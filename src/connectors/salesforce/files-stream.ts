import type { StreamAsk, Touched } from '../children.ts';
import { chunksOf, namedPerQuery } from './chunks.ts';
import { querySettled } from './composite.ts';
import { ConnectorError } from '../errors.ts';
import { normaliseId } from './ids.ts';
import { textOf } from './records.ts';
import type { Session } from './session.ts';
import { behind, both, isIn, isTrue, select } from './soql.ts';
import { type StreamSource, touchedBy } from './touched.ts';
import type { Row } from './wire.ts';

/**
 * New versions of files. A link can only be asked for by its document or its record (rec: query-400-contentdocumentlink-filter), so
 * that the tickets of what moved are one call more, which an idle poll never makes.
 */
export function fileStream(ask: StreamAsk): StreamSource {
  return {
    soql: select({
      object: 'ContentVersion',
      fields: ['Id', 'ContentDocumentId', 'SystemModstamp'],
      where: both(isTrue('IsLatest'), behind('SystemModstamp', ask.after)),
      orderBy: ['SystemModstamp', 'Id'],
      limit: ask.limit,
    }),
    all: false,
    touched: (session, rows) => ticketsOf(session, rows),
  };
}

/** Whatever a document is linked to: who is no ticket of ours, nobody knows by that id. */
async function ticketsOf(session: Session, rows: readonly Row[]): Promise<readonly Touched[]> {
  const documents = [...new Set(rows.map((row) => normaliseId(textOf(row, 'ContentDocumentId'))))].filter(
    (id) => id !== null,
  );
  const statements = chunksOf(documents, namedPerQuery).map((ids) =>
    select({
      object: 'ContentDocumentLink',
      fields: ['Id', 'ContentDocumentId', 'LinkedEntityId'],
      where: isIn('ContentDocumentId', ids),
    }),
  );
  const links = (await querySettled(session, statements)).flatMap((answer) => {
    if (answer instanceof ConnectorError) throw answer;
    return answer;
  });
  const records = Map.groupBy(links, (link) => normaliseId(textOf(link, 'ContentDocumentId')));
  return rows.flatMap((row) =>
    (records.get(normaliseId(textOf(row, 'ContentDocumentId'))) ?? []).flatMap((link) =>
      touchedBy(row, textOf(link, 'LinkedEntityId')),
    ),
  );
}
