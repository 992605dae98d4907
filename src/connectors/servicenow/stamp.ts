import { normaliseId } from '../salesforce/ids.ts';

/** What `correlation_display` says on the records that carry our stamp. */
export const stampOwner = 'Salesforce';

/** The stamp written on an incident created from a Case. */
export function stampFields(partnerId: string): Readonly<Record<string, string>> {
  return { correlation_id: partnerId, correlation_display: stampOwner };
}

/** The stamp a record carries: `taken` when the field holds something that is not ours, such as a monitoring tool's key. */
export function readStamp(id: string | null, display: string | null): { partnerId: string | null; taken: boolean } {
  const partnerId = id !== null && display === stampOwner ? normaliseId(id) : null;
  return { partnerId, taken: id !== null && partnerId === null };
}
