import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Secret } from '../../config/secret.ts';
import type { Clock, Ids } from '../../core/clock.ts';
import type { AdminRecords, Store, Tx } from '../store.ts';
import { createAdminRecords } from './admin.ts';
import { asideMethods } from './aside.ts';
import { childMethods } from './children.ts';
import { applicationName, HeardClient } from './client.ts';
import { conflictMethods } from './conflicts.ts';
import { createVault } from './credentials.ts';
import { cursorMethods } from './cursors.ts';
import type { Db } from './db.ts';
import { PrismaClient } from './generated/client.ts';
import { forgettingMethods } from './forgetting.ts';
import { historyMethods } from './history.ts';
import { intentMethods } from './intents.ts';
import { createLeases } from './leases.ts';
import { createPgLimits } from './limits.ts';
import { linkCountMethods } from './link-counts.ts';
import { linkMethods } from './links.ts';
import { lockMethods } from './locks.ts';
import { matchingMethods } from './matching.ts';
import { unmatchedMethods } from './unmatched.ts';
import { checkMigrated, migrate } from './migrate.ts';
import { overviewMethods } from './overview.ts';
import { pendingMethods } from './pending.ts';
import { quarantineMethods } from './quarantine.ts';
import { queueMethods } from './queue/jobs.ts';
import { type BossQueue, createBossQueue } from './queue/queue.ts';
import { runMethods } from './runs.ts';
import { isUnavailable } from './unavailable.ts';
import { watch } from './watch.ts';

export interface PrismaStoreOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly secretKey: Secret | null;
  readonly secretKeyPrevious: Secret | null;
  /** `auto` brings the database up to date first; `never` only checks. */
  readonly migrate: 'auto' | 'never';
  /** Another role for migrations; `url` where left out. */
  readonly migrateUrl?: string | null;
  /** Most connections for transactions; the queue has five of its own. Default 10. */
  readonly maxConnections?: number;
  /** Draws ids for rows that the store makes itself. */
  readonly ids?: Ids;
  /** The database went away: told once, by whoever notices first. */
  readonly onLost?: (error: Error) => void;
  /** The first thing that succeeded after that. */
  readonly onBack?: () => void;
  /** What else fails in the background: a supervision pass of the queue, a handler that threw. */
  readonly onError?: (error: Error) => void;
}

export interface PrismaStore extends Store {
  readonly admin: AdminRecords;
  /** Runs in a transaction of the Prisma client, for tables that `Tx` does not cover. */
  raw<T>(work: (db: Db) => Promise<T>): Promise<T>;
}

/** Longest wait for a free connection, and longest transaction. They hold database work only, never a call over the network. */
const transactionLimits = { maxWait: 10_000, timeout: 60_000 } as const;

function createPool(options: PrismaStoreOptions, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    Client: HeardClient,
    application_name: applicationName(),
    connectionTimeoutMillis: 10_000,
    // A server that vanished without a word (half-open connection) is noticed within half a minute.
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    statement_timeout: 30_000,
    query_timeout: 35_000,
    idle_in_transaction_session_timeout: 30_000,
  });
  // Prisma listens too, but only from its first statement on.
  pool.on('error', onError);
  return pool;
}

function txMethods(db: Db, queue: BossQueue): Tx {
  return {
    ...linkMethods(db),
    ...linkCountMethods(db),
    ...lockMethods(db),
    ...cursorMethods(db),
    ...intentMethods(db),
    ...pendingMethods(db),
    ...conflictMethods(db),
    ...matchingMethods(db),
    ...unmatchedMethods(db),
    ...childMethods(db),
    ...historyMethods(db),
    ...quarantineMethods(db),
    ...asideMethods(db),
    ...forgettingMethods(db),
    ...runMethods(db),
    ...overviewMethods(db),
    ...queueMethods(db, queue.boss),
  };
}

/**
 * Runs `work` in a transaction. A connection that died in the pool shows itself only when it is used: as long as `work` has not
 * begun, nothing has happened and another one is tried.
 */
async function transact<T>(prisma: PrismaClient, work: (db: Db) => Promise<T>): Promise<T> {
  for (let spare = 3; ; spare -= 1) {
    let begun = false;
    try {
      return await prisma.$transaction((db) => {
        begun = true;
        return work(db);
      });
    } catch (error) {
      if (begun || spare === 0 || !isUnavailable(error)) throw error;
    }
  }
}

/**
 * Opens the store on Postgres. Rejects with StoreUnavailable, DatabaseNewer, DatabaseBehind, MigrationFailed or SecretKeyInvalid.
 * After a restart of the database the next transaction connects again by itself.
 */
export async function openStore(options: PrismaStoreOptions): Promise<PrismaStore> {
  const { url, clock, secretKey, secretKeyPrevious } = options;
  const { answering, onError } = watch(options);
  await answering(async () => {
    if (options.migrate === 'auto') await migrate(options.migrateUrl ?? url);
    else await checkMigrated(url);
  });

  const pool = createPool(options, onError);
  const adapter = new PrismaPg(pool, { onConnectionError: onError });
  const prisma = new PrismaClient({ adapter, transactionOptions: transactionLimits, errorFormat: 'minimal' });
  const raw = <T>(work: (db: Db) => Promise<T>): Promise<T> => answering(() => transact(prisma, work));
  const queue = createBossQueue({ url, clock, transaction: raw, onError });
  const limits = createPgLimits({ url, answering });
  const tokens = createVault({ transaction: raw, pool, answering, clock, secretKey, secretKeyPrevious });

  return {
    transaction: (work) => raw((db) => work(txMethods(db, queue))),
    raw,
    queue,
    tokens,
    admin: createAdminRecords(raw),
    leases: createLeases(raw),
    limits,
    hasTitleIndex: () =>
      answering(async () => {
        const { rows } = await pool.query<{ there: boolean }>(
          `SELECT to_regclass('links_title_idx') IS NOT NULL AS there`,
        );
        return rows[0]?.there === true;
      }),
    ping: () =>
      answering(async () => {
        await pool.query('SELECT 1');
      }),
    close: async () => {
      if (pool.ending) return;
      await limits.close();
      await queue.close();
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
