import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DatabaseBehind, DatabaseNewer, MigrationFailed } from '../../src/store/prisma/errors.ts';
import { checkMigrated, migrate } from '../../src/store/prisma/migrate.ts';
import { withSchemaEngine } from '../../src/store/prisma/schema-engine.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { link } from '../support/builders.ts';
import { newDatabase, storeOn, type TestDatabase } from '../support/database.ts';

const schemaFile = join(import.meta.dirname, '../../prisma/schema.prisma');

/** Columns and indexes of our tables, as Postgres knows them. */
async function shape(database: TestDatabase): Promise<unknown> {
  return [
    await database.query(
      `SELECT c.table_name, c.column_name, c.data_type, c.is_nullable, c.column_default, c.datetime_precision
       FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
       WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND t.table_name NOT LIKE '\\_%' ORDER BY 1, 2`,
    ),
    await database.query(
      `SELECT indexname, indexdef FROM pg_indexes
       WHERE schemaname = 'public' AND tablename NOT LIKE '\\_%' AND indexname <> ALL($1) ORDER BY 1`,
      [beyondTheSchemaFile],
    ),
  ];
}

/** Over a part of the rows, or by an extension: the schema file has no words for these. */
const beyondTheSchemaFile = ['links_ended_idx', 'links_living_life_idx', 'links_title_idx', 'conflicts_unsettled_idx'];

describe('migrations', () => {
  let database: TestDatabase | null = null;
  const empty = async (): Promise<TestDatabase> => (database = await newDatabase({ migrated: false }));
  const ready = async (): Promise<TestDatabase> => (database = await newDatabase());
  const tables = async (on: TestDatabase): Promise<readonly unknown[]> =>
    (await on.query(`SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'pgboss')`)).map(
      (row) => `${String(row['schemaname'])}.${String(row['tablename'])}`,
    );

  afterEach(async () => {
    await database?.drop();
    database = null;
  });

  it('make an empty database ready, once', async () => {
    const { url } = await empty();
    const { applied } = await migrate(url);
    expect(applied.length).toBeGreaterThan(0);
    expect(await migrate(url)).toEqual({ applied: [] });
    await expect(checkMigrated(url)).resolves.toBeUndefined();
  });

  it('leave the queue as it is where it is as it should be, and mend it where not', async () => {
    const { url, query } = await ready();
    const set = (): Promise<unknown> =>
      query(`SELECT xmin::text, heartbeat_seconds FROM pgboss.queue WHERE name = 'reconcile'`);
    await migrate(url);
    const before = await set();
    await migrate(url);
    expect(await set()).toEqual(before);
    await query(`UPDATE pgboss.queue SET heartbeat_seconds = 77`);
    await migrate(url);
    expect(await set()).toMatchObject([{ heartbeat_seconds: 10 }]);
    await query(`DELETE FROM pgboss.queue WHERE name = 'reconcile'`);
    await migrate(url);
    expect(await set()).toMatchObject([{ heartbeat_seconds: 10 }]);
    await query(`DROP SCHEMA pgboss CASCADE`);
    await migrate(url);
    expect(await set()).toMatchObject([{ heartbeat_seconds: 10 }]);
  });

  it("are noted where Prisma's own command line looks for them", async () => {
    const made = await empty();
    const { applied } = await migrate(made.url);
    const noted = await made.query('SELECT migration_name, finished_at IS NOT NULL AS done FROM _prisma_migrations');
    expect(noted).toEqual(applied.map((name) => ({ migration_name: name, done: true })));
  });

  it('come to what the schema file says', async () => {
    const migrated = await ready();
    const plain = await newDatabase({ migrated: false });
    const files = [{ path: schemaFile, content: await readFile(schemaFile, 'utf8') }];
    const made = await withSchemaEngine(plain.url, (engine) =>
      engine.diff({
        from: { tag: 'empty' },
        to: { tag: 'schemaDatamodel', files },
        script: true,
        exitCode: null,
        filters: { externalTables: [], externalEnums: [] },
      }),
    );
    await plain.query(made.stdout ?? '');
    expect(await shape(migrated)).toEqual(await shape(plain));
    await plain.drop();
  });

  it('are run once by processes that start at the same moment', async () => {
    const { url } = await empty();
    const results = await Promise.all([migrate(url), migrate(url), migrate(url)]);
    expect(results.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
  });

  it('stop at a database that a newer version has used', async () => {
    const made = await ready();
    await made.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
       VALUES ('x', 'y', now(), '29991231000000_tomorrow', now(), 1)`,
    );
    const newer = { constructor: DatabaseNewer, migration: '29991231000000_tomorrow' };
    await expect(migrate(made.url)).rejects.toMatchObject(newer);
    await expect(checkMigrated(made.url)).rejects.toMatchObject(newer);
    await expect(storeOn(made, { migrate: 'auto' })).rejects.toMatchObject(newer);
  });

  it('change nothing where they are switched off', async () => {
    const made = await empty();
    const refused = await storeOn(made, { migrate: 'never' }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DatabaseBehind);
    expect((refused as DatabaseBehind).missing.length).toBeGreaterThan(0);
    expect(await tables(made)).toEqual([]);
  });

  it('say so when an earlier one stopped half way', async () => {
    const made = await ready();
    await made.query(`UPDATE _prisma_migrations SET finished_at = NULL, logs = 'the disk was full'`);
    await expect(migrate(made.url)).rejects.toThrow(MigrationFailed);
  });

  it('say so when nobody answers', async () => {
    await expect(migrate('postgresql://nobody:x@127.0.0.1:1/none')).rejects.toThrow(StoreUnavailable);
  });

  it('leave a link table for people with psql, in the columns of `links list --json`', async () => {
    const made = await ready();
    const store = await storeOn(made);
    const one = link();
    await store.transaction((tx) => tx.insertLinks([one]));
    expect(await made.query('SELECT * FROM link_table')).toEqual([
      {
        id: one.id,
        pair: one.pair,
        servicenowId: one.ids.servicenow,
        salesforceId: one.ids.salesforce,
        servicenowNumber: one.numbers.servicenow,
        salesforceNumber: one.numbers.salesforce,
        status: one.status,
        lastSyncedAt: new Date(one.lastSyncedAt),
      },
    ]);
    await store.close();
  });
});
