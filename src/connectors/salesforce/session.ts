import type { HttpMethods, HttpRequest } from 'jsforce';
// Its parts by name: the package's front door loads every API it has, ten megabytes of them for nothing.
import { Connection } from 'jsforce/lib/connection.js';
import type { Transport } from 'jsforce/lib/transport.js';
import type { SalesforceSettings } from '../../config/settings.ts';
import type { Clock } from '../../core/clock.ts';
import type { StoredToken, TokenVault } from '../credentials.ts';
import { withoutEcho } from '../echo.ts';
import { ConnectorError } from '../errors.ts';
import type { Gate } from '../gate.ts';
import { patienceOf } from '../patience.ts';
import { orHandBack } from '../still-ours.ts';
import type { Sending } from '../ticket-system.ts';
import { createTokenSource } from '../token-source.ts';
import { type Budget, createBudget, parseLimitInfo } from './budget.ts';
import { answerFailure, type RawAnswer, retryAfter, vendorErrors, wireFailure } from './errors.ts';
import { pinInstance, pinNextPage } from './instance-url.ts';
import { createGrant } from './oauth.ts';
import { createTransfer, type Transfer } from './transfer.ts';
import { OneExchange, type Wire, WireError } from './transport.ts';

/** Something worth telling, without a sentence. */
export interface SalesforceNotice {
  readonly kind: 'daily-budget' | 'session-renewed' | 'asked-to-wait' | 'rows-unreadable' | 'comments-hidden';
  readonly used?: number;
  readonly limit?: number;
  readonly ms?: number;
  /** How many rows of an answer could not be understood and were left out. */
  readonly rows?: number;
}

export interface Call {
  readonly method: HttpMethods;
  /** From the root: `/services/data/v67.0/composite`. */
  readonly path: string;
  readonly query?: string;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly sending?: Sending | undefined;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The request in short, for errors. */
  readonly request: string;
}

/** One authorised conversation with the org. */
export interface Session {
  /** Sends; resolves with a 2xx JSON answer, rejects with ConnectorError (or the signal's reason). */
  call(call: Call): Promise<Answer>;
  /** For what only jsforce speaks (SOAP): a connection with our token that sends through `transport`. */
  connection(transport: Transport): Promise<Connection>;
  /** Bytes in or out, which jsforce would keep in memory. */
  readonly transfer: Transfer;
  /** `/services/data/vNN.N` and what follows. */
  path(rest: string): string;
  /** The path of a further query page, checked. Rejects with ConnectorError. */
  nextPage(nextRecordsUrl: string): Promise<string>;
  calls(): number;
  readonly allowance: Budget['allowance'];
  notice(notice: SalesforceNotice): void;
  close(): void;
}

export interface SessionDeps {
  readonly settings: SalesforceSettings;
  readonly vault: TokenVault;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly wire: Wire;
  readonly onNotice?: (notice: SalesforceNotice) => void;
}

/** Messages of 401 answers that a new token does not cure: the app or its policy is refused, not the session. */
const incurable = ['Connected app is not attached to Agent', 'This session is not valid for use with the REST API'];

/** Every Case write says so: by default Salesforce runs assignment even without an active rule, and the owner is overwritten. */
export const noAutoAssign = { 'Sforce-Auto-Assign': 'FALSE' } as const;

/** Too many calls at once, and no word of how long to wait (rec: rest-403-concurrent-requests): fewer go out after this. */
const crowdedMs = 1_000;

interface Exchange extends RawAnswer {
  /** Parsed by jsforce; a text where it is no JSON. */
  readonly body: unknown;
}

/** False for a stored host that a fresh login would hardly give. */
function sameHost(loginUrl: string, instanceUrl: string | null): boolean {
  const pinned = pinInstance(loginUrl, instanceUrl ?? '');
  return pinned !== null && (pinned.startsWith('https:') || pinned === new URL(loginUrl).origin);
}

function connect(settings: SalesforceSettings, token: StoredToken): Connection {
  const instanceUrl = pinInstance(settings.loginUrl, token.instanceUrl ?? '');
  if (instanceUrl === null) {
    throw new ConnectorError('Unauthorized', {
      side: 'salesforce',
      executed: 'no',
      cause: 'foreign-instance-url',
      answer: `instance_url ${token.instanceUrl ?? '(none)'}`,
    });
  }
  // No oauth2 and no refresh function: with either, jsforce answers every 401 by refreshing and replaying, without end.
  return new Connection({
    instanceUrl,
    accessToken: token.accessToken,
    version: settings.apiVersion,
    maxRequest: settings.maxConcurrency,
    callOptions: { client: 'Casebridge' },
  });
}

/** Sends once through jsforce and brings back the answer as it came, whatever its status. */
async function exchangeOnce(
  connection: Connection,
  wire: Wire,
  request: HttpRequest,
  signal?: AbortSignal,
): Promise<Exchange> {
  const exchange = new OneExchange(wire, signal);
  let body: unknown;
  try {
    body = await connection.request(request, { transport: exchange, responseType: 'application/json' });
  } catch (error) {
    // jsforce's errors know neither status nor headers; whenever an answer came, that is what counts.
    if (exchange.answer === null) throw error;
  }
  const { statusCode = 0, headers = {}, body: text = '' } = exchange.answer ?? {};
  return { status: statusCode, headers, text: String(text), body };
}

