import pg from 'pg';

export interface Statements {
  /** Committed and rolled back: most of ours are one or a few statements. */
  readonly transactions: number;
  /** Rows that scans gave, of tables and indexes. */
  readonly rowsRead: number;
}

/** What the database has done so far for everybody. */
export async function statementsOf(url: string): Promise<Statements> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ transactions: string; read: string }>(
      `SELECT xact_commit + xact_rollback AS transactions, tup_returned AS read
       FROM pg_stat_database WHERE datname = current_database()`,
    );
    return { transactions: Number(rows[0]?.transactions ?? 0), rowsRead: Number(rows[0]?.read ?? 0) };
  } finally {
    await client.end();
  }
}
