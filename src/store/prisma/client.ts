import pg from 'pg';

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
