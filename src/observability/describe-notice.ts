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
    case 'batch-forbidden':
      return `${desk} does not let our user use the Batch API, so that every record costs a call of its own: give it snc_platform_rest_api_access.`;
    default:
      return null;
  }
}
