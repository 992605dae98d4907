import type { QuarantineReason, QuarantineRow, Tx } from '../store.ts';
import type { Db } from './db.ts';
import { Prisma } from './generated/client.ts';
import { marked, readPacked, type Reading } from './packed.ts';
import { orNull } from './rows.ts';
import { toJson, toStored } from './text.ts';

type QuarantineMethods = Pick<
  Tx,
  'quarantined' | 'saveQuarantine' | 'clearQuarantine' | 'quarantineDue' | 'listQuarantine'
>;

export interface QuarantineColumns {
  readonly key: string;
  readonly pair: string;
  readonly servicenow_id: string | null;
  readonly salesforce_id: string | null;
  readonly servicenow_number: string | null;
  readonly salesforce_number: string | null;
  readonly reason: unknown;
  readonly attempts: number;
  readonly first_at: Date | string;
  readonly next_at: Date | string;
}

function quarantineOf({ text, json, time }: Reading): (row: QuarantineColumns) => QuarantineRow {
  return (row) => ({
    key: text(row.key),
    pair: text(row.pair),
    ids: { servicenow: orNull(row.servicenow_id, text), salesforce: orNull(row.salesforce_id, text) },
    numbers: { servicenow: orNull(row.servicenow_number, text), salesforce: orNull(row.salesforce_number, text) },
    reason: json(row.reason) as QuarantineReason,
    attempts: row.attempts,
    firstAt: time(row.first_at),
    nextAt: time(row.next_at),
  });
}

export const toQuarantine = quarantineOf(marked);

export function quarantineMethods(db: Db): QuarantineMethods {
  return {
    quarantined: async (keys) => {
      if (keys.length === 0) return [];
      return readPacked(
        db,
        Prisma.sql`SELECT q.* FROM unnest(${keys.map(toStored)}::text[]) WITH ORDINALITY AS wanted(key, n)
          JOIN quarantine q ON q.key = wanted.key ORDER BY n`,
        quarantineOf,
      );
    },

    saveQuarantine: async (rows) => {
      if (rows.length === 0) return;
      // The last of several rows of one key; one statement cannot touch a row twice.
      const last = new Map(rows.map((row) => [row.key, row]));
      await db.$executeRaw`
        INSERT INTO quarantine
        SELECT * FROM json_populate_recordset(NULL::quarantine, ${toJson([...last.values()].map(columns))}::text::json)
        ON CONFLICT (key) DO UPDATE SET
          pair = EXCLUDED.pair, servicenow_id = EXCLUDED.servicenow_id, salesforce_id = EXCLUDED.salesforce_id,
          servicenow_number = EXCLUDED.servicenow_number, salesforce_number = EXCLUDED.salesforce_number,
          reason = EXCLUDED.reason, attempts = EXCLUDED.attempts, first_at = EXCLUDED.first_at, next_at = EXCLUDED.next_at`;
    },

    clearQuarantine: async (keys) => {
      if (keys.length === 0) return;
      await db.$executeRaw`DELETE FROM quarantine WHERE key = ANY(${keys.map(toStored)}::text[])`;
    },

    quarantineDue: async (at, limit) => {
      const rows = await db.$queryRaw<QuarantineColumns[]>`
        SELECT * FROM quarantine WHERE next_at <= ${at}::timestamptz ORDER BY next_at, key LIMIT ${limit}`;
      return rows.map(toQuarantine);
    },

    listQuarantine: async (limit) => {
      const rows = await db.$queryRaw<
        QuarantineColumns[]
      >`SELECT * FROM quarantine ORDER BY first_at, key LIMIT ${limit}`;
      return rows.map(toQuarantine);
    },
  };
}

function columns(row: QuarantineRow): Record<string, unknown> {
  return {
    key: row.key,
    pair: row.pair,
    servicenow_id: row.ids.servicenow,
    salesforce_id: row.ids.salesforce,
    servicenow_number: row.numbers.servicenow,
    salesforce_number: row.numbers.salesforce,
    reason: row.reason,
    attempts: row.attempts,
    first_at: row.firstAt,
    next_at: row.nextAt,
  };
}