/** A success we can work with: JSON, and no error in the clothes of a success, as a proxy may send it. */
function isGood(answer: Exchange): boolean {
  const done = answer.status >= 200 && answer.status < 300 && answer.status !== 202;
  return done && typeof answer.body === 'object' && answer.body !== null && vendorErrors(answer.body).length === 0;
}

/** The identity service has words of its own for an expired session, under a 403 (Salesforce help, identity URL errors). */
function isCurable(answer: RawAnswer): boolean {
  if (answer.status === 403) return answer.text.trim() === 'Bad_OAuth_Token';
  return answer.status === 401 && !incurable.some((message) => answer.text.includes(message));
}

export function createSession(deps: SessionDeps): Session {
  const { settings, clock, gate, wire, onNotice } = deps;
  const tokens = createTokenSource({
    side: 'salesforce',
    vault: deps.vault,
    clock,
    grant: createGrant(settings, wire, clock),
    marginMs: 0,
  });
  const budget: Budget = createBudget({
    share: settings.dailyCallsShare,
    clock,
    day: gate.day,
    onOver: (usage) => onNotice?.({ kind: 'daily-budget', ...usage }),
  });
  let connected: { readonly token: StoredToken; readonly connection: Connection } | null = null;
  let moved = false;
  let calls = 0;

  /**
   * Where no person is needed to log in again, a stored token of another host is replaced once: the login URL was changed, or a
   * local desk came back on another port.
   */
  async function currentToken(): Promise<StoredToken> {
    const token = await tokens.current();
    const alone = settings.auth.kind !== 'authorization_code';
    if (!alone || moved || sameHost(settings.loginUrl, token.instanceUrl)) return token;
    moved = true;
    return tokens.renew(token.accessToken);
  }

  function connectionFor(token: StoredToken): Connection {
    // A new token may come with a new host; jsforce would go on using the old one.
    if (connected?.token !== token) connected = { token, connection: connect(settings, token) };
    return connected.connection;
  }

  function heed(answer: RawAnswer): number | undefined {
    const usage = parseLimitInfo(answer.headers['sforce-limit-info']);
    if (usage !== null) budget.note(usage);
    const wait = retryAfter(answer.headers['retry-after'], clock.now());
    if (wait !== undefined && wait > 0 && answer.status >= 400) {
      gate.pauseFor(wait);
      onNotice?.({ kind: 'asked-to-wait', ms: wait });
    }
    return wait;
  }

  function attempt(call: Call, token: StoredToken): Promise<Exchange> {
    const connection = connectionFor(token);
    const request: HttpRequest = {
      method: call.method,
      url: connection.instanceUrl + call.path + (call.query === undefined ? '' : `?${call.query}`),
      headers: { ...call.headers, ...(call.json === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(call.json === undefined ? {} : { body: JSON.stringify(call.json) }),
    };
    const go = async (): Promise<Exchange> => {
      call.signal?.throwIfAborted();
      budget.check();
      await orHandBack('salesforce', call.sending, `${call.method} ${call.path}`);
      if (call.path.startsWith('/services/data/')) calls += 1;
      return exchangeOnce(connection, wire, request, call.signal);
    };
    const effect = call.sending === undefined ? 'read' : 'write';
    return gate.run(go, call.signal, 'ticket', patienceOf('salesforce', effect, `${call.method} ${call.path}`));
  }

  async function call(wanted: Call): Promise<Answer> {
    const request = `${wanted.method} ${wanted.path}`;
    budget.check();
    try {
      let token = await currentToken();
      let answer = await attempt(wanted, token);
      if (isCurable(answer)) {
        onNotice?.({ kind: 'session-renewed' });
        token = await tokens.renew(token.accessToken);
        answer = await attempt(wanted, token);
      }
      const wait = heed(answer);
      if (isGood(answer)) {
        return { status: answer.status, headers: answer.headers, body: answer.body, request };
      }
      const words = withoutEcho(answer.text, [token.accessToken]);
      const failure = answerFailure({ ...answer, text: words }, request, wait);
      if (failure.data.cause === 'daily-limit') budget.exhausted();
      else if (failure.kind === 'RateLimited' && wait === undefined) gate.pauseFor(crowdedMs);
      throw failure;
    } catch (error) {
      throw error instanceof WireError ? wireFailure(error, request) : error;
    }
  }

  return {
    call,
    connection: async (transport) => Object.assign(connect(settings, await currentToken()), { _transport: transport }),
    allowance: () => budget.allowance(),
    transfer: createTransfer({
      gate,
      currentToken,
      renew: (token) => {
        onNotice?.({ kind: 'session-renewed' });
        return tokens.renew(token.accessToken);
      },
      instanceOf: (token) => connectionFor(token).instanceUrl,
      setOut: () => {
        budget.check();
        calls += 1;
      },
      isCurable,
      heed,
    }),
    path: (rest) => `/services/data/v${settings.apiVersion}${rest}`,
    nextPage: async (nextRecordsUrl) => {
      const { instanceUrl } = await tokens.current();
      const path = pinNextPage(instanceUrl ?? '', nextRecordsUrl);
      if (path !== null) return path;
      throw new ConnectorError('Unavailable', {
        side: 'salesforce',
        executed: 'no',
        cause: 'foreign-next-page',
        answer: `nextRecordsUrl ${nextRecordsUrl.slice(0, 200)}`,
      });
    },
    calls: () => calls,
    notice: (notice) => onNotice?.(notice),
    close: () => wire.close(),
  };
}
