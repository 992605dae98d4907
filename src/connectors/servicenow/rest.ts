import { finished } from 'node:stream/promises';
import type { Clock } from '../../core/clock.ts';
import type { ByteAnswer } from '../byte-http.ts';
import { ConnectorError } from '../errors.ts';
import { withoutEcho } from '../echo.ts';
import type { Gate } from '../gate.ts';
import { semaphoreWaitMs } from '../gate-width.ts';
import { type Http, type HttpAnswer, type HttpRequest, TransportError } from '../http.ts';
import { type Patience, patienceOf } from '../patience.ts';
import { orHandBack } from '../still-ours.ts';
import type { Sending } from '../ticket-system.ts';
import type { TokenSource } from '../token-source.ts';
import { type Asked, noAnswer, readAnswer } from './errors.ts';

export interface RestRequest {
  readonly method: HttpRequest['method'];
  /** Path and query. */
  readonly path: string;
  readonly body?: unknown;
  /** A POST to the Batch API that only holds GETs is a read. */
  readonly effect: 'read' | 'write';
  readonly timeoutMs: number;
  readonly sending?: Sending | undefined;
  readonly signal?: AbortSignal;
}

export interface RestAnswer {
  /** Parsed JSON, without an `error` in it. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** Bytes in or out: anything longer than a call, so that nothing is said about how long it may take. */
export interface TransferRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly effect: 'read' | 'write';
  readonly signal?: AbortSignal;
}

/** Authorised calls to one instance. */
export interface Rest {
  readonly origin: string;
  /** Rejects with ConnectorError, or with the signal's reason when aborted. */
  call(request: RestRequest): Promise<RestAnswer>;
  /**
   * Runs `send` with a token that is not about to expire; once more with a new one where it was refused. The slot at the gate is
   * held until an answer's body has flowed. Resolves with that answer, or with the parsed JSON of one that was read as text.
   */
  transfer(
    request: TransferRequest,
    send: (accessToken: string) => Promise<ByteAnswer>,
  ): Promise<{ readonly answer: ByteAnswer; readonly body: unknown }>;
  /** Reads an answer that came inside another one (Batch API), with the same consequences. */
  readInner(answer: HttpAnswer, asked: Omit<Asked, 'nowMs'>): unknown;
  /** Bytes that `path` may have, so that the URL stays within ServiceNow's 8,192 (error-414-url-too-long-rec: 8,182 passed). */
  readonly longestPath: number;
  /** How many calls may run at once now; at least one. */
  lanes(): number;
  calls(): number;
}

export interface RestDeps {
  readonly http: Http;
  readonly tokens: TokenSource;
  readonly gate: Gate;
  readonly clock: Clock;
}

const longestUrl = 8_000;

/** A refusal that names no time: the first pause, doubled up to the last (an hourly rule may be behind it). */
const barePauseMs = { first: 2_000, last: 15 * 60_000 };

export function createRest(deps: RestDeps): Rest {
  const { http, tokens, gate, clock } = deps;
  let calls = 0;
  let bareRefusals = 0;
  /** The tokens last sent, the newest first. */
  let sent: readonly string[] = [];

  async function send(request: RestRequest, accessToken: string): Promise<HttpAnswer> {
    await orHandBack('servicenow', request.sending, describe(request));
    calls += 1;
    if (sent[0] !== accessToken) sent = [accessToken, ...sent].slice(0, 3);
    return http.send({
      method: request.method,
      path: request.path,
      headers: {
        Accept: 'application/json',
        Authorization: `Bearer ${accessToken}`,
        ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      timeoutMs: request.timeoutMs,
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
  }

  /** A 401 was certainly not executed, so the call is repeated, once. The header is made when it is sent, after any wait. */
  async function sendAuthorised(request: RestRequest): Promise<HttpAnswer> {
    const token = await tokens.current();
    const answer = await send(request, token.accessToken);
    if (answer.status !== 401) return answer;
    const renewed = await tokens.renew(token.accessToken);
    return send(request, renewed.accessToken);
  }

  function read(answer: HttpAnswer, asked: Asked): unknown {
    try {
      const body = readAnswer(answer, asked);
      bareRefusals = 0;
      return body;
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      slowDown(error);
      throw wordsWithoutTokens(error, answer, asked);
    }
  }

  /** The same failure; what it quotes of an answer that repeats our token is taken from a clean copy, since it is cut short. */
  function wordsWithoutTokens(error: ConnectorError, answer: HttpAnswer, asked: Asked): ConnectorError {
    const text = withoutEcho(answer.text, sent);
    if (text === answer.text) return error;
    try {
      readAnswer({ ...answer, text }, asked);
      return error;
    } catch (clean) {
      return clean instanceof ConnectorError ? clean : error;
    }
  }

  /** Everything in this process waits when one call was told to. */
  function slowDown(error: ConnectorError): void {
    if (error.data.retryAfterMs !== undefined) return gate.pauseFor(error.data.retryAfterMs);
    if (error.kind !== 'RateLimited') return;
    gate.pauseFor(Math.min(barePauseMs.first * 2 ** bareRefusals, barePauseMs.last));
    bareRefusals += 1;
  }

  async function sendBytes(send: (accessToken: string) => Promise<ByteAnswer>): Promise<ByteAnswer> {
    const counted = (accessToken: string): Promise<ByteAnswer> => {
      calls += 1;
      if (sent[0] !== accessToken) sent = [accessToken, ...sent].slice(0, 3);
      return send(accessToken);
    };
    const token = await tokens.current();
    const answer = await counted(token.accessToken);
    if (answer.status !== 401) return answer;
    return counted((await tokens.renew(token.accessToken)).accessToken);
  }

  return {
    origin: http.origin,
    transfer: (request, send) => {
      const asked = (): Asked => ({ request: describe(request), effect: request.effect, nowMs: clock.now() });
      return new Promise((resolve, reject) => {
        const work = async (): Promise<void> => {
          const answer = await sendBytes(send).catch((error: unknown) => {
            throw error instanceof TransportError ? noAnswer(error, asked()) : error;
          });
          resolve({ answer, body: answer.body === null ? read(answer, asked()) : null });
          // Why it ended is the affair of whoever reads it.
          if (answer.body !== null) await finished(answer.body, { readable: true }).catch(() => undefined);
        };
        gate.run(work, request.signal, 'file', patience(request)).catch(reject);
      });
    },
    longestPath: longestUrl - http.origin.length,
    lanes: () => Math.max(1, gate.lanes()),
    calls: () => calls,
    readInner: (answer, asked) => read(answer, { ...asked, nowMs: clock.now() }),
    call: async (request) => {
      const asked = (): Asked => ({ request: describe(request), effect: request.effect, nowMs: clock.now() });
      const exchange = async (waited: (ms: number) => void): Promise<RestAnswer> => {
        try {
          const answer = await sendAuthorised(request);
          waited(semaphoreWaitMs(answer.headers['server-timing']));
          return { body: read(answer, asked()), headers: answer.headers };
        } catch (error) {
          throw error instanceof TransportError ? noAnswer(error, asked()) : error;
        }
      };
      return gate.run(exchange, request.signal, 'ticket', patience(request));
    },
  };
}

function patience(request: Pick<RestRequest, 'effect' | 'method' | 'path'>): Patience {
  return patienceOf('servicenow', request.effect, describe(request));
}

function describe(request: Pick<RestRequest, 'method' | 'path'>): string {
  return `${request.method} ${request.path.split('?')[0] ?? ''}`;
}
