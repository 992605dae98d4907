import type { Tx } from '../store.ts';
import type { Db } from './db.ts';
import { type CursorColumns, toCursor } from './rows.ts';
import { toJson, toStored } from './text.ts';

type CursorMethods = Pick<Tx, 'firstStart' | 'cursor' | 'saveCursor'>;

export function cursorMethods(db: Db): CursorMethods {
  return {
    firstStart: async (pair, now) => {
      // The update changes nothing; it makes the row come back that was there first.
      const [row] = await db.$queryRaw<{ first_at: string }[]>`
        INSERT INTO pair_starts AS s (pair, first_at) VALUES (${toStored(pair)}, ${now})
        ON CONFLICT (pair) DO UPDATE SET first_at = s.first_at
        RETURNING first_at`;
      return row?.first_at ?? now;
    },

    cursor: async (pair, side) => {
      const [row] = await db.$queryRaw<CursorColumns[]>`
        SELECT * FROM cursors WHERE pair = ${toStored(pair)} AND side = ${side}`;
      return row === undefined ? null : toCursor(row);
    },

    // Of two replicas that walked the same page, the second finds another version than it read, and rolls its keys back.
    saveCursor: async (cursor) => {
      const row = {
        pair: cursor.pair,
        side: cursor.side,
        at_stamp: cursor.at.stamp,
        at_id: cursor.at.id,
        complete_at: cursor.completeAt,
        deep_at: cursor.deepAt,
        walk: cursor.walk,
        version: cursor.version,
      };
      const saved = await db.$executeRaw`
        INSERT INTO cursors AS c
        SELECT pair, side, at_stamp, at_id, complete_at, deep_at, walk, version
        FROM json_populate_record(NULL::cursors, ${toJson(row)}::text::json) r
        WHERE r.version = 1 OR EXISTS (SELECT 1 FROM cursors old WHERE old.pair = r.pair AND old.side = r.side)
        ON CONFLICT (pair, side) DO UPDATE SET
          at_stamp = EXCLUDED.at_stamp, at_id = EXCLUDED.at_id, complete_at = EXCLUDED.complete_at,
          deep_at = EXCLUDED.deep_at, walk = EXCLUDED.walk, version = EXCLUDED.version
        WHERE c.version = EXCLUDED.version - 1`;
      return saved === 1;
    },
  };
}
