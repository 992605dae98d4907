import type { HistoryRow, Tx } from '../store.ts';
import type { Db } from './db.ts';
import { type HistoryColumns, toHistory } from './rows.ts';
import { toJson, toStored } from './text.ts';

type HistoryMethods = Pick<Tx, 'addHistory' | 'historyOf'>;

export function historyMethods(db: Db): HistoryMethods {
  return {
    addHistory: async (rows) => {
      if (rows.length === 0) return;
      await db.$executeRaw`
        INSERT INTO history (link_id, run_id, field, from_side, to_side, value_before, value, because, by, at)
        SELECT link_id, run_id, field, from_side, to_side, COALESCE(value_before, 'null'), COALESCE(value, 'null'), because, by, at
        FROM json_populate_recordset(NULL::history, ${toJson(rows.map(columns))}::text::json)`;
    },

    historyOf: async (linkId, limit) => {
      const rows = await db.$queryRaw<HistoryColumns[]>`
        SELECT * FROM history WHERE link_id = ${toStored(linkId)} ORDER BY id DESC LIMIT ${limit}`;
      return rows.map(toHistory);
    },
  };
}

function columns(row: HistoryRow): Record<string, unknown> {
  return {
    link_id: row.linkId,
    run_id: row.runId,
    field: row.field,
    from_side: row.from,
    to_side: row.to,
    value_before: row.before,
    value: row.value,
    because: row.because,
    by: row.by,
    at: row.at,
  };
}
