import type { LinkSearch } from '../overview.ts';
import type { LinkFilter } from '../store.ts';
import type { Db } from './db.ts';
import { Prisma } from './generated/client.ts';
import { afterTerm, type PageOfLinks, pageOfLinks, pageSql } from './link-pages.ts';
import type { LinkColumns } from './rows.ts';
import { toStored } from './text.ts';

/** So many of the next rows are looked through before any index is asked: words that many titles hold are found there. */
const near = 2000;

/** The one ServiceNow field whose text has a column and an index of its own. */
const indexedTitle = 'short_description';

/** A page of links by ids, numbers and titles. */
export async function searchPage(db: Db, { text, titles, ...page }: LinkSearch): Promise<readonly LinkColumns[]> {
  if (text === undefined) return pageOfLinks(db, page);
  const stored = toStored(text);
  // A number is what most people type: only what is no number and no id is looked for in titles.
  const byTitle = titles.length > 0 && !(await someNamed(db, stored));
  const where = byTitle ? titleTerm(stored, titles) : namedTerm(stored);
  const found = await db.$queryRaw<LinkColumns[]>(nearSql(page, where));
  if (found.length >= page.limit) return found;
  const unfiltered = page.pair === undefined && page.status === undefined;
  return db.$queryRaw<LinkColumns[]>(unfiltered && !byTitle ? namedSql(page, stored) : everywhereSql(page, where));
}

/** A page of links, of those that an id or number names exactly where one is given. */
export async function findPage(db: Db, { search, ...page }: LinkFilter): Promise<readonly LinkColumns[]> {
  if (search === undefined) return pageOfLinks(db, page);
  const text = toStored(search);
  return db.$queryRaw<LinkColumns[]>(
    everywhereSql(
      page,
      Prisma.sql`(${isNamed(text)}
    OR l.servicenow_number = ${text} OR l.salesforce_number = ${text})`,
    ),
  );
}

/** Those that fit among the next rows in the order asked. */
export function nearSql(page: PageOfLinks, where: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT l.* FROM (${pageSql({ ...page, limit: near })}) l WHERE ${where} ORDER BY l.id ${orderOf(page)} LIMIT ${page.limit}`;
}

/** All that fit, by the indexes of what is looked for; then the first of them. */
export function everywhereSql(page: PageOfLinks, where: Prisma.Sql): Prisma.Sql {
  const { pair, status } = page;
  const terms = [where, ...afterTerm(page)];
  if (pair !== undefined) terms.push(Prisma.sql`l.pair = ${toStored(pair)}`);
  if (status !== undefined) terms.push(Prisma.sql`l.status = ${status}`);
  // Kept apart from the order: with it, the planner walks through all links in the hope of meeting some soon.
  return Prisma.sql`
    WITH fitting AS MATERIALIZED (SELECT l.id FROM links l WHERE ${Prisma.join(terms, ' AND ')}),
         first AS MATERIALIZED (SELECT id FROM fitting ORDER BY id ${orderOf(page)} LIMIT ${page.limit})
    SELECT l.* FROM first JOIN links l ON l.id = first.id ORDER BY l.id ${orderOf(page)}`;
}

/** All that an id or the beginning of a number names: out of the indexes alone, which hold the ids too. */
export function namedSql(page: PageOfLinks, text: string): Prisma.Sql {
  const start = startOf(text);
  const after = Prisma.join([Prisma.sql`true`, ...afterTerm(page)], ' AND ');
  const named = [
    Prisma.sql`l.id = ${text}`,
    Prisma.sql`l.servicenow_id = ${text}`,
    Prisma.sql`l.salesforce_id = ${text}`,
    Prisma.sql`l.servicenow_number LIKE ${start}`,
    Prisma.sql`l.salesforce_number LIKE ${start}`,
  ].map((term) => Prisma.sql`SELECT l.id FROM links l WHERE ${term} AND ${after}`);
  // One link may be named by each of them.
  return Prisma.sql`
    WITH fitting AS MATERIALIZED (${Prisma.join(named, ' UNION ALL ')}),
         first AS MATERIALIZED (SELECT id FROM fitting ORDER BY id ${orderOf(page)} LIMIT ${page.limit * named.length})
    SELECT l.* FROM (SELECT DISTINCT id FROM first) named JOIN links l ON l.id = named.id
    ORDER BY l.id ${orderOf(page)} LIMIT ${page.limit}`;
}

function orderOf({ latestFirst }: PageOfLinks): Prisma.Sql {
  return latestFirst === true ? Prisma.sql`DESC` : Prisma.sql`ASC`;
}

/** Each by its own index: as one condition, a common beginning makes the planner read the whole table for a rare one. */
async function someNamed(db: Db, text: string): Promise<boolean> {
  const start = startOf(text);
  const rows = await db.$queryRaw<unknown[]>`
    (SELECT 1 FROM links l WHERE l.id = ${text} LIMIT 1)
    UNION ALL (SELECT 1 FROM links l WHERE l.servicenow_id = ${text} LIMIT 1)
    UNION ALL (SELECT 1 FROM links l WHERE l.salesforce_id = ${text} LIMIT 1)
    UNION ALL (SELECT 1 FROM links l WHERE l.servicenow_number LIKE ${start} LIMIT 1)
    UNION ALL (SELECT 1 FROM links l WHERE l.salesforce_number LIKE ${start} LIMIT 1)
    LIMIT 1`;
  return rows.length > 0;
}

function isNamed(text: string): Prisma.Sql {
  return Prisma.sql`l.id = ${text} OR l.servicenow_id = ${text} OR l.salesforce_id = ${text}`;
}

/** Numbers by their beginning, which their indexes answer under COLLATE "C". */
export function namedTerm(text: string): Prisma.Sql {
  const start = startOf(text);
  return Prisma.sql`(${isNamed(text)} OR l.servicenow_number LIKE ${start} OR l.salesforce_number LIKE ${start})`;
}

/** Titles by any part. */
export function titleTerm(text: string, titles: readonly string[]): Prisma.Sql {
  const part = `%${likely(text)}%`;
  const terms = titles.map((name) =>
    name === indexedTitle
      ? Prisma.sql`l.title ILIKE ${part}`
      : Prisma.sql`l.servicenow_base #>> ARRAY['fields', ${toStored(name)}]::text[] ILIKE ${part}`,
  );
  return Prisma.sql`(${Prisma.join(terms, ' OR ')})`;
}

function startOf(text: string): string {
  return `${likely(text.toUpperCase())}%`;
}

/** What LIKE would read as a pattern stands for itself. */
function likely(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
