import type { AsideTx } from '../aside.ts';
import type { QuarantineReason } from '../store.ts';
import type { Db } from './db.ts';
import { Prisma } from './generated/client.ts';
import { type QuarantineColumns, toQuarantine } from './quarantine.ts';
import { fromJson, fromStored, toJson, toStored } from './text.ts';

interface GroupColumns {
  readonly pair: string;
  readonly reason: unknown;
  readonly count: bigint;
  readonly firstAt: Date;
  readonly nextAt: Date;
  readonly keys: readonly string[];
}

/** What people ask of the records that are set aside: one statement each, and none that brings them all here. */
export function asideMethods(db: Db): AsideTx {
  return {
    quarantinePage: async ({ pair, after, limit }) => {
      const terms = [Prisma.sql`true`];
      if (pair !== undefined) terms.push(Prisma.sql`pair = ${toStored(pair)}`);
      if (after !== undefined)
        terms.push(Prisma.sql`(first_at, key) > (${after.firstAt}::timestamptz, ${toStored(after.key)})`);
      const rows = await db.$queryRaw<QuarantineColumns[]>`
        SELECT * FROM quarantine WHERE ${Prisma.join(terms, ' AND ')} ORDER BY first_at, key LIMIT ${limit}`;
      return rows.map(toQuarantine);
    },

    quarantineGroups: async (pair) => {
      const rows = await db.$queryRaw<GroupColumns[]>`
        SELECT pair, (array_agg(reason ORDER BY first_at DESC, key DESC))[1] AS reason, count(*) AS count,
               min(first_at) AS "firstAt", min(next_at) AS "nextAt", (array_agg(key ORDER BY first_at, key))[1:5] AS keys
        FROM quarantine ${pair === undefined ? Prisma.empty : Prisma.sql`WHERE pair = ${toStored(pair)}`}
        GROUP BY pair, reason->>'kind', reason->>'error', reason->'data'->>'side', reason->'data'->>'code',
                 reason->'data'->>'cause', reason->'data'->>'status', reason->>'why', reason->>'field', reason->>'message'`;
      return rows.map((row) => ({
        pair: fromStored(row.pair),
        reason: fromJson(row.reason) as QuarantineReason,
        count: Number(row.count),
        firstAt: row.firstAt.toISOString(),
        nextAt: row.nextAt.toISOString(),
        keys: row.keys.map(fromStored),
      }));
    },

    releaseQuarantine: async (pair, at, instead) => {
      const of = toJson({ kind: 'plan', why: instead?.of ?? '' });
      const is = toJson({ kind: 'plan', why: instead?.is ?? '' });
      await db.$executeRaw`
        UPDATE quarantine SET next_at = ${at}::timestamptz,
          reason = CASE WHEN ${instead !== null} AND reason @> ${of}::text::jsonb THEN ${is}::text::jsonb ELSE reason END
        WHERE pair = ${toStored(pair)}`;
    },
  };
}
