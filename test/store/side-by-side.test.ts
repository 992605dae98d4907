import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newDatabase, type TestDatabase } from '../support/database.ts';

const folder = join(import.meta.dirname, '../../prisma/migrations');
const migrations = readdirSync(folder).filter((name) => /^\d{14}_/.test(name));

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  /** False where a row must name it. */
  readonly optional: boolean;
}

const values: Readonly<Record<string, string>> = {
  text: `'x'`,
  jsonb: `'{}'`,
  integer: '1',
  bigint: '1',
  boolean: 'true',
  'timestamp with time zone': 'now()',
};

async function columnsOf(database: TestDatabase): Promise<readonly Column[]> {
  const rows = await database.query(
    `SELECT table_name, column_name, data_type,
            is_nullable = 'YES' OR column_default IS NOT NULL OR is_generated = 'ALWAYS' AS optional
     FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1, ordinal_position`,
  );
  return rows.map((row) => ({
    table: String(row['table_name']),
    column: String(row['column_name']),
    type: String(row['data_type']),
    optional: row['optional'] === true,
  }));
}

const uniqueOf = async (database: TestDatabase): Promise<readonly string[]> =>
  (
    await database.query(
      `SELECT tablename || ': ' || regexp_replace(indexdef, '^.* USING ', '') AS rule FROM pg_indexes
       WHERE schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE%' ORDER BY 1`,
    )
  ).map(({ rule }) => String(rule));

/**
 * Two versions run side by side while one takes over from the other: the newer has changed the tables, the older goes on with what it
 * knows of them. A version of ours that starts on tables newer than itself refuses to (migrate.test.ts).
 */
describe.each(migrations.slice(1).map((name, n) => [name, n + 1] as const))('with %s', (name, count) => {
  let database: TestDatabase;
  let before: readonly Column[];
  let uniqueBefore: readonly string[];

  beforeAll(async () => {
    database = await newDatabase({ migrated: false });
    const apply = async (one: string): Promise<void> => {
      await database.query(readFileSync(join(folder, one, 'migration.sql'), 'utf8'));
    };
    for (const one of migrations.slice(0, count)) await apply(one);
    before = await columnsOf(database);
    uniqueBefore = await uniqueOf(database);
    await apply(name);
  });
  afterAll(() => database.drop());

  it('every column that the version before reads and writes is there, of the same type', async () => {
    const after = new Map((await columnsOf(database)).map((one) => [`${one.table}.${one.column}`, one]));
    expect(before.length).toBeGreaterThan(50);
    for (const one of before)
      expect(after.get(`${one.table}.${one.column}`)).toMatchObject({ type: one.type, optional: one.optional });
  });

  it('no row that the version before writes is refused: nothing new must be named, nothing new be unique', async () => {
    const tables = new Set(before.map(({ table }) => table));
    expect(
      (await uniqueOf(database)).filter((rule) => !uniqueBefore.includes(rule) && tables.has(rule.split(':')[0] ?? '')),
    ).toEqual([]);
    for (const table of tables) {
      const named = before.filter((one) => one.table === table && !one.optional);
      const columns = named.map(({ column }) => `"${column}"`).join(', ');
      const row = named.map(({ type }) => values[type] ?? `no value for ${type}`).join(', ');
      await expect(database.query(`INSERT INTO "${table}" (${columns}) VALUES (${row})`), table).resolves.toEqual([]);
    }
  });
});
