import type { WhyUnmatched } from '../../core/directory.ts';
import type { Side } from '../../core/side.ts';
import { onePerPerson, type UnmatchedKey, type UnmatchedRow, type UnmatchedTx } from '../unmatched.ts';
import type { Db } from './db.ts';
import { Prisma } from './generated/client.ts';
import { optional } from './rows.ts';
import { fromStored, toJson, toStored } from './text.ts';

export function unmatchedMethods(db: Db): UnmatchedTx {
  return {
    noteUnmatched: async (rows) => {
      if (rows.length === 0) return;
      await db.$executeRaw`
        INSERT INTO unmatched
        SELECT * FROM json_populate_recordset(NULL::unmatched, ${toJson(onePerPerson(rows).map(columns))}::text::json)
        ORDER BY pair, side, field, value
        ON CONFLICT (pair, side, field, value) DO UPDATE SET
          label = EXCLUDED.label, why = EXCLUDED.why, times = unmatched.times + EXCLUDED.times,
          link_id = EXCLUDED.link_id, last_at = EXCLUDED.last_at`;
    },

    clearUnmatched: async (keys) => {
      if (keys.length === 0) return;
      await db.$executeRaw`
        DELETE FROM unmatched u USING json_populate_recordset(NULL::unmatched, ${toJson(keys.map(keyColumns))}::text::json) k
        WHERE u.pair = k.pair AND u.side = k.side AND u.field = k.field AND u.value = k.value`;
    },

    listUnmatched: async ({ pair, after, limit }) => {
      const terms = [
        Prisma.sql`TRUE`,
        ...(pair === undefined ? [] : [Prisma.sql`pair = ${toStored(pair)}`]),
        ...(after === undefined
          ? []
          : [
              Prisma.sql`(pair, side, field, value) > (${toStored(after.pair)}, ${after.side}, ${toStored(after.field)}, ${toStored(after.value)})`,
            ]),
      ];
      const rows = await db.$queryRaw<UnmatchedColumns[]>`
        SELECT * FROM unmatched WHERE ${Prisma.join(terms, ' AND ')} ORDER BY pair, side, field, value LIMIT ${limit}`;
      return rows.map(toUnmatched);
    },
  };
}

interface UnmatchedColumns {
  readonly pair: string;
  readonly side: Side;
  readonly field: string;
  readonly value: string;
  readonly label: string | null;
  readonly why: WhyUnmatched;
  readonly times: number;
  readonly link_id: string | null;
  readonly first_at: Date;
  readonly last_at: Date;
}

function toUnmatched(row: UnmatchedColumns): UnmatchedRow {
  return {
    pair: fromStored(row.pair),
    side: row.side,
    field: fromStored(row.field),
    value: fromStored(row.value),
    label: optional(row.label),
    why: row.why,
    times: row.times,
    linkId: optional(row.link_id),
    firstAt: row.first_at.toISOString(),
    lastAt: row.last_at.toISOString(),
  };
}

function keyColumns({ pair, side, field, value }: UnmatchedKey): Record<string, unknown> {
  return { pair, side, field, value };
}

function columns(row: UnmatchedRow): Record<string, unknown> {
  return {
    ...keyColumns(row),
    label: row.label,
    why: row.why,
    times: row.times,
    link_id: row.linkId,
    first_at: row.firstAt,
    last_at: row.lastAt,
  };
}
