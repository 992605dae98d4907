import { createServer, type Server } from 'node:http';

export interface HealthOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** True if the service can do its work: the database answers, and both sides were polled lately. */
  readonly ready: () => Promise<boolean>;
}

export interface HealthServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * `/healthz`: the process lives, whatever the world is like. `/readyz`: it can work. Both say nothing but yes or no, since anybody
 * may ask. Rejects when the port is taken.
 */
export async function startHealth(options: HealthOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, text: string): void => {
      response
        .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
        .end(`${text}\n`);
    };
    const path = (request.url ?? '').split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, 'no');
    else if (path === '/healthz') answer(200, 'yes');
    else if (path === '/readyz') {
      options.ready().then(
        (ready) => answer(ready ? 200 : 503, ready ? 'yes' : 'no'),
        () => answer(503, 'no'),
      );
    } else answer(404, 'no');
  });
  await listen(server, options);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { host, port }: HealthOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
