import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** The page on which a person allowed us has sent the browser back: with a code, or with a refusal. */
export type CameBack =
  { readonly kind: 'code'; readonly code: string } | { readonly kind: 'refused'; readonly words: string };

export interface Loopback {
  /** To be registered with the application exactly so. */
  readonly redirectUri: string;
  /** Resolves when the browser came back with our state; rejects with the signal's reason. */
  cameBack(signal: AbortSignal): Promise<CameBack>;
  close(): Promise<void>;
}

/**
 * Address that the browser is sent back to. By name: Salesforce takes `http:` for `localhost` alone, and ServiceNow compares the
 * text; the server itself listens on 127.0.0.1 and nowhere else.
 */
export function redirectUriFor(port: number): string {
  return `http://localhost:${port}/callback`;
}

const waitPage = 'This is where a login comes back to. Start one with "casebridge auth".';

/** Waits on 127.0.0.1 for one answer that carries `state`. Rejects with EADDRINUSE where the port is taken. */
export async function openLoopback(options: { readonly port: number; readonly state: string }): Promise<Loopback> {
  const { promise, resolve } = Promise.withResolvers<CameBack>();
  let answered = false;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (!fromThisMachine(request, options.port) || request.method !== 'GET' || url.pathname !== '/callback') {
      return page(response, 404, waitPage);
    }
    // Whoever does not know the state did not start this login: the wait goes on.
    if (!same(url.searchParams.get('state') ?? '', options.state)) {
      return page(response, 400, 'This answer belongs to another login. Nothing was stored.');
    }
    if (answered) return page(response, 410, 'This login has been answered already.');
    answered = true;
    const code = url.searchParams.get('code') ?? '';
    if (code !== '') {
      page(response, 200, 'Casebridge has the answer. You can close this page; the terminal says how it went.');
      return resolve({ kind: 'code', code });
    }
    page(response, 200, 'Access was not given. You can close this page.');
    return resolve({ kind: 'refused', words: refusalWords(url.searchParams) });
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(options.port, '127.0.0.1', listening);
  });
  return {
    redirectUri: redirectUriFor(options.port),
    cameBack: (signal) => Promise.race([promise, aborted(signal)]),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeIdleConnections();
      }),
  };
}

/** A page elsewhere that resolves its own name to this machine is not who we wait for. */
function fromThisMachine({ headers }: IncomingMessage, port: number): boolean {
  return headers.host === `localhost:${port}` || headers.host === `127.0.0.1:${port}`;
}

function same(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function refusalWords(answer: URLSearchParams): string {
  return [answer.get('error'), answer.get('error_description')]
    .filter((word) => word !== null)
    .join(': ')
    .slice(0, 200);
}

function page(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    Connection: 'close',
  });
  response.end(`${text}\n`);
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    if (signal.aborted) return fail();
    signal.addEventListener('abort', fail, { once: true });
  });
}
