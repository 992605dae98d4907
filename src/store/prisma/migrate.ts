import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { MigrationList } from '@prisma/schema-engine-wasm';
import type pg from 'pg';
import { withClient } from './client.ts';
import { DatabaseBehind, DatabaseNewer, MigrationFailed } from './errors.ts';
import { installQueue, isQueueInstalled } from './queue/install.ts';
import { withSchemaEngine } from './schema-engine.ts';

// The driver adapter cuts a script at every semicolon (`executeScript` of @prisma/adapter-pg): none in comments, no functions.
const folder = resolve(import.meta.dirname, '../../../prisma/migrations');

/** Any number, the same in every process: two that migrate at once take turns. */
const migrationLock = 7_265_193_001;

interface Known {
  readonly name: string;
  readonly script: string;
}

async function knownMigrations(): Promise<readonly Known[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
  return Promise.all(
    names.map(async (name) => ({ name, script: await readFile(join(folder, name, 'migration.sql'), 'utf8') })),
  );
}

async function listFor(known: readonly Known[]): Promise<MigrationList> {
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: await readFile(join(folder, 'migration_lock.toml'), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: known.map(({ name, script }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: script } },
    })),
  };
}

/** Names that the database has finished; [] on an empty one. */
async function finishedMigrations(client: pg.Client): Promise<readonly string[]> {
  const table = await client.query<{ found: boolean }>(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`);
  if (table.rows[0]?.found !== true) return [];
  const rows = await client.query<{ migration_name: string }>(
    'SELECT migration_name FROM _prisma_migrations WHERE rolled_back_at IS NULL AND finished_at IS NOT NULL ORDER BY migration_name',
  );
  return rows.rows.map((row) => row.migration_name);
}

/** What is still to be applied. Throws DatabaseNewer. */
async function missingIn(client: pg.Client, known: readonly Known[]): Promise<readonly string[]> {
  const finished = await finishedMigrations(client);
  const names = new Set(known.map(({ name }) => name));
  const newer = finished.findLast((name) => !names.has(name));
  if (newer !== undefined) throw new DatabaseNewer(newer);
  return [...names].filter((name) => !finished.includes(name));
}

async function apply(databaseUrl: string, known: readonly Known[]): Promise<readonly string[]> {
  const migrationsList = await listFor(known);
  try {
    const filters = { externalTables: [], externalEnums: [] };
    const { appliedMigrationNames } = await withSchemaEngine(databaseUrl, (engine) =>
      engine.applyMigrations({ migrationsList, filters }),
    );
    return appliedMigrationNames;
  } catch (cause) {
    throw new MigrationFailed(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/**
 * Brings the database up to this version: our tables and the queue's. Safe to run in several processes at once. Rejects with
 * DatabaseNewer, MigrationFailed or StoreUnavailable.
 */
export async function migrate(databaseUrl: string): Promise<{ readonly applied: readonly string[] }> {
  const known = await knownMigrations();
  return withClient(databaseUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const missing = await missingIn(client, known);
    const applied = missing.length === 0 ? [] : await apply(databaseUrl, known);
    if (missing.length > 0 || !(await isQueueInstalled(client))) await installQueue(databaseUrl);
    return { applied };
  });
}

/** Changes nothing. Rejects with DatabaseNewer, or with DatabaseBehind when migrations are missing. */
export async function checkMigrated(databaseUrl: string): Promise<void> {
  const known = await knownMigrations();
  const missing = await withClient(databaseUrl, (client) => missingIn(client, known));
  if (missing.length > 0) throw new DatabaseBehind(missing);
}
