import type { Fields } from '../../core/record.ts';
import type { Side } from '../../core/side.ts';
import { normaliseId, normaliseStamp } from '../salesforce/ids.ts';
import { stampFields, stampOwner } from './rules.ts';

/** An id of `side` in the one form we compare: 18 characters, or 32 lower-case hex digits. Anything else stays as it is. */
export function normalised(side: Side, id: string): string {
  return (side === 'salesforce' ? normaliseId(id) : normaliseStamp(id)) ?? id;
}

/** The native fields that name `partnerId` on a record of `side`. */
export function stampOf(side: Side, partnerId: string): Fields {
  return side === 'servicenow'
    ? { [stampFields.servicenow]: partnerId, [stampOwner.field]: stampOwner.value }
    : { [stampFields.salesforce]: partnerId };
}

/** What the stamp's field of a record says. */
export function readStamp(side: Side, fields: Fields): { readonly partnerId: string | null; readonly taken: boolean } {
  const text = fields[stampFields[side]];
  if (typeof text !== 'string' || text === '') return { partnerId: null, taken: false };
  const ours = side === 'salesforce' || fields[stampOwner.field] === stampOwner.value;
  const partnerId = ours ? (side === 'servicenow' ? normaliseId(text) : normaliseStamp(text)) : null;
  return { partnerId, taken: partnerId === null };
}
