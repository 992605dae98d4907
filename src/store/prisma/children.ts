import type { ChildKind, ChildRow, ChildState, Channel } from '../../core/children.ts';
import type { Side } from '../../core/side.ts';
import type { ChildCount, Tx } from '../store.ts';
import type { Db } from './db.ts';
import { Prisma } from './generated/client.ts';
import { readPacked, type Reading } from './packed.ts';
import { orNull } from './rows.ts';
import { fromStored, toJson, toStored } from './text.ts';

type ChildMethods = Pick<
  Tx,
  | 'childrenOf'
  | 'childrenById'
  | 'saveChildren'
  | 'linksWithChildrenPlannedBefore'
  | 'countChildren'
  | 'swapChild'
  | 'linksWithFilesDue'
>;

interface ChildColumns {
  readonly id: string;
  readonly link_id: string;
  readonly kind: ChildKind;
  readonly side: Side;
  readonly source_id: string;
  readonly counterpart_id: string | null;
  readonly channel: Channel;
  readonly hash: string;
  readonly state: ChildState;
  readonly detail: unknown;
  readonly created_at: string;
  readonly updated_at: string;
}

/** The ledger of comments and files. */
export function childMethods(db: Db): ChildMethods {
  return {
    childrenOf: async (linkIds) => {
      if (linkIds.length === 0) return [];
      return readPacked(
        db,
        Prisma.sql`SELECT c.* FROM unnest(${linkIds.map(toStored)}::text[]) WITH ORDINALITY AS wanted(id, n)
          JOIN children c ON c.link_id = wanted.id ORDER BY n, c.created_at, c.id`,
        childOf,
      );
    },

    childrenById: async (kind, side, ids) => {
      if (ids.length === 0) return [];
      const wanted = ids.map(toStored);
      return readPacked(
        db,
        Prisma.sql`SELECT * FROM children WHERE kind = ${kind} AND side = ${side} AND source_id = ANY(${wanted}::text[])
          UNION ALL
          SELECT * FROM children WHERE kind = ${kind} AND side <> ${side} AND counterpart_id = ANY(${wanted}::text[])`,
        childOf,
      );
    },

    saveChildren: async (rows) => {
      if (rows.length === 0) return;
      // Of two rows about one source the later one counts; one statement cannot touch a row twice.
      const last = new Map(rows.map((row) => [`${row.linkId} ${row.kind} ${row.side} ${row.sourceId}`, row]));
      await db.$executeRaw`
        INSERT INTO children
          (id, link_id, kind, side, source_id, counterpart_id, channel, hash, state, detail, created_at, updated_at)
        SELECT id, link_id, kind, side, source_id, counterpart_id, channel, hash, state, detail, created_at, updated_at
        FROM json_populate_recordset(NULL::children, ${toJson([...last.values()].map(columns))}::text::json)
        ON CONFLICT (link_id, kind, side, source_id) DO UPDATE SET
          counterpart_id = EXCLUDED.counterpart_id, channel = EXCLUDED.channel, hash = EXCLUDED.hash,
          state = EXCLUDED.state, detail = EXCLUDED.detail, updated_at = EXCLUDED.updated_at`;
    },

    linksWithChildrenPlannedBefore: async (kind, at, limit) => {
      const rows = await db.$queryRaw<{ link_id: string }[]>`
        SELECT c.link_id FROM children c JOIN links l ON l.id = c.link_id
        WHERE c.state = 'planned' AND c.updated_at < ${at}::timestamptz AND c.kind = ${kind} AND l.status <> 'detached'
        GROUP BY c.link_id ORDER BY min(c.updated_at), c.link_id LIMIT ${limit}`;
      return rows.map((row) => fromStored(row.link_id));
    },

    swapChild: async (row, seen) => {
      const changed = await db.$executeRaw`
        UPDATE children SET
          counterpart_id = n.counterpart_id, channel = n.channel, hash = n.hash, state = n.state, detail = n.detail,
          updated_at = n.updated_at
        FROM json_populate_recordset(NULL::children, ${toJson([columns(row)])}::text::json) n
        WHERE children.id = n.id AND children.updated_at = ${seen}::timestamptz`;
      return changed > 0;
    },

    linksWithFilesDue: async (at, now, limit) => {
      const rows = await db.$queryRaw<{ link_id: string }[]>`
        SELECT c.link_id FROM children c JOIN links l ON l.id = c.link_id
        WHERE c.state IN ('planned', 'sent') AND c.kind = 'file' AND l.status <> 'detached'
          AND CASE WHEN c.detail->>'nextAt' IS NULL THEN c.updated_at < ${at}::timestamptz ELSE c.detail->>'nextAt' <= ${now} END
        GROUP BY c.link_id ORDER BY min(c.updated_at), c.link_id LIMIT ${limit}`;
      return rows.map((row) => fromStored(row.link_id));
    },

    countChildren: async () => {
      const rows = await db.$queryRaw<(Omit<ChildCount, 'count'> & { count: bigint })[]>`
        SELECT kind, state, channel, sum(step)::bigint AS count FROM child_counts
        GROUP BY kind, state, channel HAVING sum(step) <> 0 ORDER BY kind, state, channel`;
      return rows.map((row) => ({ ...row, count: Number(row.count) }));
    },
  };
}

function childOf({ text, json, time }: Reading): (row: ChildColumns) => ChildRow {
  return (row) => ({
    id: text(row.id),
    linkId: text(row.link_id),
    kind: row.kind,
    side: row.side,
    sourceId: text(row.source_id),
    counterpartId: orNull(row.counterpart_id, text),
    channel: row.channel,
    hash: row.hash,
    state: row.state,
    detail: json(row.detail) as ChildRow['detail'],
    createdAt: time(row.created_at),
    updatedAt: time(row.updated_at),
  });
}

function columns(row: ChildRow): Record<string, unknown> {
  return {
    id: row.id,
    link_id: row.linkId,
    kind: row.kind,
    side: row.side,
    source_id: row.sourceId,
    counterpart_id: row.counterpartId,
    channel: row.channel,
    hash: row.hash,
    state: row.state,
    detail: row.detail,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  };
}
