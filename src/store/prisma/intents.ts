import type { Intent, Tx } from '../store.ts';
import type { Db } from './db.ts';
import { Prisma } from './generated/client.ts';
import { readPacked } from './packed.ts';
import { type IntentColumns, intentOf, toIntent } from './rows.ts';
import { toJson, toStored } from './text.ts';

type IntentMethods = Pick<Tx, 'intentsByOrigin' | 'openIntents' | 'saveIntents' | 'closeIntents'>;

/** Creates that were decided. One row per record of origin: a second one would be a second ticket. */
export function intentMethods(db: Db): IntentMethods {
  return {
    intentsByOrigin: async (pair, origin, originIds) => {
      if (originIds.length === 0) return [];
      return readPacked(
        db,
        Prisma.sql`SELECT * FROM intents
          WHERE pair = ${toStored(pair)} AND origin = ${origin} AND origin_id = ANY(${originIds.map(toStored)}::text[])`,
        intentOf,
      );
    },

    openIntents: async (limit) => {
      const rows = await db.$queryRaw<IntentColumns[]>`SELECT * FROM intents ORDER BY sent_at, id LIMIT ${limit}`;
      return rows.map(toIntent);
    },

    saveIntents: async (intents) => {
      if (intents.length === 0) return;
      await db.$executeRaw`
        INSERT INTO intents
        SELECT id, pair, origin, origin_id, drawn_id, sent_at, probes, probed_at
        FROM json_populate_recordset(NULL::intents, ${toJson(intents.map(columns))}::text::json)
        ON CONFLICT (id) DO UPDATE SET
          pair = EXCLUDED.pair, origin = EXCLUDED.origin, origin_id = EXCLUDED.origin_id, drawn_id = EXCLUDED.drawn_id,
          sent_at = EXCLUDED.sent_at, probes = EXCLUDED.probes, probed_at = EXCLUDED.probed_at`;
    },

    closeIntents: async (ids) => {
      if (ids.length === 0) return;
      await db.$executeRaw`DELETE FROM intents WHERE id = ANY(${ids.map(toStored)}::text[])`;
    },
  };
}

function columns(intent: Intent): Record<string, unknown> {
  return {
    id: intent.id,
    pair: intent.pair,
    origin: intent.origin,
    origin_id: intent.originId,
    drawn_id: intent.drawnId,
    sent_at: intent.sentAt,
    probes: intent.probes,
    probed_at: intent.probedAt,
  };
}
