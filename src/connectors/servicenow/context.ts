import type { SourceRecord } from '../../core/record.ts';
import type { Clock } from '../../core/clock.ts';
import type { Batch } from './batch.ts';
import type { OnNotice } from './notices.ts';
import { decodeRow, type Row } from './records.ts';
import type { Rest } from './rest.ts';

/** What every verb of the client works with. */
export interface Context {
  readonly rest: Rest;
  readonly batch: Batch;
  readonly clock: Clock;
  readonly onNotice: OnNotice;
}

/**
 * Rows as records. A row with hidden fields is left out, as a row ACL would leave it out: taking a hidden field for an empty one
 * would empty it across.
 */
export function recordsOf(
  context: Context,
  object: string,
  rows: readonly Row[],
  fields: readonly string[],
): readonly SourceRecord[] {
  return rows.flatMap((row) => {
    const decoded = decodeRow(object, row, fields);
    if (decoded.kind === 'record') return [decoded.record];
    context.onNotice({ kind: 'fields-hidden', table: object, id: decoded.id, fields: decoded.fields });
    return [];
  });
}
