import type { Comment } from '../../core/children.ts';
import { normaliseId } from './ids.ts';
import { isDeleted, isoTime, textOf } from './records.ts';
import { htmlText } from './html-text.ts';
import type { Row } from './wire.ts';

/** The only object that has CaseComments, and what its child query is called (rec: describe-case-full). */
export const commented = 'Case';
export const commentRelationship = 'CaseComments';

const authored = ['Id', 'ParentId', 'IsDeleted', 'CreatedById', 'CreatedBy.Name', 'CreatedDate', 'LastModifiedDate'];
export const commentFields: readonly string[] = [...authored, 'CommentBody', 'IsPublished'];
export const feedFields: readonly string[] = [...authored, 'Type', 'Body'];
export const emailFields: readonly string[] = [
  ...authored,
  'MessageDate',
  'Incoming',
  'FromName',
  'FromAddress',
  'Subject',
  'TextBody',
  'HtmlBody',
];

/**
 * Posts that people wrote. Each CaseComment shows up in the feed once more as a CaseCommentPost, each e-mail as an EmailMessageEvent,
 * each change of a field as a TrackedChange: none of them is a comment of its own.
 */
export const feedTypes: readonly string[] = ['TextPost', 'LinkPost', 'ContentPost'];

/** Who we are there; null where the org does not tell. */
export type Me = string | null;

/** A CaseComment as a comment; null for one that was deleted or cannot be understood. */
export function caseComment(row: Row, me: Me): Comment | null {
  const text = textOf(row, 'CommentBody');
  // A checkbox is never null: without it nobody knows who may read the comment.
  if (typeof row['IsPublished'] !== 'boolean') return null;
  return commentIn(row, me, 'comment', text, row['IsPublished'] ? 'public' : 'internal');
}

/** A feed post. Who else sees it no field that we rely on tells, so it is internal. */
export function feedPost(row: Row, me: Me): Comment | null {
  return commentIn(row, me, 'feed', htmlText(textOf(row, 'Body')), 'internal');
}

/** An e-mail of the Case, to or from somebody outside: internal here like everything that no rule publishes. */
export function email(row: Row, me: Me): Comment | null {
  const plain = textOf(row, 'TextBody');
  const body = plain.trim() === '' ? htmlText(textOf(row, 'HtmlBody')) : plain;
  const subject = textOf(row, 'Subject').trim();
  const text = subject === '' ? body : `${subject}\n\n${body}`;
  const from = textOf(row, 'FromName').trim();
  const address = textOf(row, 'FromAddress').trim();
  const sender = [from, from === '' ? address : `<${address}>`]
    .filter((part) => part !== '' && part !== '<>')
    .join(' ');
  const comment = commentIn(row, me, 'email', text, 'internal');
  if (comment === null) return null;
  return {
    ...comment,
    author: sender === '' ? comment.author : sender,
    // An incoming e-mail is made by whoever runs Email-to-Case, and written by somebody else.
    own: comment.own && row['Incoming'] !== true,
    createdAt: isoTime(row['MessageDate']) ?? comment.createdAt,
    editedAt: null,
  };
}

function commentIn(row: Row, me: Me, kind: Comment['kind'], text: string, channel: Comment['channel']): Comment | null {
  const id = normaliseId(row.Id);
  const recordId = normaliseId(textOf(row, 'ParentId'));
  const createdAt = isoTime(row.CreatedDate);
  if (id === null || recordId === null || createdAt === null || isDeleted(row)) return null;
  return {
    side: 'salesforce',
    recordId,
    id,
    kind,
    channel,
    text,
    author: nameIn(row['CreatedBy']),
    own: me !== null && normaliseId(textOf(row, 'CreatedById')) === me,
    createdAt,
    editedAt: isoTime(row['LastModifiedDate']) ?? createdAt,
  };
}

/** A user who cannot be seen comes as null (rec: sobject-row-user-lastmodified's relationships). */
function nameIn(createdBy: unknown): string | null {
  if (typeof createdBy !== 'object' || createdBy === null || !('Name' in createdBy)) return null;
  return typeof createdBy.Name === 'string' && createdBy.Name !== '' ? createdBy.Name : null;
}
