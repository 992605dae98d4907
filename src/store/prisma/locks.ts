import type { Tx } from '../store.ts';
import type { Db } from './db.ts';
import { toStored } from './text.ts';

/** Advisory locks of the transaction, in the order of their hashes: two transactions never wait for each other. */
export function lockMethods(db: Db): Pick<Tx, 'lock'> {
  return {
    lock: async (names, how) => {
      if (names.length === 0) return;
      const wanted = names.map(toStored);
      if (how === 'alone')
        await db.$executeRaw`
          SELECT pg_advisory_xact_lock(hash)
          FROM (SELECT DISTINCT hashtextextended(name, 0) AS hash FROM unnest(${wanted}::text[]) name ORDER BY hash) l`;
      else
        await db.$executeRaw`
          SELECT pg_advisory_xact_lock_shared(hash)
          FROM (SELECT DISTINCT hashtextextended(name, 0) AS hash FROM unnest(${wanted}::text[]) name ORDER BY hash) l`;
    },
  };
}
