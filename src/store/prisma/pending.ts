import type { PendingWrite } from '../../core/plan.ts';
import type { Tx } from '../store.ts';
import type { Db } from './db.ts';
import { Prisma } from './generated/client.ts';
import { readPacked } from './packed.ts';
import { pendingOf } from './rows.ts';
import { toJson, toStored } from './text.ts';

type PendingMethods = Pick<Tx, 'pendingOf' | 'linksWithPendingBefore' | 'savePending' | 'clearPending'>;

export function pendingMethods(db: Db): PendingMethods {
  return {
    pendingOf: async (linkIds) => {
      if (linkIds.length === 0) return [];
      return readPacked(
        db,
        Prisma.sql`SELECT p.* FROM unnest(${linkIds.map(toStored)}::text[]) WITH ORDINALITY AS wanted(id, n)
          JOIN pending_writes p ON p.link_id = wanted.id ORDER BY n, p.sent_at, p.side, p.field`,
        pendingOf,
      );
    },

    linksWithPendingBefore: async (at, limit) => {
      const rows = await db.$queryRaw<{ link_id: string }[]>`
        SELECT link_id FROM pending_writes WHERE sent_at < ${at}::timestamptz
        GROUP BY link_id ORDER BY min(sent_at), link_id LIMIT ${limit}`;
      return rows.map((row) => row.link_id);
    },

    savePending: async (writes) => {
      if (writes.length === 0) return;
      // Of two writes to one field the later one counts; one statement cannot touch a row twice.
      const last = new Map(writes.map((write) => [`${write.linkId} ${write.side} ${write.field}`, write]));
      await db.$executeRaw`
        INSERT INTO pending_writes (link_id, side, field, value, value_before, sent_at, run_id)
        SELECT link_id, side, field, COALESCE(value, 'null'), COALESCE(value_before, 'null'), sent_at, run_id
        FROM json_populate_recordset(NULL::pending_writes, ${toJson([...last.values()].map(columns))}::text::json)
        ON CONFLICT (link_id, side, field) DO UPDATE SET
          value = EXCLUDED.value, value_before = EXCLUDED.value_before, sent_at = EXCLUDED.sent_at,
          run_id = EXCLUDED.run_id`;
    },

    clearPending: async (linkIds) => {
      if (linkIds.length === 0) return;
      await db.$executeRaw`DELETE FROM pending_writes WHERE link_id = ANY(${linkIds.map(toStored)}::text[])`;
    },
  };
}

function columns(write: PendingWrite): Record<string, unknown> {
  return {
    link_id: write.linkId,
    side: write.side,
    field: write.field,
    value: write.value,
    value_before: write.before,
    sent_at: write.sentAt,
    run_id: write.runId ?? null,
  };
}
