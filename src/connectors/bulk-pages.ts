import type { SourceRecord } from '../core/record.ts';
import type { BulkPage } from './ticket-system.ts';

/** The pages of a bulk walk with each record changed. */
export async function* mapBulk(
  pages: AsyncIterable<BulkPage>,
  change: (record: SourceRecord) => SourceRecord,
): AsyncGenerator<BulkPage> {
  for await (const page of pages) yield { ...page, records: page.records.map(change) };
}
