import type { Link } from '../core/link.ts';

/** One line of `links list --json`. */
export function linkLine(link: Link): Readonly<Record<string, string | null>> {
  return {
    id: link.id,
    pair: link.pair,
    servicenowId: link.ids.servicenow,
    salesforceId: link.ids.salesforce,
    servicenowNumber: link.numbers.servicenow,
    salesforceNumber: link.numbers.salesforce,
    status: link.status,
    lastSyncedAt: link.lastSyncedAt,
  };
}
