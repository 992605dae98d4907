import type { StreamAsk, StreamPage } from '../children.ts';
import { ConnectorError } from '../errors.ts';
import { commented } from './comments.ts';
import { type Part, type PartAnswer, partFailure, queryPart, rowsOf } from './composite.ts';
import { fileStream } from './files-stream.ts';
import { normaliseId } from './ids.ts';
import { textOf } from './records.ts';
import type { Session } from './session.ts';
import { behind, both, isTrue, select } from './soql.ts';
import { placeOf, type StreamSource, touchedBy } from './touched.ts';
import { type Page, pageSchema, type Row, understand } from './wire.ts';

/** A stream that this org or this user does not have (rec: query-400-invalid-type). */
const unreadable = new Set(['INVALID_TYPE', 'INVALID_FIELD', 'NOT_FOUND', 'INSUFFICIENT_ACCESS']);

/** A stream as it is asked for in a composite; no parts for one that this object does not have. */
export interface StreamQuery {
  readonly ask: StreamAsk;
  readonly source: StreamSource | null;
  readonly parts: readonly Part[];
}

export function streamQuery(session: Session, object: string, ask: StreamAsk): StreamQuery {
  const source = sourceOf(session, object, ask);
  if (source === null) return { ask, source, parts: [] };
  const beside = source.beside === undefined ? [] : [queryPart(session, source.beside)];
  return { ask, source, parts: [queryPart(session, source.soql, source.all), ...beside] };
}

/** What the answer to a stream says. Rejects with ConnectorError, but for a stream that may not be read. */
export async function streamPage(
  session: Session,
  { ask, source }: StreamQuery,
  [answer, beside]: readonly PartAnswer[],
): Promise<StreamPage> {
  const nothing = { name: ask.name, touched: [], done: true, next: ask.after };
  if (source === null || answer === undefined) return { ...nothing, readable: true };
  const failure = partFailure(answer);
  if (failure !== null && unreadable.has(failure.data.code ?? '')) return { ...nothing, readable: false };
  if (failure !== null) throw failure;
  const page: Page = understand(pageSchema, answer.body, answer.request);
  const next = placeOf(page.records.at(-1));
  if (page.records.length > 0 && next === null) throw noPlace();
  return {
    name: ask.name,
    touched: await source.touched(session, page.records, await rowsBeside(session, beside)),
    // A page may be shorter than its result: the server chooses.
    done: page.done && page.records.length < ask.limit,
    next: next ?? ask.after,
    readable: true,
  };
}

/** Nothing where it was not asked or not answered: it is then asked for by itself. */
async function rowsBeside(session: Session, answer: PartAnswer | undefined): Promise<readonly Row[]> {
  return answer === undefined || partFailure(answer) !== null ? [] : rowsOf(session, answer);
}

function sourceOf(session: Session, object: string, ask: StreamAsk): StreamSource | null {
  switch (ask.name) {
    case 'comments':
      return object === commented ? commentStream(ask) : null;
    case 'files':
      return fileStream(session, ask);
    case 'deletions':
      return deletionStream(object, ask);
  }
}

const inOrder = ['SystemModstamp', 'Id'];

/** New, edited and deleted comments: whether one moves its Case is not known, so that they are followed by themselves. */
function commentStream(ask: StreamAsk): StreamSource {
  const where = behind('SystemModstamp', ask.after);
  const fields = ['Id', 'ParentId', 'SystemModstamp'];
  return {
    soql: select({ object: 'CaseComment', fields, where, orderBy: inOrder, limit: ask.limit }),
    all: true,
    touched: async (_session, rows) => rows.flatMap((row) => touchedBy(row, textOf(row, 'ParentId'))),
  };
}

/** Rows of the recycle bin. The loser of a merge names the Case that took its place. */
function deletionStream(object: string, ask: StreamAsk): StreamSource {
  const where = both(isTrue('IsDeleted'), behind('SystemModstamp', ask.after));
  const fields = ['Id', 'SystemModstamp', ...(object === commented ? ['MasterRecordId'] : [])];
  return {
    soql: select({ object, fields, where, orderBy: inOrder, limit: ask.limit }),
    all: true,
    touched: async (_session, rows) =>
      rows.flatMap((row) => {
        const mergedInto = normaliseId(textOf(row, 'MasterRecordId'));
        return touchedBy(row, row.Id).map((one) => (mergedInto === null ? one : { ...one, mergedInto }));
      }),
  };
}

/** Behind a page whose last row has no place the walk would ask for the same page for ever. */
function noPlace(): ConnectorError {
  const answer = 'the last row of a stream has no place';
  return new ConnectorError('Unavailable', { side: 'salesforce', executed: 'no', cause: 'unreadable-answer', answer });
}
