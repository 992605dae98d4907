import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { AxiosError } from 'axios';
import { onOrigin, pinOrigin } from './host-pin.ts';
import type { Executed } from './errors.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Path and query, from `/` on. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Longest time for the whole exchange, answer included, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Any answer, whatever its status. Header names are in lower case. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface Http {
  readonly origin: string;
  /** Rejects with TransportError when no whole answer came, or with the signal's reason when aborted. */
  send(request: HttpRequest): Promise<HttpAnswer>;
}

export type TransportCause = 'unreachable' | 'tls' | 'timeout' | 'connection-lost' | 'too-large';

/** No whole answer came. Holds no request and no headers, so that it can be logged. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly reason: TransportCause;
  readonly code: string;
  /** no: the request never left; maybe: it may have been executed. */
  readonly executed: Executed;

  constructor(reason: TransportCause, code: string, executed: Executed) {
    super(`${reason} (${code})`);
    this.reason = reason;
    this.code = code;
    this.executed = executed;
  }
}

/** Larger than any page we ask for: ServiceNow's own ceiling for a Batch item's answer is 10 MB. */
const longestAnswer = 32 * 1024 * 1024;

/**
 * HTTP towards one origin and nowhere else: one keep-alive agent, no proxy, no redirects, no cookies, answers bounded in size and
 * time. Cookies matter on ServiceNow: they bind to a session, a session's requests run one after another, and queued ones are
 * answered 202 and dropped.
 */
export function createHttp(address: string, options: { readonly maxBytes?: number } = {}): Http {
  const origin = pinOrigin(address);
  const client = axios.create({
    adapter: 'http',
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
    proxy: false,
    maxRedirects: 0,
    maxContentLength: options.maxBytes ?? longestAnswer,
    maxBodyLength: Number.POSITIVE_INFINITY,
    responseType: 'text',
    transformRequest: (data: unknown) => data,
    transformResponse: (data: unknown) => data,
    validateStatus: () => true,
    headers: { common: { 'User-Agent': 'casebridge' } },
  });

  return {
    origin,
    send: async (request) => {
      const deadline = AbortSignal.timeout(request.timeoutMs);
      try {
        const answer = await client.request<unknown>({
          url: onOrigin(origin, request.path),
          method: request.method,
          headers: { ...request.headers },
          data: request.body,
          signal: request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]),
        });
        return { status: answer.status, headers: plainHeaders(answer.headers), text: asText(answer.data) };
      } catch (error) {
        request.signal?.throwIfAborted();
        throw transportError(error, deadline.aborted);
      }
    },
  };
}

function asText(data: unknown): string {
  return typeof data === 'string' ? data : '';
}

/** `set-cookie` is left behind here, once and for all. */
export function plainHeaders(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'string' && name.toLowerCase() !== 'set-cookie' ? [[name.toLowerCase(), value]] : [],
    ),
  );
}

const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const tls = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|EPROTO)/;

/** A connection that was never made carried nothing; of any other failure nobody can tell. */
export function transportError(error: unknown, timedOut: boolean): unknown {
  if (!(error instanceof AxiosError)) return error;
  const code = error.code ?? 'ERR_UNKNOWN';
  const syscall = syscallOf(error.cause);
  if (tls.test(code)) return new TransportError('tls', code, 'no');
  if (syscall === 'connect' || syscall === 'getaddrinfo') return new TransportError('unreachable', code, 'no');
  if (neverConnected.has(code) && syscall !== 'read' && syscall !== 'write') {
    return new TransportError('unreachable', code, 'no');
  }
  if (timedOut) return new TransportError('timeout', 'ETIMEDOUT', 'maybe');
  if (/maxContentLength/.test(error.message)) return new TransportError('too-large', code, 'maybe');
  return new TransportError('connection-lost', code, 'maybe');
}

function syscallOf(cause: unknown): string | null {
  const named = cause instanceof Error && 'syscall' in cause ? cause.syscall : null;
  return typeof named === 'string' ? named : null;
}
