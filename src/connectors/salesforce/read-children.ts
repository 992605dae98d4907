import type { Comment } from '../../core/children.ts';
import type { Children, ChildrenAsk } from '../children.ts';
import { ConnectorError } from '../errors.ts';
import {
  caseComment,
  commentFields,
  commentRelationship,
  commented,
  email,
  emailFields,
  feedFields,
  feedPost,
  feedTypes,
} from './comments.ts';
import { queryEach, querySettled } from './composite.ts';
import { fileRelationship, fileStatements, filesIn, linkFields } from './files-list.ts';
import { normaliseId } from './ids.ts';
import { whoWeAre } from './me.ts';
import { chunksOf, namedPerQuery } from './chunks.ts';
import { readSelection } from './records.ts';
import type { Session } from './session.ts';
import { both, isIn, select } from './soql.ts';
import { pageSchema, type Row } from './wire.ts';

type Rows = readonly Row[] | ConnectorError;

/** Codes of an object, relationship or field that this user may not see (rec: query-400-invalid-type). */
const hidden = new Set(['INVALID_TYPE', 'INVALID_FIELD', 'MALFORMED_QUERY', 'NOT_FOUND', 'INSUFFICIENT_ACCESS']);

/** One group of records, and the statements that read it and what hangs on it. */
interface Group {
  readonly ids: readonly string[];
  /** With a child query for comments and one for files, where they are wanted. */
  readonly records: string;
  readonly feed: string | null;
  readonly emails: string | null;
}

/** Rows of the records, deleted ones too, and what hangs on each by its 18-character id. */
export async function readWithChildren(
  session: Session,
  object: string,
  ids: readonly string[],
  fields: readonly string[],
  ask: ChildrenAsk,
): Promise<{ readonly rows: readonly Row[]; readonly children: ReadonlyMap<string, Children> }> {
  const reading = { object, fields, comments: ask.comments && object === commented, files: ask.files };
  const nested = nestedIn(reading, unknownFiles.get(session)?.has(object) !== true);
  const groups = chunksOf(ids, namedPerQuery).map((chunk) => groupOf(reading, chunk, nested, ask));
  const answers = await querySettled(session, groups.flatMap(statementsOf), true);
  const of = new Map(groups.flatMap(statementsOf).map((statement, at) => [statement, answers[at] ?? []]));
  const answerTo = (statement: string | null): Rows => (statement === null ? [] : (of.get(statement) ?? []));
  const read = await recordRows(session, reading, groups, answerTo);
  const [feed, emails] = [groups.map((group) => answerTo(group.feed)), groups.map((group) => answerTo(group.emails))];
  const whole = read.comments && ![...feed, ...emails].some(isHidden);
  const comments = reading.comments
    ? await commentsIn(session, read, feed.flatMap(rowsIn), emails.flatMap(rowsIn))
    : null;
  const files = reading.files ? await filesIn(session, ids, await fileRows(session, read, ids)) : null;
  const children = ids.map((id): [string, Children] => {
    const items = { items: (comments?.get(id) ?? []).toSorted(byTime), complete: whole };
    return [id, { comments: comments === null ? null : items, files: files?.get(id) ?? null }];
  });
  return { rows: read.rows, children: new Map(children) };
}

interface Reading {
  readonly object: string;
  readonly fields: readonly string[];
  readonly comments: boolean;
  readonly files: boolean;
}

/** Child queries of the records' own statement. */
interface Nested {
  readonly comments: boolean;
  readonly files: boolean;
}

function nestedIn({ comments, files }: Reading, knowsFiles: boolean): Nested {
  return { comments, files: files && knowsFiles };
}

function groupOf(reading: Reading, ids: readonly string[], nested: Nested, ask: ChildrenAsk): Group {
  const hangingOn = isIn('ParentId', ids);
  const feed = both(hangingOn, isIn('Type', feedTypes));
  return {
    ids,
    records: recordsStatement(reading, ids, nested),
    feed:
      reading.comments && ask.feed === true ? select({ object: 'FeedItem', fields: feedFields, where: feed }) : null,
    emails:
      reading.comments && ask.emails === true
        ? select({ object: 'EmailMessage', fields: emailFields, where: hangingOn })
        : null,
  };
}

function recordsStatement({ object, fields }: Reading, ids: readonly string[], nested: Nested): string {
  const children = [
    ...(nested.comments ? [{ relationship: commentRelationship, fields: commentFields }] : []),
    ...(nested.files ? [{ relationship: fileRelationship, fields: linkFields }] : []),
  ];
  return select({ object, fields: readSelection(object, fields), where: isIn('Id', ids), children });
}

function statementsOf(group: Group): readonly string[] {
  return [group.records, group.feed, group.emails].filter((soql) => soql !== null);
}

/** The records' own rows, and which of their child queries they carry. */
interface Read extends Nested {
  readonly rows: readonly Row[];
}

