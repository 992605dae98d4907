import type { Side } from '../core/side.ts';
import { sideNames } from './words.ts';

/** A thing that a connector noticed and can live with, with whatever data its kind carries. */
export type Notice = Readonly<Record<string, unknown>> & { readonly kind: string };

/** A notice in one sentence, with what to do about it; null for kinds that need none. */
export function describeNotice(side: Side, notice: Notice): string | null {
  const desk = sideNames[side];
  const table = typeof notice['table'] === 'string' ? notice['table'] : 'a table';
  switch (notice.kind) {
    case 'rows-hidden':
      return `${desk} has ${String(notice['count'])} records of ${table} and shows us none of them: give our user a role that may read ${table}.`;
    case 'fields-hidden':
      return `${desk} hides fields of ${table} from our user, so that records are left out: let it read ${String(notice['fields'])}.`;
    case 'rows-unreadable':
      return `${desk} sent ${String(notice['rows'])} records that cannot be understood; they are left out until they change.`;
    case 'journal':
      return journalWords(desk, notice['path']);
    case 'journal-partly-hidden':
      return `${desk} hides ${String(notice['count'])} entries of sys_journal_field from our user, so that comments may be missing: let it read all of them.`;
    case 'journal-unsure':
      return `${desk} shows a journal of ${table} whose entries cannot all be told apart or dated (${String(notice['id'])}): those wait until they can. Read on sys_journal_field ends that.`;
    case 'comments-hidden':
      return `${desk} hides CaseComment from our user: comments are not carried from there.`;
    case 'batch-forbidden':
      return `${desk} does not let our user use the Batch API, so that every record costs a call of its own: give it snc_platform_rest_api_access.`;
    default:
      return null;
  }
}

/** Reading rows is the ordinary way, and needs no words. */
function journalWords(desk: string, path: unknown): string | null {
  const cure = 'add a read ACL on sys_journal_field for a role of our user';
  if (path === 'rendered')
    return `${desk} shows us no row of sys_journal_field: journals are read as rendered; ${cure}.`;
  if (path === 'unreadable') return `${desk} shows us no journal at all: comments are not carried from there; ${cure}.`;
  return null;
}
