import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { startEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/prisma/migrate.ts';
import { openStore, type PrismaStore, type PrismaStoreOptions } from '../../src/store/prisma/store.ts';
import { realClock } from './clock.ts';

const template = 'casebridge_template';
const templateLock = 4711;

/** Nothing here has to survive a power cut. */
const quick = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

export interface TestDatabase {
  readonly url: string;
  /** Runs one statement as a bystander. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  drop(): Promise<void>;
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

function named(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}

/** The run's server, started by whoever needs it first. */
export async function testServer(): Promise<string> {
  return (await startEmbedded({ dataDir: inject('postgresFolder'), clock: realClock(), settings: quick })).url;
}

/** A database of this test's own. `migrated` (default): copied from one that has all tables; else empty. */
export async function newDatabase(options: { readonly migrated?: boolean } = {}): Promise<TestDatabase> {
  const server = await testServer();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withClient(server, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [templateLock]);
    if (options.migrated === false) {
      await client.query(`CREATE DATABASE ${name}`);
      return;
    }
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (found.rowCount === 0) {
      await client.query(`CREATE DATABASE ${template}`);
      await migrate(named(server, template));
    }
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  const url = named(server, name);
  return {
    url,
    query: (text, values = []) => withClient(url, async (client) => (await client.query(text, [...values])).rows),
    drop: () => withClient(server, async (client) => void (await client.query(`DROP DATABASE ${name} WITH (FORCE)`))),
  };
}

/** A store on that database. */
export function storeOn(database: TestDatabase, more: Partial<PrismaStoreOptions> = {}): Promise<PrismaStore> {
  return openStore({
    url: database.url,
    clock: realClock(),
    secretKey: null,
    secretKeyPrevious: null,
    migrate: 'never',
    ...more,
  });
}
