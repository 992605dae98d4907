import type { FileInfo } from '../../core/children.ts';
import type { Children } from '../children.ts';
import { normaliseId } from './ids.ts';
import { whoWeAre } from './me.ts';
import { isDeleted, isoTime, textOf } from './records.ts';
import type { Session } from './session.ts';
import { isIn, select } from './soql.ts';
import type { Row } from './wire.ts';

type Files = NonNullable<Children['files']>;

const version = 'ContentDocument.LatestPublishedVersion';

/** What the child query on a record is called (rec: describe-case-full). */
export const fileRelationship = 'ContentDocumentLinks';

export const linkFields: readonly string[] = [
  'Id',
  'LinkedEntityId',
  'ContentDocumentId',
  'Visibility',
  'IsDeleted',
  'ContentDocument.LatestPublishedVersionId',
  `${version}.Title`,
  `${version}.FileExtension`,
  `${version}.ContentSize`,
  `${version}.ContentLocation`,
  `${version}.CreatedDate`,
  `${version}.CreatedById`,
  `${version}.CreatedBy.Name`,
];

/** Where they do not come with their records: links are found by the record they hang on (rec: query-400-contentdocumentlink-filter). */
export function fileStatements(ids: readonly string[]): readonly string[] {
  if (ids.length === 0) return [];
  return [select({ object: 'ContentDocumentLink', fields: linkFields, where: isIn('LinkedEntityId', ids) })];
}

/** The files of each ticket, from the links that hang on them. */
export async function filesIn(
  session: Session,
  ids: readonly string[],
  rows: readonly Row[],
): Promise<ReadonlyMap<string, Files>> {
  const byTicket = new Map<string, FileInfo[]>(ids.map((id) => [id, []]));
  let understood = true;
  const me = rows.length > 0 ? await whoWeAre(session) : null;
  // Read together with the Cases, by queryAll: links that were taken off are in it.
  for (const row of rows.filter((one) => !isDeleted(one))) {
    const file = fileOf(row, me);
    if (file === null) understood = false;
    else byTicket.get(file.recordId)?.push(file);
  }
  return new Map([...byTicket].map(([id, items]) => [id, { items: items.toSorted(byAge), complete: understood }]));
}

/** Null for a row that cannot be understood. */
export function fileOf(row: Row, me: string | null = null): FileInfo | null {
  const recordId = normaliseId(textOf(row, 'LinkedEntityId'));
  const id = normaliseId(textOf(row, 'ContentDocumentId'));
  const document = inner(row, 'ContentDocument');
  const latest = inner(document, 'LatestPublishedVersion');
  const versionId = normaliseId(textOf(document, 'LatestPublishedVersionId'));
  const createdAt = isoTime(latest['CreatedDate']);
  const size = latest['ContentSize'];
  if (recordId === null || id === null || versionId === null || createdAt === null || typeof size !== 'number')
    return null;
  return {
    side: 'salesforce',
    recordId,
    id,
    versionId,
    name: nameOf(textOf(latest, 'Title'), textOf(latest, 'FileExtension')),
    // Salesforce keeps a kind of file, not a media type: what it is called decides.
    contentType: 'application/octet-stream',
    size,
    // Checksum is MD5, which is no proof of a content.
    hash: null,
    // Only what is shown to everybody who sees the case, customers included, is public.
    channel: textOf(row, 'Visibility') === 'AllUsers' ? 'public' : 'internal',
    author: textOf(inner(latest, 'CreatedBy'), 'Name') || null,
    own: me !== null && normaliseId(textOf(latest, 'CreatedById')) === me,
    createdAt,
    // `S`: the bytes are in Salesforce. Anything else is a link into some other store.
    state: ['S', ''].includes(textOf(latest, 'ContentLocation')) ? 'ready' : 'blocked',
  };
}

/** The title people see and may have changed, with the extension that it is usually kept without. */
function nameOf(title: string, extension: string): string {
  if (extension === '' || title.toLowerCase().endsWith(`.${extension.toLowerCase()}`)) return title;
  return `${title}.${extension}`;
}

function inner(row: Row, name: string): Row {
  const value = row[name];
  return typeof value === 'object' && value !== null ? { Id: '', ...value } : { Id: '' };
}

function byAge(a: FileInfo, b: FileInfo): number {
  return a.createdAt === b.createdAt ? (a.id < b.id ? -1 : 1) : a.createdAt < b.createdAt ? -1 : 1;
}
