import { forgottenBase, formatKey } from '../../core/link.ts';
import { sides } from '../../core/side.ts';
import type { ForgettingTx } from '../forgetting.ts';
import type { Db } from './db.ts';
import { Prisma } from './generated/client.ts';
import { type LinkColumns, toLink } from './rows.ts';
import { toJson, toStored } from './text.ts';

export function forgettingMethods(db: Db): ForgettingTx {
  return {
    forgetLink: async (id) => {
      const empty = toJson(forgottenBase);
      const [before] = await db.$queryRaw<LinkColumns[]>`
        SELECT * FROM links WHERE id = ${toStored(id)} FOR UPDATE`;
      if (before === undefined) return null;
      const { pair, ids } = toLink(before);
      const [link, ofPair, servicenow, salesforce] = [id, pair, ids.servicenow, ids.salesforce].map(toStored);
      const keys = [
        formatKey({ kind: 'link', linkId: id }),
        ...sides.map((side) => formatKey({ kind: 'new', pair, side, id: ids[side] })),
      ].map(toStored);
      await db.$executeRaw`
        UPDATE links SET status = 'detached', life = NULL, holds = '[]', hops = '[]',
          servicenow_number = NULL, salesforce_number = NULL,
          servicenow_base = ${empty}::text::jsonb, salesforce_base = ${empty}::text::jsonb
        WHERE id = ${link}`;
      const writes = await db.$executeRaw`
        DELETE FROM pending_writes WHERE link_id = ${link} OR link_id IN (
          SELECT id FROM intents WHERE pair = ${ofPair}
            AND (origin, origin_id) IN (('servicenow', ${servicenow}), ('salesforce', ${salesforce})))`;
      const creates = await db.$executeRaw`
        DELETE FROM intents WHERE pair = ${ofPair}
          AND (origin, origin_id) IN (('servicenow', ${servicenow}), ('salesforce', ${salesforce}))`;
      return {
        history: await db.$executeRaw`DELETE FROM history WHERE link_id = ${link}`,
        conflicts: await db.$executeRaw`DELETE FROM conflicts WHERE link_id = ${link}`,
        children: await db.$executeRaw`DELETE FROM children WHERE link_id = ${link}`,
        inDoubt: writes + creates,
        quarantined: await db.$executeRaw`DELETE FROM quarantine WHERE key = ANY(${keys}::text[])`,
        proposals: await db.$executeRaw`
          DELETE FROM proposals
          WHERE pair = ${ofPair} AND (servicenow_id = ${servicenow} OR salesforce_id = ${salesforce})`,
        unmatched: await db.$executeRaw`DELETE FROM unmatched WHERE link_id = ${link}`,
      };
    },

    prune: async (before, limit) => ({
      history: await oldest(db, Prisma.sql`history`, Prisma.sql`at`, Prisma.sql`TRUE`, before.history, limit),
      runs: await oldest(db, Prisma.sql`runs`, Prisma.sql`ended_at`, Prisma.sql`TRUE`, before.history, limit),
      conflicts: await oldest(
        db,
        Prisma.sql`conflicts`,
        Prisma.sql`settled_at`,
        Prisma.sql`status = 'settled'`,
        before.conflicts,
        limit,
      ),
    }),
  };
}

/** Removes the oldest rows of one table. Two who do so at once leave each other's rows alone. */
async function oldest(
  db: Db,
  table: Prisma.Sql,
  at: Prisma.Sql,
  where: Prisma.Sql,
  before: string | null,
  limit: number,
): Promise<number> {
  if (before === null) return 0;
  return db.$executeRaw`
    DELETE FROM ${table} WHERE id IN (
      SELECT id FROM ${table} WHERE ${where} AND ${at} < ${before}::timestamptz
      ORDER BY ${at} LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
}
