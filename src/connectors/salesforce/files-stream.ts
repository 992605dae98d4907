import type { StreamAsk, Touched } from '../children.ts';
import { chunksOf, namedPerQuery } from './chunks.ts';
import { querySettled } from './composite.ts';
import { ConnectorError } from '../errors.ts';
import { normaliseId } from './ids.ts';
import { textOf } from './records.ts';
import type { Session } from './session.ts';
import { behind, both, isIn, isTrue, select } from './soql.ts';
import { placeOf, type StreamSource, touchedBy } from './touched.ts';
import type { Row } from './wire.ts';

/** The stamp under which each document's latest version was seen, for those seen last. */
const seen = new WeakMap<Session, Map<string, string>>();
const mostSeen = namedPerQuery;

/**
 * New versions of files. A link can only be asked for by its document or its record (rec: query-400-contentdocumentlink-filter), so
 * that the tickets of a version seen for the first time are one call more. Those of one that the overlap of the polls lists again
 * are asked for in the same call.
 */
export function fileStream(session: Session, ask: StreamAsk): StreamSource {
  const again = [...(seen.get(session) ?? [])].filter(([, stamp]) => stamp >= ask.after.stamp).map(([id]) => id);
  return {
    soql: select({
      object: 'ContentVersion',
      fields: ['Id', 'ContentDocumentId', 'SystemModstamp'],
      where: both(isTrue('IsLatest'), behind('SystemModstamp', ask.after)),
      orderBy: ['SystemModstamp', 'Id'],
      limit: ask.limit,
    }),
    all: false,
    ...(again.length === 0 ? {} : { beside: linksOf(again) }),
    touched: (one, rows, links) => ticketsOf(one, rows, new Set(links.length === 0 ? [] : again), links),
  };
}

function linksOf(documents: readonly string[]): string {
  return select({
    object: 'ContentDocumentLink',
    fields: ['Id', 'ContentDocumentId', 'LinkedEntityId'],
    where: isIn('ContentDocumentId', documents),
  });
}

const documentOf = (row: Row): string | null => normaliseId(textOf(row, 'ContentDocumentId'));

/** Whatever a document is linked to: who is no ticket of ours, nobody knows by that id. */
async function ticketsOf(
  session: Session,
  rows: readonly Row[],
  answered: ReadonlySet<string>,
  links: readonly Row[],
): Promise<readonly Touched[]> {
  const documents = [...new Set(rows.map(documentOf))].filter((id) => id !== null);
  const further = documents.filter((id) => !answered.has(id));
  const answers = await querySettled(session, chunksOf(further, namedPerQuery).map(linksOf));
  const all = [...links, ...answers.flatMap((answer) => orThrow(answer))];
  const records = Map.groupBy(all, documentOf);
  remember(session, rows);
  return rows.flatMap((row) =>
    (records.get(documentOf(row)) ?? []).flatMap((link) => touchedBy(row, textOf(link, 'LinkedEntityId'))),
  );
}

function orThrow(answer: readonly Row[] | ConnectorError): readonly Row[] {
  if (answer instanceof ConnectorError) throw answer;
  return answer;
}

function remember(session: Session, rows: readonly Row[]): void {
  const places = rows.flatMap((row) => {
    const [document, place] = [documentOf(row), placeOf(row)];
    return document === null || place === null ? [] : [[document, place.stamp] as const];
  });
  if (places.length === 0) return;
  seen.set(session, new Map([...(seen.get(session) ?? []), ...places].slice(-mostSeen)));
}
