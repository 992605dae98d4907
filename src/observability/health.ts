import { createServer, type Server } from 'node:http';
import { isLoopback } from '../config/values.ts';

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
  const ready = oneAtATime(options.ready);
  const server = createServer(limits, (request, response) => {
    const answer = (status: number, text: string): void => {
      response
        .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
        .end(`${text}\n`);
    };
    const path = (request.url ?? '').split('?')[0];
    if (!isMeant(options.host, request.headers.host)) answer(421, 'no');
    else if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, 'no');
    else if (path === '/healthz') answer(200, 'yes');
    else if (path === '/readyz') {
      ready().then(
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

/** A question is a line and a few headers: nobody needs long for it. */
const limits = { headersTimeout: 5_000, requestTimeout: 5_000, maxHeaderSize: 8 * 1024 };

/**
 * Where only this machine may ask, a web page must not ask through a browser on it: the page's own name then resolves to
 * loopback, and stands in `Host`.
 */
function isMeant(listensOn: string, host: string | undefined): boolean {
  const own = listensOn.includes(':') ? `http://[${listensOn}]` : `http://${listensOn}`;
  if (!URL.canParse(own) || !isLoopback(own)) return true;
  return host !== undefined && URL.canParse(`http://${host}`) && isLoopback(`http://${host}`);
}

/** Whoever asks while an answer is on its way gets the same one: asking often costs the database nothing. */
function oneAtATime(ask: () => Promise<boolean>): () => Promise<boolean> {
  let asked: Promise<boolean> | null = null;
  return () => {
    asked ??= ask().finally(() => {
      asked = null;
    });
    return asked;
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
