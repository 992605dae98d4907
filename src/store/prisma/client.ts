import pg from 'pg';
import { StoreUnavailable } from '../store.ts';
import { isUnavailable } from './unavailable.ts';

/**
 * A connection whose errors always have a listener. A pool takes its own off a client that it lets go of; if the server's last
 * words come after that (it is stopped right after us), they would otherwise end the process. Whoever waits for a statement
 * hears of the error from the statement.
 */
export class HeardClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/** Our connections carry this name and our process id: the embedded server is stopped by the last process that uses it. */
export function applicationName(): string {
  return `casebridge ${process.pid}`;
}

/**
 * Runs `use` on a connection of its own. Rejects with StoreUnavailable where the database does not answer; whatever was not committed
 * is undone with the connection.
 */
export async function withClient<T>(databaseUrl: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new HeardClient({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    application_name: applicationName(),
  });
  try {
    await client.connect();
    return await use(client);
  } catch (error) {
    throw isUnavailable(error) ? new StoreUnavailable('the database does not answer', { cause: error }) : error;
  } finally {
    await client.end();
  }
}
