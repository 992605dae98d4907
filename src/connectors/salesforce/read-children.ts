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
  type Me,
} from './comments.ts';
import { queryEach, querySettled } from './composite.ts';
import { fileStatements, filesIn } from './files.ts';
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
  readonly records: string;
  readonly feed: string | null;
  readonly emails: string | null;
  readonly files: readonly string[];
}

/** Rows of the records, deleted ones too, and what hangs on each by its 18-character id. */
export async function readWithChildren(
  session: Session,
  object: string,
  ids: readonly string[],
  fields: readonly string[],
  ask: ChildrenAsk,
): Promise<{ readonly rows: readonly Row[]; readonly children: ReadonlyMap<string, Children> }> {
  const comments = ask.comments && object === commented;
  const groups = chunksOf(ids, namedPerQuery).map((chunk) => groupOf(object, chunk, fields, { ...ask, comments }));
  const statements = groups.flatMap(statementsOf);
  const answers = await querySettled(session, statements, true);
  const me = comments ? await whoWeAre(session) : null;
  const rows: Row[] = [];
  const children = new Map<string, Children>();
  let at = 0;
  for (const group of groups) {
    const own = answers.slice(at, (at += statementsOf(group).length));
    const read = await readGroup(session, { object, fields, comments, me }, group, own);
    rows.push(...read.rows);
    for (const [id, hanging] of read.children) children.set(id, hanging);
  }
  return { rows, children };
}

function groupOf(object: string, ids: readonly string[], fields: readonly string[], ask: ChildrenAsk): Group {
  const hangingOn = isIn('ParentId', ids);
  const child = { relationship: commentRelationship, fields: commentFields };
  return {
    ids,
    records: recordsStatement(object, ids, fields, ask.comments ? [child] : []),
    feed:
      ask.comments && ask.feed === true
        ? select({ object: 'FeedItem', fields: feedFields, where: both(hangingOn, isIn('Type', feedTypes)) })
        : null,
    emails:
      ask.comments && ask.emails === true
        ? select({ object: 'EmailMessage', fields: emailFields, where: hangingOn })
        : null,
    files: ask.files ? fileStatements(object, ids) : [],
  };
}

function recordsStatement(
  object: string,
  ids: readonly string[],
  fields: readonly string[],
  children: NonNullable<Parameters<typeof select>[0]['children']>,
): string {
  return select({ object, fields: readSelection(object, fields), where: isIn('Id', ids), children });
}

function statementsOf(group: Group): readonly string[] {
  return [group.records, group.feed, group.emails, ...group.files].filter((soql) => soql !== null);
}

interface Reading {
  readonly object: string;
  readonly fields: readonly string[];
  readonly comments: boolean;
  readonly me: Me;
}

async function readGroup(
  session: Session,
  reading: Reading,
  group: Group,
  answers: readonly Rows[],
): Promise<{ readonly rows: readonly Row[]; readonly children: ReadonlyMap<string, Children> }> {
  const left = [...answers];
  const next = (statement: string | null): Rows => (statement === null ? [] : (left.shift() ?? []));
  const [records, feed, emails] = [next(group.records), next(group.feed), next(group.emails)];
  const { rows, readable } = await recordRows(session, reading, group, records);
  const files = group.files.length === 0 ? null : await filesIn(session, reading.object, group.ids, left.map(orThrow));
  const nested = readable ? await commentRows(session, rows, reading) : [];
  const whole = readable && !isHidden(feed) && !isHidden(emails);
  const items = Map.groupBy(
    [
      ...nested.map((row) => caseComment(row, reading.me)),
      ...rowsIn(feed).map((row) => feedPost(row, reading.me)),
      ...rowsIn(emails).map((row) => email(row, reading.me)),
    ].filter((comment) => comment !== null),
    (comment) => comment.recordId,
  );
  const children = group.ids.map((id): [string, Children] => {
    const comments = { items: (items.get(id) ?? []).toSorted(byTime), complete: whole };
    return [id, { comments: reading.comments ? comments : null, files: files?.get(id) ?? null }];
  });
  return { rows, children: new Map(children) };
}

/** Sessions that were told so, once each. */
const told = new WeakSet<Session>();

/** Where CaseComments are hidden from this user, the records are read without them: fields must not wait for a right on comments. */
async function recordRows(
  session: Session,
  { object, fields, comments }: Reading,
  group: Group,
  records: Rows,
): Promise<{ readonly rows: readonly Row[]; readonly readable: boolean }> {
  if (!(records instanceof ConnectorError)) return { rows: records, readable: true };
  if (!comments || !isHidden(records)) throw records;
  const [rows = []] = await queryEach(session, [recordsStatement(object, group.ids, fields, [])], true);
  if (!told.has(session)) session.notice({ kind: 'comments-hidden' });
  told.add(session);
  return { rows, readable: false };
}

/** The comments nested in each row; tickets whose comments did not fit into the answer are asked for theirs once more. */
async function commentRows(session: Session, rows: readonly Row[], reading: Reading): Promise<readonly Row[]> {
  if (!reading.comments) return [];
  const nested = rows.map((row) => ({ id: normaliseId(row.Id), page: nestedPage(row) }));
  const short = nested.flatMap(({ id, page }) => (id === null || page.whole ? [] : [id]));
  const statements = chunksOf(short, namedPerQuery).map((ids) =>
    select({ object: 'CaseComment', fields: commentFields, where: isIn('ParentId', ids) }),
  );
  const further = statements.length === 0 ? [] : (await queryEach(session, statements, true)).flat();
  return [...nested.flatMap(({ page }) => (page.whole ? page.rows : [])), ...further];
}

/** A child query comes as a page of its own, or as null where nothing hangs there; it may be cut like any page. */
function nestedPage(row: Row): { readonly rows: readonly Row[]; readonly whole: boolean } {
  const value = row[commentRelationship];
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
