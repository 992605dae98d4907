import type { Leases, LeaseState } from '../leases.ts';
import type { Db } from './db.ts';
import { fromJson, storableJson } from './text.ts';

const long = new Date(0);

/** Leases in the database: whoever changes the row has it. */
export function createLeases(transaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>): Leases {
  return {
    take: (name, holder, { now, until }) =>
      transaction(async (db) => {
        await db.lease.createMany({ data: { name, holder: '', until: long, state: {} }, skipDuplicates: true });
        const free = { OR: [{ holder }, { until: { lte: now } }] };
        const { count } = await db.lease.updateMany({ where: { name, ...free }, data: { holder, until } });
        if (count === 0) return null;
        const row = await db.lease.findUniqueOrThrow({ where: { name } });
        return fromJson(row.state) as LeaseState;
      }),
    save: async (name, holder, state) => {
      const data = { state: storableJson(state) };
      return (await transaction((db) => db.lease.updateMany({ where: { name, holder }, data }))).count === 1;
    },
    look: async (name) => {
      const row = await transaction((db) => db.lease.findUnique({ where: { name } }));
      return row === null ? null : (fromJson(row.state) as LeaseState);
    },
    release: async (name, holder) => {
      await transaction((db) => db.lease.updateMany({ where: { name, holder }, data: { until: long } }));
    },
  };
}
