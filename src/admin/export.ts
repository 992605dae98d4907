import type { Link } from '../core/link.ts';
import type { LinkSearch } from '../store/overview.ts';
import type { Store } from '../store/store.ts';
import type { LinkRow } from './schemas/links.ts';

const pageSize = 500;

/** Every link that a search lets through, page by page: an export of any size takes little memory. */
export async function* pagesFor(
  store: Store,
  { search, ...filter }: Omit<LinkSearch, 'text' | 'after' | 'limit'> & { readonly search?: string },
  view: (link: Link) => LinkRow,
): AsyncGenerator<readonly LinkRow[]> {
  const text = search === undefined || search.trim() === '' ? {} : { text: search.trim() };
  for (let after: string | undefined; ;) {
    const from = after === undefined ? {} : { after };
    const page = await store.transaction((tx) => tx.searchLinks({ ...filter, ...text, ...from, limit: pageSize }));
    if (page.length > 0) yield page.map(view);
    if (page.length < pageSize) return;
    after = page.at(-1)?.id;
  }
}

const columns = [
  'id',
  'pair',
  'servicenowNumber',
  'salesforceNumber',
  'servicenowId',
  'salesforceId',
  'status',
  'lastSyncedAt',
  'createdAt',
  'origin',
  'title',
  'holds',
] as const satisfies readonly (keyof LinkRow)[];

/** RFC 4180, with a mark that tells spreadsheets that it is UTF-8. */
export async function* csvLines(pages: AsyncIterable<readonly LinkRow[]>): AsyncGenerator<string> {
  yield `\ufeff${columns.join(',')}\r\n`;
  for await (const page of pages)
    yield page.map((row) => `${columns.map((name) => cell(row[name])).join(',')}\r\n`).join('');
}

export async function* jsonLines(pages: AsyncIterable<readonly LinkRow[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/**
 * A cell that a spreadsheet takes for text: what begins like a formula (OWASP, CSV injection; full-width forms count, too) gets an
 * apostrophe before it, and every text stands in quotes.
 */
function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20|%]/.test(value) ? `'${value}` : value;
  return `"${text.replaceAll('"', '""')}"`;
}
