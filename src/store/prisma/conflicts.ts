import { createHash } from 'node:crypto';
import { sides } from '../../core/side.ts';
import type { ConflictRow, Tx } from '../store.ts';
import type { Db } from './db.ts';
import { Prisma } from './generated/client.ts';
import { readPacked } from './packed.ts';
import { type ConflictColumns, conflictOf, toConflict } from './rows.ts';
import { toJson, toStored } from './text.ts';

type ConflictMethods = Pick<
  Tx,
  'noteConflicts' | 'conflictsOf' | 'listConflicts' | 'conflictById' | 'decideConflict' | 'settleConflicts'
>;

/** The same conflict found again, as after a crash, has the same fingerprint. */
function fingerprint(row: ConflictRow): string {
  const versions = sides.map((side) => [row.versions[side].stamp, row.versions[side].count]);
  const parts = [row.linkId, row.field, row.values.servicenow, row.values.salesforce, versions];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

export function conflictMethods(db: Db): ConflictMethods {
  return {
    noteConflicts: async (rows) => {
      if (rows.length === 0) return [];
      const prints = rows.map(fingerprint);
      // The first of several equal ones; one statement cannot touch a row twice.
      const first = new Map(rows.map((row, n) => [prints[n] ?? '', row] as const).toReversed());
      const noted = await db.$queryRaw<{ id: string; fingerprint: string }[]>`
        INSERT INTO conflicts
        SELECT * FROM json_populate_recordset(NULL::conflicts, ${toJson([...first].map(([print, row]) => columns(row, print)))}::text::json)
        ON CONFLICT (fingerprint) DO UPDATE SET fingerprint = EXCLUDED.fingerprint
        RETURNING id, fingerprint`;
      const ids = new Map(noted.map((row) => [row.fingerprint, row.id]));
      return prints.map((print, n) => ids.get(print) ?? rows[n]?.id ?? '');
    },

    conflictsOf: async (linkIds, statuses) => {
      if (linkIds.length === 0 || statuses.length === 0) return [];
      return readPacked(
        db,
        Prisma.sql`SELECT * FROM conflicts
          WHERE link_id = ANY(${linkIds.map(toStored)}::text[]) AND status = ANY(${[...statuses]}::text[]) ORDER BY id`,
        conflictOf,
      );
    },

    listConflicts: async ({ all, pair, after, limit }) => {
      const terms = [all ? Prisma.sql`true` : Prisma.sql`status <> 'settled'`];
      if (pair !== undefined) terms.push(Prisma.sql`pair = ${toStored(pair)}`);
      if (after !== undefined) terms.push(Prisma.sql`id > ${toStored(after)}`);
      const rows = await db.$queryRaw<ConflictColumns[]>`
        SELECT * FROM conflicts WHERE ${Prisma.join(terms, ' AND ')} ORDER BY id LIMIT ${limit}`;
      return rows.map(toConflict);
    },

    conflictById: async (id) => {
      const [row] = await db.$queryRaw<ConflictColumns[]>`SELECT * FROM conflicts WHERE id = ${toStored(id)}`;
      return row === undefined ? null : toConflict(row);
    },

    // What is settled has been carried out: deciding it again would promise what nothing will do.
    decideConflict: async (id, decision) => {
      await db.$executeRaw`
        UPDATE conflicts SET status = 'decided', decision = ${toJson(decision)}::text::jsonb
        WHERE id = ${toStored(id)} AND status <> 'settled'`;
    },

    settleConflicts: async (ids, winner, at) => {
      if (ids.length === 0) return;
      await db.$executeRaw`
        UPDATE conflicts SET status = 'settled', winner = ${winner}, settled_at = ${at}::timestamptz
        WHERE id = ANY(${ids.map(toStored)}::text[])`;
    },
  };
}

function columns(row: ConflictRow, print: string): Record<string, unknown> {
  return {
    id: row.id,
    fingerprint: print,
    link_id: row.linkId,
    pair: row.pair,
    servicenow_id: row.ids.servicenow,
    salesforce_id: row.ids.salesforce,
    servicenow_number: row.numbers.servicenow,
    salesforce_number: row.numbers.salesforce,
    field: row.field,
    rule: row.rule,
    base: row.base,
    values: row.values,
    versions: row.versions,
    writers: row.writers,
    dates: row.dates,
    winner: row.winner,
    why: row.why,
    status: row.status,
    decision: row.decision,
    at: row.at,
    settled_at: row.settledAt,
    decided_by: row.decidedBy ?? null,
    decided_at: row.decidedAt ?? null,
  };
}
