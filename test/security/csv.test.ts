import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvLines } from '../../src/admin/export.ts';
import type { LinkRow } from '../../src/admin/schemas/links.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc
    .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', ' =', '\uff1d', '"', '",=', '\r\n='), fc.string())
    .map(([start, rest]) => start + rest),
);

async function exported(titles: readonly string[]): Promise<string> {
  const rows = titles.map((title): LinkRow => ({
    id: 'link',
    pair: 'incident-case',
    servicenowNumber: title,
    salesforceNumber: null,
    servicenowId: 'a'.repeat(32),
    salesforceId: '500000000000001AAA',
    status: 'synced',
    lastSyncedAt: '2026-03-02T08:00:00.000Z',
    createdAt: '2026-03-02T08:00:00.000Z',
    origin: 'servicenow',
    title,
    holds: 0,
  }));
  async function* pages(): AsyncGenerator<readonly LinkRow[]> {
    yield await Promise.resolve(rows);
  }
  let all = '';
  for await (const line of csvLines(pages())) all += line;
  return all;
}

it('an export gives back every text under its column, and begins none like a formula', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 4 }), async (titles) => {
      const records: Record<string, string>[] = parse(await exported(titles), { bom: true, columns: true });
      expect(records.map((record) => record['title']?.replace(/^'/, ''))).toEqual(
        titles.map((title) => title.replace(/^'/, '')),
      );
      for (const record of records) expect(record['title'] ?? '').not.toMatch(/^\s*[=+\-@\t\uff1d]/);
    }),
    { numRuns: 2_000 },
  );
});
