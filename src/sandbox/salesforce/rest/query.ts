import { refuse } from '../errors.ts';
import type { Org } from '../org/org.ts';
import { runSoql } from '../soql/run.ts';
import type { ApiRecord } from '../soql/select.ts';
import { ok } from './message.ts';
import type { ApiAnswer, ApiRequest } from './message.ts';
import { route } from './router.ts';

interface Cursor {
  readonly session: string;
  readonly records: readonly ApiRecord[];
  readonly totalSize: number;
  readonly pageRows: number;
  readonly expiresAt: number;
}

/** How long a locator lives: two days by most accounts. */
const cursorMs = 48 * 3_600_000;

/** Open results of queries, a locator each. A locator belongs to the session that ran the query. */
export class Cursors {
  readonly #open = new Map<string, Cursor>();

  open(org: Org, cursor: Omit<Cursor, 'expiresAt'>): string {
    const mine = [...this.#open].filter(([, each]) => each.session === cursor.session);
    for (const [locator] of mine.slice(0, Math.max(0, mine.length - org.settings.openLocators + 1)))
      this.#open.delete(locator);
    const locator = `0r8${Array.from({ length: 15 }, () => Math.floor(org.random() * 36).toString(36)).join('')}`;
    this.#open.set(locator, { ...cursor, expiresAt: org.now() + cursorMs });
    return locator;
  }

  find(org: Org, locator: string, session: string): Cursor | null {
    const cursor = this.#open.get(locator);
    return cursor === undefined || cursor.session !== session || cursor.expiresAt < org.now() ? null : cursor;
  }

  expireAll(): void {
    this.#open.clear();
  }
}

/** Rows on a page: a hint of 200 to 2000, cut to 1000 by a long text (recording `query-first-page-1000-wide-row`). */
function pageRows(request: ApiRequest, wide: boolean): number {
  const asked = Number(/batchSize=(\d+)/i.exec(request.headers['sforce-query-options'] ?? '')?.[1] ?? 2000);
  const allowed = Math.min(2000, Math.max(200, asked));
  return Math.min(wide ? Math.min(allowed, 1000) : allowed, request.org.settings.pageRows);
}

/** The last page says `done: true` and has no nextRecordsUrl; totalSize is the whole result on every page. */
function page(
  request: ApiRequest,
  cursor: Omit<Cursor, 'expiresAt'>,
  locator: string | null,
  from: number,
  cursors: Cursors,
): ApiAnswer {
  const to = from + cursor.pageRows;
  const records = cursor.records.slice(from, to);
  if (to >= cursor.records.length) return ok({ totalSize: cursor.totalSize, done: true, records });
  // Locators of queryAll say `query` too (REST guide, "Get more results").
  const nextRecordsUrl = `${request.base}/query/${locator ?? cursors.open(request.org, cursor)}-${to}`;
  return ok({ totalSize: cursor.totalSize, done: false, nextRecordsUrl, records });
}

/** Child queries are pages as well: what does not fit into the first one is behind a locator of its own. */
function withChildPages(request: ApiRequest, record: ApiRecord, cursors: Cursors): ApiRecord {
  const pageRows = request.org.settings.childRows;
  const shown = Object.entries(record).map(([name, value]): [string, unknown] => {
    if (!isChildPage(value) || value.records.length <= pageRows) return [name, value];
    const { records, totalSize } = value;
    const locator = cursors.open(request.org, { session: request.session, records, totalSize, pageRows });
    const nextRecordsUrl = `${request.base}/query/${locator}-${pageRows}`;
    return [name, { totalSize, done: false, nextRecordsUrl, records: records.slice(0, pageRows) }];
  });
  return Object.fromEntries(shown);
}

function isChildPage(value: unknown): value is { readonly totalSize: number; readonly records: readonly ApiRecord[] } {
  return typeof value === 'object' && value !== null && 'records' in value && 'totalSize' in value;
}

export function queryRoutes(cursors: Cursors) {
  const run = (request: ApiRequest, includeDeleted: boolean): ApiAnswer => {
    const soql = request.query.get('q');
    if (soql === null) throw refuse(400, 'MALFORMED_QUERY', 'A query string has to be specified');
    const { base, org } = request;
    const result = runSoql({ org, soql, base, includeDeleted });
    const { totalSize } = result;
    const records = result.records.map((record) => withChildPages(request, record, cursors));
    return page(
      request,
      { session: request.session, records, totalSize, pageRows: pageRows(request, result.wide) },
      null,
      0,
      cursors,
    );
  };
  return [
    route('GET', 'query', (request) => run(request, false)),
    route('GET', 'queryAll', (request) => run(request, true)),
    route('GET', 'query/:locator', (request, { locator = '' }) => {
      const parts = /^(.+)-(\d+)$/.exec(locator);
      const cursor = parts === null ? null : cursors.find(request.org, parts[1] ?? '', request.session);
      // Recording `query-400-invalid-locator`.
      if (parts === null || cursor === null) throw refuse(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
      return page(request, cursor, parts[1] ?? '', Number(parts[2]), cursors);
    }),
  ];
}
