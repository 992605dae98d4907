import { type ConflictFilter, type Counts, mostCounted, type OverviewTx } from '../overview.ts';
import type { Db } from './db.ts';
import { Prisma } from './generated/client.ts';
import { searchPage } from './link-search.ts';
import { type ConflictColumns, type HistoryColumns, toConflict, toHistory, toLink } from './rows.ts';
import { fromStored, toJson, toStored } from './text.ts';

/** What people ask of the store: pages, figures, and decisions about many rows in one statement. */
export function overviewMethods(db: Db): Omit<OverviewTx, 'countLinksOf'> {
  return {
    searchLinks: async (search) => (await searchPage(db, search)).map(toLink),

    counts: async () => {
      const [row] = await db.$queryRaw<Record<keyof Counts, bigint>[]>`
        SELECT (SELECT count(*) FROM conflicts WHERE status = 'open') AS "openConflicts",
               (SELECT count(*) FROM conflicts WHERE status = 'decided') AS "decidedConflicts",
               (SELECT count(*) FROM quarantine) AS quarantined,
               (SELECT count(*) FROM intents) AS "inDoubt",
               (SELECT count(*) FROM proposals WHERE status = 'open') AS "openProposals",
               (SELECT count(*) FROM unmatched) AS unmatched`;
      return {
        openConflicts: Number(row?.openConflicts ?? 0),
        decidedConflicts: Number(row?.decidedConflicts ?? 0),
        quarantined: Number(row?.quarantined ?? 0),
        inDoubt: Number(row?.inDoubt ?? 0),
        openProposals: Number(row?.openProposals ?? 0),
        unmatched: Number(row?.unmatched ?? 0),
      };
    },

    conflictPage: async ({ after, limit, ...filter }) => {
      const terms = conflictTerms(filter);
      if (after !== undefined) terms.push(Prisma.sql`id > ${toStored(after)}`);
      const rows = await db.$queryRaw<ConflictColumns[]>`
        SELECT * FROM conflicts WHERE ${Prisma.join(terms, ' AND ')} ORDER BY id LIMIT ${limit}`;
      return rows.map(toConflict);
    },

    countConflicts: async (filter) => {
      const rows = await db.$queryRaw<{ field: string; count: bigint }[]>`
        SELECT field, count(*) AS count FROM conflicts WHERE ${Prisma.join(conflictTerms(filter), ' AND ')}
        GROUP BY field ORDER BY field`;
      return Object.fromEntries(rows.map(({ field, count }) => [fromStored(field), Number(count)]));
    },

    conflictsById: async (ids) => {
      if (ids.length === 0) return [];
      const rows = await db.$queryRaw<ConflictColumns[]>`
        SELECT c.* FROM unnest(${ids.map(toStored)}::text[]) WITH ORDINALITY AS wanted(id, n)
        JOIN conflicts c ON c.id = wanted.id ORDER BY n`;
      return rows.map(toConflict);
    },

    decideOpen: async (ids, decision, { actor, at }) => {
      if (ids.length === 0) return [];
      const rows = await db.$queryRaw<{ id: string }[]>`
        UPDATE conflicts SET status = 'decided', decision = ${toJson(decision)}::text::jsonb,
          decided_by = ${toStored(actor)}, decided_at = ${at}::timestamptz
        WHERE id = ANY(${ids.map(toStored)}::text[]) AND status = 'open'
        RETURNING id`;
      return rows.map((row) => fromStored(row.id));
    },

    historyPage: async (linkId, { field, after, limit }) => {
      const terms = [Prisma.sql`link_id = ${toStored(linkId)}`];
      if (field !== undefined) terms.push(Prisma.sql`field = ${toStored(field)}`);
      if (after !== undefined && /^\d{1,18}$/.test(after)) terms.push(Prisma.sql`id < ${BigInt(after)}`);
      const rows = await db.$queryRaw<(HistoryColumns & { id: bigint })[]>`
        SELECT * FROM history WHERE ${Prisma.join(terms, ' AND ')} ORDER BY id DESC LIMIT ${limit}`;
      return rows.map((row) => ({ ...toHistory(row), id: String(row.id) }));
    },

    runHistory: async (runId, { after, limit }) => {
      const from = after !== undefined && /^\d{1,18}$/.test(after) ? BigInt(after) : 0n;
      const rows = await db.$queryRaw<(HistoryColumns & { id: bigint })[]>`
        SELECT * FROM history WHERE run_id = ${toStored(runId)} AND id > ${from} ORDER BY id LIMIT ${limit}`;
      return rows.map((row) => ({ ...toHistory(row), id: String(row.id) }));
    },

    // From run to run along the index: a history of millions of rows has few runs. Bounds instead of `=`, or the planner walks the
    // primary key, past all rows of all other runs.
    runsThatWrote: async (limit) => {
      const rows = await db.$queryRaw<
        { runId: string; firstAt: Date; lastAt: Date; values: bigint; tickets: bigint }[]
      >`
        WITH RECURSIVE run(id, n) AS (
          (SELECT run_id, 1 FROM history ORDER BY run_id DESC LIMIT 1)
          UNION ALL
          SELECT (SELECT run_id FROM history h WHERE h.run_id < run.id ORDER BY run_id DESC LIMIT 1), n + 1
          FROM run WHERE run.id IS NOT NULL AND n < ${limit}
        )
        SELECT run.id AS "runId", first.at AS "firstAt", last.at AS "lastAt", counted.values, counted.tickets
        FROM (SELECT id FROM run WHERE id IS NOT NULL) AS run
        CROSS JOIN LATERAL (SELECT at FROM history WHERE run_id >= run.id ORDER BY run_id, id LIMIT 1) AS first
        CROSS JOIN LATERAL (SELECT at FROM history WHERE run_id <= run.id ORDER BY run_id DESC, id DESC LIMIT 1) AS last
        CROSS JOIN LATERAL (
          SELECT count(*) AS values, count(DISTINCT link_id) AS tickets
          FROM (
            SELECT link_id FROM history WHERE run_id >= run.id AND run_id <= run.id
            ORDER BY run_id, id LIMIT ${mostCounted + 1}
          ) AS written
        ) AS counted
        ORDER BY run.id DESC LIMIT ${limit}`;
      return rows.map((row) => ({
        runId: fromStored(row.runId),
        firstAt: row.firstAt.toISOString(),
        lastAt: row.lastAt.toISOString(),
        values: Math.min(Number(row.values), mostCounted),
        tickets: Number(row.tickets),
        more: Number(row.values) > mostCounted,
      }));
    },
  };
}

function conflictTerms({ status, pair, field, linkId }: ConflictFilter): Prisma.Sql[] {
  const terms = [Prisma.sql`true`];
  if (status !== undefined) terms.push(Prisma.sql`status = ${status}`);
  if (pair !== undefined) terms.push(Prisma.sql`pair = ${toStored(pair)}`);
  if (field !== undefined) terms.push(Prisma.sql`field = ${toStored(field)}`);
  if (linkId !== undefined) terms.push(Prisma.sql`link_id = ${toStored(linkId)}`);
  return terms;
}
