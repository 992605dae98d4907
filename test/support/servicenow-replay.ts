import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came over the wire. */
export interface Heard {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What to answer; `hang-up` closes the connection after the request was read, without a word. */
export type Reply =
  | 'hang-up'
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string | readonly string[]>>;
      /** Text as it is, anything else as JSON. */
      readonly body?: unknown;
    };

export interface Replay {
  readonly url: string;
  /** Everything heard but token requests. */
  readonly heard: Heard[];
  readonly tokenRequests: Heard[];
  /** Answers in order; the last one goes on for ever. A function is asked each time. */
  answer(...replies: (Reply | ((heard: Heard) => Reply))[]): void;
  /** The same for `/oauth_token.do`; at first every request gets a token of its own. */
  answerToken(...replies: (Reply | ((heard: Heard) => Reply))[]): void;
  stop(): Promise<void>;
}

/** A server on loopback that says what a test tells it to say. */
export async function startReplay(): Promise<Replay> {
  const heard: Heard[] = [];
  const tokenRequests: Heard[] = [];
  let replies: (Reply | ((heard: Heard) => Reply))[] = [{ status: 500 }];
  let tokens: (Reply | ((heard: Heard) => Reply))[] = [
    () => ({
      body: { access_token: `token-${tokenRequests.length}`, token_type: 'Bearer', scope: '', expires_in: 1799 },
    }),
  ];
  const next = (queue: typeof replies): Reply | ((heard: Heard) => Reply) => {
    const [first = 'hang-up'] = queue;
    if (queue.length > 1) queue.shift();
    return first;
  };

  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const one: Heard = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(parts).toString('utf8'),
      };
      const isToken = one.url.startsWith('/oauth_token.do');
      (isToken ? tokenRequests : heard).push(one);
      const chosen = next(isToken ? tokens : replies);
      const reply = typeof chosen === 'function' ? chosen(one) : chosen;
      if (reply === 'hang-up') return void request.socket.destroy();
      const text =
        typeof reply.body === 'string' ? reply.body : reply.body === undefined ? '' : JSON.stringify(reply.body);
      const headers = { 'content-type': 'application/json;charset=UTF-8', ...reply.headers };
      response.writeHead(reply.status ?? 200, headers as Record<string, string | string[]>).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    heard,
    tokenRequests,
    answer: (...some) => {
      replies = some;
    },
    answerToken: (...some) => {
      tokens = some;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The query parameters of what was heard. */
export function parametersOf(heard: Heard | undefined): URLSearchParams {
  return new URL(heard?.url ?? '/', 'http://replay.invalid').searchParams;
}

/** A Batch answer: `answers` by item id, each status and JSON body; items without one are named as unserviced. */
export function batchReply(
  heard: Heard,
  answers: (item: BatchItemHeard) => { status: number; body: unknown } | null,
): Reply {
  const items = batchItems(heard);
  const answered = items.map((item) => ({ item, answer: answers(item) }));
  return {
    body: {
      batch_request_id: '1',
      serviced_requests: answered.flatMap(({ item, answer }) =>
        answer === null
          ? []
          : [
              {
                id: item.id,
                status_code: answer.status,
                status_text: '',
                headers: [],
                execution_time: 5,
                body: Buffer.from(JSON.stringify(answer.body)).toString('base64'),
              },
            ],
      ),
      unserviced_requests: answered.filter(({ answer }) => answer === null).map(({ item }) => item.id),
    },
  };
}

export interface BatchItemHeard {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly body: Readonly<Record<string, string>>;
}

/** The items of a Batch request, bodies decoded. */
export function batchItems(heard: Heard | undefined): readonly BatchItemHeard[] {
  const sent = JSON.parse(heard?.body ?? '{}') as {
    rest_requests?: { id: string; method: string; url: string; body?: string }[];
  };
  return (sent.rest_requests ?? []).map((item) => ({
    id: item.id,
    method: item.method,
    url: item.url,
    body:
      item.body === undefined
        ? {}
        : (JSON.parse(Buffer.from(item.body, 'base64').toString('utf8')) as Record<string, string>),
  }));
}
