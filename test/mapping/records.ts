import type { Fields, SourceRecord } from '../../src/core/record.ts';
import type { Side } from '../../src/core/side.ts';

/** A record as a desk answers it, with these fields and nothing else. */
export function aRecord(side: Side, fields: Fields, id?: string): SourceRecord {
  return {
    side,
    object: side === 'servicenow' ? 'incident' : 'Case',
    id: id ?? (side === 'servicenow' ? '9d385017c611228701d22104cc95c371' : '500Hn00001D2kXyIAJ'),
    number: side === 'servicenow' ? 'INC0010042' : '00001007',
    version: { stamp: '2026-03-02T09:00:00.000Z', count: side === 'servicenow' ? 3 : null },
    createdAt: '2026-03-02T08:00:00.000Z',
    updatedBy: null,
    partnerId: null,
    stampTaken: false,
    fields,
  };
}
