import type { TestDatabase } from '../support/database.ts';

/** Every row of every table, as text: what whoever holds a dump can search through. */
export async function dump(database: TestDatabase): Promise<string> {
  const tables = await database.query(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const rows = await Promise.all(
    tables.map(({ name }) => database.query(`SELECT '${String(name)} ' || t::text AS row FROM ${String(name)} t`)),
  );
  return rows
    .flat()
    .map(({ row }) => String(row))
    .join('\n');
}
