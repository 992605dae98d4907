import { linkStatuses } from '../overview.ts';
import type { LinkFilter } from '../store.ts';
import type { Db } from './db.ts';
import { Prisma } from './generated/client.ts';
import type { LinkColumns } from './rows.ts';
import { toStored } from './text.ts';

export interface PageOfLinks extends Pick<LinkFilter, 'pair' | 'status' | 'after' | 'latestFirst' | 'limit'> {
  /** What else must be true of them. */
  readonly where?: Prisma.Sql;
}

/**
 * Links in the order of their ids. One index, by pair, status and id, serves every filter: each status of each pair gives its first few,
 * and the first of these are taken. A filter that few links fit would else mean reading all that do not.
 */
export async function pageOfLinks(db: Db, page: PageOfLinks): Promise<readonly LinkColumns[]> {
  return db.$queryRaw<LinkColumns[]>(pageSql(page));
}

/** That page as a statement. */
export function pageSql(page: PageOfLinks): Prisma.Sql {
  const { pair, status, limit } = page;
  const order = page.latestFirst === true ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const more = page.where === undefined ? [] : [page.where];
  const where = (filter: readonly Prisma.Sql[]): Prisma.Sql =>
    Prisma.join([Prisma.sql`true`, ...filter, ...afterTerm(page), ...more], ' AND ');
  if (pair === undefined && status === undefined)
    return Prisma.sql`SELECT l.* FROM links l WHERE ${where([])} ORDER BY l.id ${order} LIMIT ${limit}`;
  if (pair !== undefined && status !== undefined) {
    const both = [Prisma.sql`l.pair = ${toStored(pair)}`, Prisma.sql`l.status = ${status}`];
    return Prisma.sql`SELECT l.* FROM links l WHERE ${where(both)} ORDER BY l.id ${order} LIMIT ${limit}`;
  }
  return Prisma.sql`
    ${placesOf(pair, status)}
    SELECT found.* FROM place CROSS JOIN LATERAL (
      SELECT l.* FROM links l WHERE ${Prisma.join([...boundsOf(page), ...more], ' AND ')}
      ORDER BY l.status ${order}, l.id ${order} LIMIT ${limit}
    ) found ORDER BY found.id ${order} LIMIT ${limit}`;
}

/**
 * The status between bounds instead of `=`, and in the order: the planner takes all statuses for equally common, and would walk the
 * primary key past nearly every link to find the few of a rare one. One bound at each end, or the walk begins at the wrong one.
 */
function boundsOf({ after, latestFirst }: PageOfLinks): readonly Prisma.Sql[] {
  const ofPair = Prisma.sql`l.pair = place.pair`;
  const [least, most] = [Prisma.sql`l.status >= place.status`, Prisma.sql`l.status <= place.status`];
  if (after === undefined) return [ofPair, least, most];
  const from = Prisma.sql`(place.status, ${toStored(after)})`;
  return latestFirst === true
    ? [ofPair, least, Prisma.sql`(l.status, l.id) < ${from}`]
    : [ofPair, Prisma.sql`(l.status, l.id) > ${from}`, most];
}

function placesOf(pair: string | undefined, status: string | undefined): Prisma.Sql {
  if (pair !== undefined)
    return Prisma.sql`
      WITH place AS MATERIALIZED (SELECT ${toStored(pair)}::text AS pair, status FROM unnest(${[...linkStatuses]}::text[]) AS status)`;
  // From pair to pair along the index: there are few.
  return Prisma.sql`
    WITH RECURSIVE known(pair) AS (
      (SELECT pair FROM links ORDER BY pair LIMIT 1)
      UNION ALL
      SELECT (SELECT l.pair FROM links l WHERE l.pair > known.pair ORDER BY l.pair LIMIT 1) FROM known WHERE known.pair IS NOT NULL
    ), place AS MATERIALIZED (SELECT pair, ${status}::text AS status FROM known WHERE pair IS NOT NULL)`;
}

/** Behind the page before, in the order asked. */
export function afterTerm({ after, latestFirst }: PageOfLinks): readonly Prisma.Sql[] {
  if (after === undefined) return [];
  return [latestFirst === true ? Prisma.sql`l.id < ${toStored(after)}` : Prisma.sql`l.id > ${toStored(after)}`];
}
