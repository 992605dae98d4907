import pg from 'pg';
import type { Clock } from '../core/clock.ts';
import { findBinaries } from './embedded/binaries.ts';
import { type Cluster, clusterUser, ensureCluster, findCluster } from './embedded/cluster.ts';
import { EmbeddedFailed, embeddedFailed } from './embedded/failed.ts';
import { dataHome, ownFolder, runAs } from './embedded/place.ts';
import { findPostmaster, settledPostmaster, startPostmaster, stopPostmaster } from './embedded/postmaster.ts';

import { applicationName, HeardClient } from './prisma/client.ts';

export { EmbeddedFailed, type EmbeddedFailure } from './embedded/failed.ts';

export interface EmbeddedOptions {
  /** Where the data is kept; see `dataHome` for where it really lies when we are root. */
  readonly dataDir: string;
  readonly clock: Clock;
  /** Further server settings (`fsync: 'off'` for tests). */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  readonly url: string;
  /** True when a server that another process started was found running: a second terminal's, or one left by a killed daemon. */
  readonly adopted: boolean;
  /**
   * Stops the server, unless another process of ours still uses it: the last one turns off the light. Call it last of all.
   * `evenIfUsed` stops it all the same.
   */
  stop(options?: { readonly evenIfUsed?: boolean }): Promise<void>;
}

const database = 'casebridge';

function urlOf(cluster: Cluster, port: number, name: string): string {
  return `postgresql://${clusterUser}:${cluster.password}@127.0.0.1:${port}/${name}`;
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new HeardClient({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: applicationName(),
  });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function ensureDatabase(cluster: Cluster, port: number): Promise<void> {
  await withClient(urlOf(cluster, port, 'postgres'), async (client) => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount !== 0) return;
    await client.query(`CREATE DATABASE ${database}`).catch((error: unknown) => {
      // 42P04, 23505: another process made it at the same moment.
      if (!(error instanceof pg.DatabaseError) || (error.code !== '42P04' && error.code !== '23505')) throw error;
    });
  });
}

/** True if a process of ours other than this one is connected. */
async function usedByOthers(cluster: Cluster, port: number): Promise<boolean> {
  return withClient(urlOf(cluster, port, 'postgres'), async (client) => {
    const others = await client.query(
      `SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'casebridge %' AND application_name <> $1 LIMIT 1`,
      [applicationName()],
    );
    return others.rowCount !== 0;
  });
}

async function handle(home: Place, cluster: Cluster, port: number, adopted: boolean): Promise<EmbeddedPostgres> {
  await ensureDatabase(cluster, port);
  return {
    url: urlOf(cluster, port, database),
    adopted,
    stop: async ({ evenIfUsed = false } = {}) => {
      if ((await findPostmaster(cluster)) === null) return;
      if (!evenIfUsed && (await usedByOthers(cluster, port))) return;
      await stopPostmaster(cluster, await findBinaries(home.user), home.clock);
    },
  };
}

interface Place {
  readonly path: string;
  readonly user: Awaited<ReturnType<typeof runAs>>;
  readonly clock: Clock;
}

async function placeOf(dataDir: string, clock: Clock): Promise<Place> {
  const user = await runAs();
  return { path: await dataHome(dataDir, user), user, clock };
}

/**
 * Starts the Postgres kept in `dataDir`, making it on the first run, or adopts the one that runs there already. About a second.
 * Rejects with EmbeddedFailed.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { clock, settings = {} } = options;
  try {
    const place = await placeOf(options.dataDir, clock);
    await ownFolder(place.path, place.user);
    const binaries = await findBinaries(place.user);
    const cluster = await ensureCluster(place.path, binaries, place.user);
    let last: EmbeddedFailed | null = null;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const running = await settledPostmaster(cluster, clock);
      if (running !== null) return await handle(place, cluster, running.port, true);
      try {
        const started = await startPostmaster(place.path, cluster, binaries, place.user, settings, clock);
        if (started !== null) return await handle(place, cluster, started.port, false);
      } catch (error) {
        // The port was free a moment ago: draw another.
        if (!(error instanceof EmbeddedFailed) || error.reason !== 'port') throw error;
        last = error;
      }
    }
    throw last ?? new EmbeddedFailed('exited', 'a server comes and goes on the same data folder');
  } catch (error) {
    throw embeddedFailed(error, 'exited');
  }
}

/** The Postgres that runs on `dataDir` now, for a command in a second terminal; null if none does. */
export async function findEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres | null> {
  try {
    const place = await placeOf(options.dataDir, options.clock);
    const cluster = await findCluster(place.path);
    const running = cluster === null ? null : await settledPostmaster(cluster, options.clock);
    return cluster === null || running === null ? null : await handle(place, cluster, running.port, true);
  } catch (error) {
    throw embeddedFailed(error, 'exited');
  }
}
