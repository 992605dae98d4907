import http from 'node:http';
import https from 'node:https';
import { PassThrough } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import type { HttpRequest, HttpResponse } from 'jsforce';
import { Transport } from 'jsforce/lib/transport.js';
import { StreamPromise } from 'jsforce/lib/util/promise.js';

/** No answer, or only part of one. */
export class WireError extends Error {
  override readonly name = 'WireError';
  /** False only if not a byte of the request can have reached the server. */
  readonly sent: boolean;
  readonly code: string;

  constructor(code: string, sent: boolean, options?: { cause?: unknown }) {
    super(code, options);
    this.code = code;
    this.sent = sent;
  }
}

export interface WireOptions {
  /** Silence on the socket for this long gives up. */
  readonly timeoutMs: number;
  /** So does a whole exchange that takes this long, however it trickles. */
  readonly deadlineMs: number;
  /** Largest answer read, after decompression, in bytes. */
  readonly maxBytes: number;
}

export interface Wire {
  send(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse>;
  /** Lets go of the kept-alive connections. */
  close(): void;
}

/**
 * A kept connection is let go after this much idleness. A write sent just as the server closes an idle connection is a write in
 * doubt, which costs far more than a new handshake.
 */
const idleMs = 4_000;

const decoders = new Map<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>([
  ['gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
]);

function flatHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

async function readBody(response: http.IncomingMessage, maxBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    const bytes = part as Buffer;
    size += bytes.length;
    if (size > maxBytes) throw new WireError('ANSWER_TOO_LARGE', true);
    parts.push(bytes);
  }
  const raw = Buffer.concat(parts);
  const decode = decoders.get(response.headers['content-encoding'] ?? '');
  const plain = decode === undefined || raw.length === 0 ? raw : await decode(raw, { maxOutputLength: maxBytes });
  return plain.toString('utf8');
}

/**
 * One HTTP exchange on a kept-alive connection: no retries, no redirects, no proxies from the environment. It stands in for
 * jsforce's own fetch, which retries GETs by itself while ignoring Retry-After, reads proxies from the environment at import,
 * and takes the whole process down when a connection breaks in the middle of an answer (its stream has no error handler).
 */
export function createWire(options: WireOptions): Wire {
  const keep = { keepAlive: true, timeout: idleMs };
  const agents = { 'http:': new http.Agent(keep), 'https:': new https.Agent(keep) };

  async function send(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse> {
    signal?.throwIfAborted();
    const url = new URL(request.url);
    const secure = url.protocol === 'https:';
    let sent = false;
    let deadline: NodeJS.Timeout | undefined;
    try {
      return await new Promise<HttpResponse>((resolve, reject) => {
        const outgoing = (secure ? https : http).request(url, {
          method: request.method,
          timeout: options.timeoutMs,
          agent: secure ? agents['https:'] : agents['http:'],
          headers: {
            accept: 'application/json',
            'accept-encoding': 'gzip',
            'user-agent': 'casebridge',
            ...request.headers,
          },
          ...(signal === undefined ? {} : { signal }),
        });
        outgoing.on('socket', (socket) => {
          // A socket taken from the pool is connected already.
          if (!socket.connecting) sent = true;
          else socket.once(secure ? 'secureConnect' : 'connect', () => (sent = true));
        });
        outgoing.on('timeout', () => outgoing.destroy(new WireError('TIMEOUT', sent)));
        deadline = setTimeout(() => {
          const error = new WireError('TIMEOUT', sent);
          reject(error);
          outgoing.destroy(error);
        }, options.deadlineMs);
        outgoing.on('error', reject);
        outgoing.on('response', (response) => {
          readBody(response, options.maxBytes).then(
            (body) => resolve({ statusCode: response.statusCode ?? 0, headers: flatHeaders(response.headers), body }),
            reject,
          );
        });
        outgoing.end(typeof request.body === 'string' ? request.body : undefined);
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof WireError) throw error;
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
      throw new WireError(code, sent, { cause: error });
    } finally {
      clearTimeout(deadline);
    }
  }

  return {
    send,
    close: () => {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

/**
 * jsforce's transport for one request. It keeps the answer as it came, since jsforce's errors drop the HTTP status and all
 * headers.
 */
export class OneExchange extends Transport {
  answer: HttpResponse | null = null;
  failure: unknown = null;
  readonly #wire: Wire;
  readonly #signal: AbortSignal | undefined;

  constructor(wire: Wire, signal?: AbortSignal) {
    super();
    this.#wire = wire;
    this.#signal = signal;
  }

  override httpRequest(request: HttpRequest): StreamPromise<HttpResponse> {
    return StreamPromise.create(() => ({ stream: new PassThrough(), promise: this.#exchange(request) }));
  }

  async #exchange(request: HttpRequest): Promise<HttpResponse> {
    try {
      this.answer = await this.#wire.send(request, this.#signal);
      return this.answer;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}