/**
 * Where the object or this user has no such child query, the records are read without it: fields must not wait for a right on
 * comments. Files are then asked for by themselves, from now on at once.
 */
async function recordRows(
  session: Session,
  reading: Reading,
  groups: readonly Group[],
  answerTo: (statement: string | null) => Rows,
): Promise<Read> {
  const first = nestedIn(reading, unknownFiles.get(session)?.has(reading.object) !== true);
  const answers = groups.map((group) => answerTo(group.records));
  if (!answers.some(isHidden)) return { ...first, rows: answers.flatMap(rowsIn) };
  if (!first.comments && !first.files) throw answers.find((rows) => rows instanceof ConnectorError) ?? new RangeError();
  const ways: readonly Nested[] = [
    ...(first.files && first.comments ? [{ comments: true, files: false }] : []),
    ...(first.files && first.comments ? [{ comments: false, files: true }] : []),
    { comments: false, files: false },
  ];
  for (const way of ways) {
    const again = await querySettled(
      session,
      groups.map((group) => recordsStatement(reading, group.ids, way)),
      true,
    );
    const last = way === ways.at(-1);
    if (!last && again.some(isHidden)) continue;
    const rows = again.flatMap(orThrow);
    if (first.files && !way.files) noteUnknownFiles(session, reading.object);
    if (first.comments && !way.comments) tellHidden(session);
    return { ...way, rows };
  }
  throw new RangeError('the last way ends the loop');
}

/** Objects that have no child query for files, as far as this session has learnt. */
const unknownFiles = new WeakMap<Session, Set<string>>();

function noteUnknownFiles(session: Session, object: string): void {
  unknownFiles.set(session, (unknownFiles.get(session) ?? new Set()).add(object));
}

/** Sessions that were told so, once each. */
const told = new WeakSet<Session>();

function tellHidden(session: Session): void {
  if (!told.has(session)) session.notice({ kind: 'comments-hidden' });
  told.add(session);
}

/** By ticket: its comments, feed posts and e-mails. */
async function commentsIn(
  session: Session,
  read: Read,
  feed: readonly Row[],
  emails: readonly Row[],
): Promise<ReadonlyMap<string, readonly Comment[]>> {
  const me = await whoWeAre(session);
  const rows = read.comments
    ? await nestedRows(session, read.rows, commentRelationship, (ids) => [
        select({ object: 'CaseComment', fields: commentFields, where: isIn('ParentId', ids) }),
      ])
    : [];
  const comments = [
    ...rows.map((row) => caseComment(row, me)),
    ...feed.map((row) => feedPost(row, me)),
    ...emails.map((row) => email(row, me)),
  ].filter((comment) => comment !== null);
  return Map.groupBy(comments, (comment) => comment.recordId);
}

/** Links to files: those that came with their records, else asked for by themselves. */
async function fileRows(session: Session, read: Read, ids: readonly string[]): Promise<readonly Row[]> {
  if (read.files) return nestedRows(session, read.rows, fileRelationship, fileStatements);
  const statements = chunksOf(ids, namedPerQuery).flatMap(fileStatements);
  return (await queryEach(session, statements, true)).flat();
}

/** The rows of a child query; records whose children did not fit into the answer are asked for theirs once more. */
async function nestedRows(
  session: Session,
  rows: readonly Row[],
  relationship: string,
  statementsFor: (ids: readonly string[]) => readonly string[],
): Promise<readonly Row[]> {
  const nested = rows.map((row) => ({ id: normaliseId(row.Id), page: nestedPage(row, relationship) }));
  const short = nested.flatMap(({ id, page }) => (id === null || page.whole ? [] : [id]));
  const statements = chunksOf(short, namedPerQuery).flatMap(statementsFor);
  const further = statements.length === 0 ? [] : (await queryEach(session, statements, true)).flat();
  return [...nested.flatMap(({ page }) => (page.whole ? page.rows : [])), ...further];
}

/** A child query comes as a page of its own, or as null where nothing hangs there; it may be cut like any page. */
function nestedPage(row: Row, relationship: string): { readonly rows: readonly Row[]; readonly whole: boolean } {
  const value = row[relationship];
  if (value === null) return { rows: [], whole: true };
  const page = pageSchema.safeParse(value).data;
  if (page === undefined) return { rows: [], whole: false };
  return { rows: page.records, whole: page.done && page.records.length >= page.totalSize };
}

function isHidden(rows: Rows): boolean {
  if (!(rows instanceof ConnectorError)) return false;
  if (hidden.has(rows.data.code ?? '')) return true;
  throw rows;
}

function rowsIn(rows: Rows): readonly Row[] {
  return rows instanceof ConnectorError ? [] : rows;
}

function orThrow(rows: Rows): readonly Row[] {
  if (rows instanceof ConnectorError) throw rows;
  return rows;
}

/** Ties of one second fall to the Id, which grows with each row. */
function byTime(a: Comment, b: Comment): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1;
  return textOrder(a.id, b.id);
}

function textOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
