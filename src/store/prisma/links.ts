import { DuplicateLink, type Tx } from '../store.ts';
import { idColumn } from './columns.ts';
import type { Db } from './db.ts';
import { Prisma } from './generated/client.ts';
import { findPage } from './link-search.ts';
import { readPacked } from './packed.ts';
import { fromLink, linkOf, toLink } from './rows.ts';
import { toJson, toStored } from './text.ts';
import { sqlState } from './unavailable.ts';

type LinkMethods = Pick<
  Tx,
  | 'linksById'
  | 'linksBySource'
  | 'linkIds'
  | 'insertLinks'
  | 'updateLinks'
  | 'setLinkStatus'
  | 'reattachLinks'
  | 'moveLink'
  | 'findLinks'
>;

/** Links with their bases: one statement each, whatever the number of rows. */
export function linkMethods(db: Db): LinkMethods {
  return {
    linksById: async (ids) => {
      if (ids.length === 0) return [];
      return readPacked(
        db,
        Prisma.sql`SELECT l.* FROM unnest(${ids.map(toStored)}::text[]) WITH ORDINALITY AS wanted(id, n)
          JOIN links l ON l.id = wanted.id ORDER BY n`,
        linkOf,
      );
    },

    linksBySource: async (pair, side, ids) => {
      if (ids.length === 0) return [];
      return readPacked(
        db,
        Prisma.sql`SELECT l.* FROM unnest(${ids.map(toStored)}::text[]) WITH ORDINALITY AS wanted(id, n)
          JOIN links l ON ${idColumn(side)} = wanted.id AND l.pair = ${toStored(pair)} ORDER BY n`,
        linkOf,
      );
    },

    linkIds: async (pair, side, ids) => {
      if (ids.length === 0) return [];
      return readPacked<{ id: string }, string>(
        db,
        Prisma.sql`SELECT l.id FROM unnest(${ids.map(toStored)}::text[]) WITH ORDINALITY AS wanted(id, n)
          JOIN links l ON ${idColumn(side)} = wanted.id AND l.pair = ${toStored(pair)} ORDER BY n`,
        ({ text }) =>
          ({ id }) =>
            text(id),
      );
    },

    insertLinks: async (links) => {
      if (links.length === 0) return;
      try {
        await db.$executeRaw`
          INSERT INTO links
          SELECT id, pair, servicenow_id, salesforce_id, servicenow_number, salesforce_number, origin, status,
                 servicenow_base, salesforce_base, holds, hops, created_at, last_synced_at, life
          FROM json_populate_recordset(NULL::links, ${toJson(links.map(fromLink))}::text::json)`;
      } catch (error) {
        if (sqlState(error) === '23505')
          throw new DuplicateLink('one of the records is linked already', { cause: error });
        throw error;
      }
    },

    updateLinks: async (links) => {
      if (links.length === 0) return;
      await db.$executeRaw`
        UPDATE links l SET
          servicenow_number = r.servicenow_number, salesforce_number = r.salesforce_number,
          status = CASE WHEN l.status = 'detached' THEN l.status ELSE r.status END,
          servicenow_base = r.servicenow_base, salesforce_base = r.salesforce_base,
          holds = r.holds, hops = r.hops,
          life = CASE WHEN l.status = 'detached' THEN l.life ELSE r.life END, last_synced_at = r.last_synced_at
        FROM json_populate_recordset(NULL::links, ${toJson(links.map(fromLink))}::text::json) r
        WHERE l.id = r.id AND (l.status <> 'detached' OR l.servicenow_base -> 'fields' <> '{}')`;
    },

    setLinkStatus: async (ids, status, life = 'forget') => {
      if (ids.length === 0) return;
      await db.$executeRaw`
        UPDATE links SET status = ${status}, life = CASE WHEN ${life === 'keep'} THEN life END
        WHERE id = ANY(${ids.map(toStored)}::text[])`;
    },

    reattachLinks: async (links) => {
      if (links.length === 0) return;
      await db.$executeRaw`
        UPDATE links l SET
          status = r.status, servicenow_base = r.servicenow_base, salesforce_base = r.salesforce_base,
          holds = r.holds, hops = r.hops, life = NULL
        FROM json_populate_recordset(NULL::links, ${toJson(links.map(fromLink))}::text::json) r
        WHERE l.id = r.id AND l.status = 'detached' AND l.life IS NOT NULL`;
    },

    moveLink: async (id, side, recordId) => {
      try {
        await db.$executeRaw`
          UPDATE links SET ${idColumn(side)} = ${toStored(recordId)}
          WHERE id = ${toStored(id)} AND status <> 'detached'`;
      } catch (error) {
        if (sqlState(error) === '23505') throw new DuplicateLink('the record is linked already', { cause: error });
        throw error;
      }
    },

    findLinks: async (filter) => (await findPage(db, filter)).map(toLink),
  };
}
