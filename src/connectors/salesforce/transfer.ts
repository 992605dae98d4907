import { finished } from 'node:stream/promises';
import type { ByteAnswer } from '../byte-http.ts';
import type { StoredToken } from '../credentials.ts';
import { withoutEcho } from '../echo.ts';
import { patienceOf } from '../patience.ts';
import { ConnectorError } from '../errors.ts';
import type { Gate } from '../gate.ts';
import { TransportError } from '../http.ts';
import { answerFailure, parseJson, type RawAnswer, vendorErrors } from './errors.ts';

export interface TransferRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly signal?: AbortSignal;
}

/**
 * Runs `send` with the pinned instance and a token; once more with a new one where it was refused. The slot at the gate is held
 * until an answer's body has flowed. Resolves with that answer, or with the parsed JSON of one that was read as text. Rejects with
 * ConnectorError, or with the signal's reason.
 */
export type Transfer = (
  wanted: TransferRequest,
  send: (origin: string, accessToken: string) => Promise<ByteAnswer>,
) => Promise<{ readonly answer: ByteAnswer; readonly body: unknown }>;

export interface TransferDeps {
  readonly gate: Gate;
  readonly currentToken: () => Promise<StoredToken>;
  readonly renew: (refused: StoredToken) => Promise<StoredToken>;
  readonly instanceOf: (token: StoredToken) => string;
  /** Called before each request: counts it, or throws where none may be made. */
  readonly setOut: () => void;
  readonly isCurable: (answer: RawAnswer) => boolean;
  /** Takes note of limits; milliseconds that the vendor asked us to wait. */
  readonly heed: (answer: RawAnswer) => number | undefined;
}

/** Transfers go past jsforce, which decodes downloads as text and keeps whole uploads in memory; token, gate and budget stay the session's. */
export function createTransfer(deps: TransferDeps): Transfer {
  async function exchange(
    send: (token: StoredToken) => Promise<ByteAnswer>,
  ): Promise<{ readonly answer: ByteAnswer; readonly token: StoredToken }> {
    const token = await deps.currentToken();
    deps.setOut();
    const answer = await send(token);
    if (answer.body !== null || !deps.isCurable(answer)) return { answer, token };
    const renewed = await deps.renew(token);
    deps.setOut();
    return { answer: await send(renewed), token: renewed };
  }

  return (wanted, send) => {
    const request = `${wanted.method} ${wanted.path}`;
    return new Promise((resolve, reject) => {
      const work = async (): Promise<void> => {
        const { answer, token } = await exchange((one) => send(deps.instanceOf(one), one.accessToken)).catch(
          (error: unknown) => {
            throw error instanceof TransportError ? noAnswer(error, wanted) : error;
          },
        );
        const wait = deps.heed(answer);
        const body = answer.body === null ? parseJson(answer.text) : null;
        if (answer.body === null && !isSuccess(answer, body)) {
          throw answerFailure({ ...answer, text: withoutEcho(answer.text, [token.accessToken]) }, request, wait);
        }
        resolve({ answer, body });
        // Why it ended is the affair of whoever reads it.
        if (answer.body !== null) await finished(answer.body, { readable: true }).catch(() => undefined);
      };
      deps.gate
        .run(work, wanted.signal, 'file', patienceOf('salesforce', wanted.method === 'GET' ? 'read' : 'write', request))
        .catch(reject);
    });
  };
}

function isSuccess(answer: RawAnswer, body: unknown): boolean {
  const done = answer.status >= 200 && answer.status < 300 && answer.status !== 202;
  return done && typeof body === 'object' && body !== null && vendorErrors(body).length === 0;
}

function noAnswer(error: TransportError, wanted: TransferRequest): ConnectorError {
  return new ConnectorError(
    'Unavailable',
    {
      side: 'salesforce',
      executed: wanted.method === 'GET' ? 'no' : error.executed,
      request: `${wanted.method} ${wanted.path}`,
      code: error.code,
      cause: 'unreachable',
    },
    { cause: error },
  );
}
