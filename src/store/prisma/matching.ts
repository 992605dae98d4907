import type { Candidate } from '../../core/match/rules.ts';
import { sides } from '../../core/side.ts';
import type { MatchingTx, ProposalRow, ProposalStatus } from '../matching.ts';
import { idColumn } from './columns.ts';
import type { Db } from './db.ts';
import { Prisma } from './generated/client.ts';
import { type LinkColumns, optional, toLink } from './rows.ts';
import { fromJson, fromStored, toJson, toStored } from './text.ts';

/** Proposals, and links found by their records alone: one statement each, whatever the number of rows. */
export function matchingMethods(db: Db): MatchingTx {
  return {
    proposalsOf: async (pair, side, ids) => {
      if (ids.length === 0) return [];
      const rows = await db.$queryRaw<ProposalColumns[]>`
        SELECT * FROM proposals
        WHERE pair = ${toStored(pair)} AND ${idColumn(side)} = ANY(${ids.map(toStored)}::text[]) ORDER BY id`;
      return rows.map(toProposal);
    },

    saveProposals: async (rows) => {
      if (rows.length === 0) return;
      // The first of several rows of two records; one statement cannot touch a row twice.
      const first = new Map(
        rows.toReversed().map((row) => [`${row.pair} ${row.ids.servicenow} ${row.ids.salesforce}`, row]),
      );
      await db.$executeRaw`
        INSERT INTO proposals
          (id, pair, servicenow_id, salesforce_id, servicenow_number, salesforce_number, why, status, at, decided_at)
        SELECT id, pair, servicenow_id, salesforce_id, servicenow_number, salesforce_number, why, status, at, decided_at
        FROM json_populate_recordset(NULL::proposals, ${toJson([...first.values()].map(columns))}::text::json)
        ON CONFLICT (pair, servicenow_id, salesforce_id) DO UPDATE SET
          why = EXCLUDED.why, servicenow_number = EXCLUDED.servicenow_number,
          salesforce_number = EXCLUDED.salesforce_number
        WHERE proposals.status = 'open'`;
    },

    listProposals: async ({ status, pair, after, limit }) => {
      const terms = [
        Prisma.sql`TRUE`,
        ...(status === undefined ? [] : [Prisma.sql`status = ${status}`]),
        ...(pair === undefined ? [] : [Prisma.sql`pair = ${toStored(pair)}`]),
        ...(after === undefined ? [] : [Prisma.sql`id > ${toStored(after)}`]),
      ];
      const rows = await db.$queryRaw<ProposalColumns[]>`
        SELECT * FROM proposals WHERE ${Prisma.join(terms, ' AND ')} ORDER BY id LIMIT ${limit}`;
      return rows.map(toProposal);
    },

    proposalById: async (id) => {
      const [row] = await db.$queryRaw<ProposalColumns[]>`SELECT * FROM proposals WHERE id = ${toStored(id)}`;
      return row === undefined ? null : toProposal(row);
    },

    decideProposal: async (id, status, at) => {
      const decided = await db.$executeRaw`
        UPDATE proposals SET status = ${status}, decided_at = ${at}::timestamptz
        WHERE id = ${toStored(id)} AND status = 'open'`;
      return decided === 1;
    },

    dropProposals: async (pair, side, ids) => {
      if (ids.length === 0) return [];
      const rows = await db.$queryRaw<ProposalColumns[]>`
        WITH dropped AS (
          DELETE FROM proposals WHERE status = 'open' AND pair = ${toStored(pair)}
            AND ${idColumn(side)} = ANY(${ids.map(toStored)}::text[])
          RETURNING *)
        SELECT * FROM dropped ORDER BY id`;
      return rows.map(toProposal);
    },

    linksAnywhere: async (side, ids) => {
      if (ids.length === 0) return [];
      const rows = await db.$queryRaw<LinkColumns[]>`
        SELECT * FROM links WHERE ${idColumn(side)} = ANY(${ids.map(toStored)}::text[]) ORDER BY id`;
      return rows.map(toLink);
    },

    linksToRejoin: async (links) => {
      if (links.length === 0) return [];
      // Held until the end of the transaction: what another worker writes about families is either seen, or sees ours.
      await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('casebridge families', 0))`;
      const wanted = links.flatMap((link) =>
        sides.flatMap((side) => waits.map((kind) => [{ reason: { kind, side, value: link.ids[side] } }])),
      );
      const parents = links.flatMap((link) =>
        link.holds.flatMap(({ reason }) =>
          reason.kind === 'parent-not-linked' ? [{ link: link.id, side: reason.side, id: reason.value }] : [],
        ),
      );
      const rows = await db.$queryRaw<{ id: string }[]>`
        SELECT l.id FROM jsonb_array_elements(${toJson(wanted)}::jsonb) AS held
        JOIN links l ON l.holds @> held WHERE l.status <> 'detached'
        UNION
        SELECT p.link FROM json_to_recordset(${toJson(parents)}::text::json) AS p(link text, side text, id text)
        WHERE EXISTS (SELECT FROM links l WHERE l.servicenow_id = p.id AND p.side = 'servicenow' AND l.status <> 'detached')
           OR EXISTS (SELECT FROM links l WHERE l.salesforce_id = p.id AND p.side = 'salesforce' AND l.status <> 'detached')`;
      return rows.map((row) => fromStored(row.id));
    },
  };
}

/** Holds that end with what becomes of another ticket, which they name. */
const waits = ['parent-not-linked', 'parent-circle'] as const;

interface ProposalColumns {
  readonly id: string;
  readonly pair: string;
  readonly servicenow_id: string;
  readonly salesforce_id: string;
  readonly servicenow_number: string | null;
  readonly salesforce_number: string | null;
  readonly why: unknown;
  readonly status: ProposalStatus;
  readonly at: Date;
  readonly decided_at: Date | null;
}

function toProposal(row: ProposalColumns): ProposalRow {
  return {
    id: fromStored(row.id),
    pair: fromStored(row.pair),
    ids: { servicenow: fromStored(row.servicenow_id), salesforce: fromStored(row.salesforce_id) },
    numbers: { servicenow: optional(row.servicenow_number), salesforce: optional(row.salesforce_number) },
    why: fromJson(row.why) as Candidate['why'],
    status: row.status,
    at: row.at.toISOString(),
    decidedAt: row.decided_at?.toISOString() ?? null,
  };
}

function columns(row: ProposalRow): Record<string, unknown> {
  return {
    id: row.id,
    pair: row.pair,
    servicenow_id: row.ids.servicenow,
    salesforce_id: row.ids.salesforce,
    servicenow_number: row.numbers.servicenow,
    salesforce_number: row.numbers.salesforce,
    why: row.why,
    status: row.status,
    at: row.at,
    decided_at: row.decidedAt,
  };
}
