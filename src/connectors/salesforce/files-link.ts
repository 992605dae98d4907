import { z } from 'zod';
import type { AttachRequest } from '../children.ts';
import { ConnectorError } from '../errors.ts';
import { composite, type Part, type PartAnswer, partFailure, queryEach } from './composite.ts';
import { normaliseId } from './ids.ts';
import { isoTime, textOf } from './records.ts';
import type { Session } from './session.ts';
import { both, equals, isIn, select, since } from './soql.ts';

const documentSchema = z.looseObject({ ContentDocumentId: z.string() });

/** Server clocks and ours differ by a little. */
const skewMs = 60_000;

/**
 * Puts a stored version on its ticket and returns the id of its document. One that was published with its upload hangs there
 * already. Rejects with ConnectorError: in doubt where the link may have been made; else the stored version is taken away again.
 */
export async function linkFile(session: Session, versionId: string, request: AttachRequest): Promise<string> {
  const look: Part = {
    method: 'GET',
    url: session.path(`/sobjects/ContentVersion/${versionId}?fields=ContentDocumentId`),
  };
  const link: Part = {
    method: 'POST',
    url: session.path('/sobjects/ContentDocumentLink'),
    body: {
      // Of the part before: Salesforce makes the document together with its first version and does not name it.
      ContentDocumentId: '@{part0.ContentDocumentId}',
      LinkedEntityId: request.recordId,
      ShareType: 'V',
      Visibility: 'InternalUsers',
    },
  };
  const published = request.channel === 'public';
  const [looked, linked] = await composite(session, published ? [look] : [look, link]).catch((error: unknown) => {
    throw inDoubt(error);
  });
  const id = documentOf(looked);
  if (published || linked === undefined) return id;
  const failure = partFailure(linked);
  if (failure === null) return id;
  if (!failure.inDoubt) await takeAway(session, id);
  throw failure;
}

function documentOf(part: PartAnswer | undefined): string {
  const failure = part === undefined ? null : partFailure(part);
  if (failure !== null) throw inDoubt(failure);
  const row = documentSchema.safeParse(part?.body);
  const id = normaliseId(row.success ? row.data.ContentDocumentId : '');
  if (id !== null) return id;
  throw new ConnectorError('Unavailable', { side: 'salesforce', executed: 'maybe', cause: 'unreadable-answer' });
}

/** The version is stored whatever became of the rest. */
function inDoubt(error: unknown): unknown {
  if (!(error instanceof ConnectorError)) return error;
  return new ConnectorError('Unavailable', { ...error.data, executed: 'maybe' }, { cause: error });
}

/** Nobody would ever find a document without a link. That it could not be taken away is no worse than that. */
async function takeAway(session: Session, documentId: string): Promise<void> {
  const url = session.path(`/sobjects/ContentDocument/${documentId}`);
  await composite(session, [{ method: 'DELETE', url }]).catch((error: unknown) => {
    if (!(error instanceof ConnectorError)) throw error;
  });
}

/**
 * A version that an earlier, lost sending of this file stored and did not link: same name and size, first of its document, stored
 * since then, on no record but its owner. Null where there is none.
 */
export async function publishedAs(session: Session, request: AttachRequest, lostAt: string): Promise<string | null> {
  const from = new Date(Date.parse(lostAt) - skewMs).toISOString();
  const versions = select({
    object: 'ContentVersion',
    fields: ['Id', 'ContentDocumentId', 'ContentSize', 'CreatedDate', 'VersionNumber'],
    where: both(equals('PathOnClient', request.name), since('CreatedDate', from)),
    limit: 200,
  });
  const [rows = []] = await queryEach(session, [versions]);
  const alike = rows.filter(
    (row) =>
      row['ContentSize'] === request.size && textOf(row, 'VersionNumber') === '1' && isoTime(row.CreatedDate) !== null,
  );
  const documents = alike.map((row) => normaliseId(textOf(row, 'ContentDocumentId'))).filter((id) => id !== null);
  if (documents.length === 0) return null;
  const links = select({
    object: 'ContentDocumentLink',
    fields: ['Id', 'ContentDocumentId', 'LinkedEntityId'],
    where: isIn('ContentDocumentId', documents),
  });
  const [linked = []] = await queryEach(session, [links]);
  // The owner's own link names a user (prefix 005).
  const taken = new Set(
    linked
      .filter((row) => !textOf(row, 'LinkedEntityId').startsWith('005'))
      .map((row) => textOf(row, 'ContentDocumentId')),
  );
  const free = alike.find((row) => !taken.has(textOf(row, 'ContentDocumentId')));
  return free === undefined ? null : normaliseId(free.Id);
}
