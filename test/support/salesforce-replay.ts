import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGate } from '../../src/connectors/gate.ts';
import type { StoredToken, TokenVault, VersionedToken } from '../../src/connectors/credentials.ts';
import { createSalesforce, type SalesforceDeps } from '../../src/connectors/salesforce/salesforce.ts';
import type { TicketSystem } from '../../src/connectors/ticket-system.ts';
import { Secret } from '../../src/config/secret.ts';
import type { SalesforceAuth } from '../../src/config/settings.ts';
import type { Clock } from '../../src/core/clock.ts';
import { realClock } from './clock.ts';

export interface SeenRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON, or the text. */
  readonly body: unknown;
}

export interface ReplayAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text goes out as it is, anything else as JSON; left out for none. */
  readonly body?: unknown;
  /** Breaks the connection: before any answer, or half way through it. */
  readonly drop?: 'before' | 'midway';
}

export type Answering = (request: SeenRequest, nth: number) => ReplayAnswer;

/** A server that says what it is told to, and remembers what it was asked. */
export interface Replay {
  readonly url: string;
  /** API requests, without the token calls. */
  readonly requests: SeenRequest[];
  readonly tokenRequests: SeenRequest[];
  /** What the API says from now on. */
  answer(answering: Answering): void;
  /** What the token endpoint says from now on. */
  answerToken(answering: Answering): void;
  stop(): Promise<void>;
}

async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function give(answer: ReplayAnswer, response: ServerResponse): void {
  if (answer.drop === 'before') {
    response.socket?.destroy();
    return;
  }
  const text =
    answer.body === undefined ? '' : typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  const headers = { 'content-type': 'application/json;charset=UTF-8', ...answer.headers };
  if (answer.drop === 'midway') {
    response.writeHead(answer.status, { ...headers, 'content-length': String(Buffer.byteLength(text) + 100) });
    response.write(text, () => response.socket?.destroy());
    return;
  }
  response.writeHead(answer.status, headers);
  response.end(text);
}

export async function startReplay(): Promise<Replay> {
  const requests: SeenRequest[] = [];
  const tokenRequests: SeenRequest[] = [];
  let url = '';
  let answering: Answering = () => ({
    status: 500,
    body: [{ errorCode: 'UNEXPECTED', message: 'no answer was prepared' }],
  });
  let answeringToken: Answering = (_, nth) => ({ status: 200, body: tokenBody(url, `token-${nth}`) });

  const server = createServer((request, response) => {
    void (async () => {
      const at = new URL(request.url ?? '/', 'http://replay');
      const seen: SeenRequest = {
        method: request.method ?? '',
        path: at.pathname,
        query: at.searchParams,
        headers: request.headers,
        body: parseBody(await readText(request)),
      };
      const isToken = at.pathname.endsWith('/oauth2/token');
      const list = isToken ? tokenRequests : requests;
      list.push(seen);
      give((isToken ? answeringToken : answering)(seen, list.length), response);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    tokenRequests,
    answer: (next) => {
      answering = next;
    },
    answerToken: (next) => {
      answeringToken = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What the token endpoint gives, by default without a refresh token. */
export function tokenBody(instanceUrl: string, accessToken: string, more: object = {}): object {
  return {
    access_token: accessToken,
    instance_url: instanceUrl,
    id: 'https://login.salesforce.com/id/00DDo000000rryBMAQ/005Do000000PVvJIAW',
    token_type: 'Bearer',
    issued_at: '1681216550715',
    ...more,
  };
}

/** A vault in memory, as the store's one behaves. */
export function memoryVault(first: StoredToken | null = null): TokenVault & { held(): VersionedToken | null } {
  let held: VersionedToken | null = first === null ? null : { token: first, version: 1 };
  return {
    held: () => held,
    load: () => Promise.resolve(held),
    save: (_, token, after) => {
      if ((held?.version ?? 0) !== after) return Promise.resolve(false);
      held = { token, version: after + 1 };
      return Promise.resolve(true);
    },
  };
}

export const apiVersion = '62.0';
export const root = `/services/data/v${apiVersion}`;

const clientCredentials: SalesforceAuth = {
  kind: 'client_credentials',
  clientId: 'app',
  clientSecret: new Secret('hush'),
};

/** A client of the replay (or any server) at `url`. */
export function clientOf(
  url: string,
  options: {
    readonly auth?: SalesforceAuth;
    readonly vault?: TokenVault;
    readonly clock?: Clock;
    readonly share?: number;
    readonly bulkFrom?: number;
    readonly concurrency?: number;
    readonly deps?: Partial<SalesforceDeps>;
  } = {},
): TicketSystem {
  const clock = options.clock ?? realClock();
  const concurrency = options.concurrency ?? 5;
  return createSalesforce({
    settings: {
      loginUrl: url,
      auth: options.auth ?? clientCredentials,
      apiVersion,
      maxConcurrency: concurrency,
      dailyCallsShare: options.share ?? 0.5,
      ...(options.bulkFrom === undefined ? {} : { bulkFrom: options.bulkFrom }),
    },
    vault: options.vault ?? memoryVault(),
    clock,
    gate: createGate({ concurrency, clock }),
    ...options.deps,
  });
}

/** A Case row as the API gives it. */
export function caseRow(id: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    attributes: { type: 'Case', url: `${root}/sobjects/Case/${id}` },
    Id: id,
    CaseNumber: '00001001',
    SystemModstamp: '2026-05-01T07:25:37.000+0000',
    CreatedDate: '2026-05-01T07:25:37.000+0000',
    LastModifiedById: '005dM00000awSFJQA2',
    ServiceNow_Id__c: null,
    IsDeleted: false,
    ...more,
  };
}

export function page(records: readonly unknown[], more: object = {}): object {
  return { totalSize: records.length, done: true, records, ...more };
}

interface CompositePart {
  readonly method: string;
  readonly url: string;
  readonly referenceId: string;
  readonly httpHeaders?: Readonly<Record<string, string>>;
  readonly body?: { readonly allOrNone: boolean; readonly records: readonly Readonly<Record<string, unknown>>[] };
}

/** The parts of a composite request. */
export function partsOf(request: SeenRequest): readonly CompositePart[] {
  return (request.body as { compositeRequest: readonly CompositePart[] }).compositeRequest;
}

/** The SOQL of a query part, or of a query in the URL. */
export function soqlOf(source: CompositePart | SeenRequest): string {
  return 'url' in source
    ? (new URL(source.url, 'http://replay').searchParams.get('q') ?? '')
    : (source.query.get('q') ?? '');
}

/** Answers a composite part by part. */
export function inComposite(
  answerPart: (part: CompositePart) => { readonly status?: number; readonly body: unknown },
): Answering {
  return (request) => ({
    status: 200,
    body: {
      compositeResponse: partsOf(request).map((part) => {
        const { status = 200, body } = answerPart(part);
        return { body, httpHeaders: {}, httpStatusCode: status, referenceId: part.referenceId };
      }),
    },
  });
}
