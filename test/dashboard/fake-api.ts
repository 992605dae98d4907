import { createReadStream, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { routes, type Answer, type RouteName } from '../../src/admin/routes.ts';
import type { Problem } from '../../src/admin/schemas/common.ts';
import type { LiveEvent } from '../../src/admin/schemas/events.ts';

const dist = join(import.meta.dirname, '..', '..', 'src', 'admin', 'dashboard', 'dist');
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface Asked {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** What a route answers: typed by the table that the real server answers by. */
export type Answers = { [N in RouteName]?: (asked: Asked) => Answer<N> };

/** Thrown by an answer: the server says no. */
export class Refusal extends Error {
  readonly problem: Partial<Problem> & { readonly status: number };
  constructor(status: number, detail: string, more: Partial<Problem> = {}) {
    super(detail);
    this.problem = { type: 'about:blank', title: 'No', status, detail, ...more };
  }
}

export interface FakeApi {
  readonly url: string;
  readonly answers: Answers;
  /** Every request that changes something, as `POST /api/sync`. */
  readonly acts: readonly string[];
  tell(event: LiveEvent): void;
  dropStreams(): void;
  stop(): Promise<void>;
}

/** The admin API's addresses with canned answers, and the built page: for states that a real daemon is seldom in. */
export async function startFakeApi(answers: Answers): Promise<FakeApi> {
  const acts: string[] = [];
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    void handle(request, response).catch((error: unknown) => {
      const problem =
        error instanceof Refusal ? error.problem : { type: 'about:blank', status: 500, detail: String(error) };
      response.writeHead(problem.status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    if (!url.pathname.startsWith('/api/')) return sendFile(url.pathname, response);
    if (url.pathname === '/api/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 200\n\n');
      streams.add(response);
      response.on('close', () => streams.delete(response));
      return undefined;
    }
    const found = match(request.method ?? 'GET', url.pathname);
    const answer = found === null ? undefined : answers[found.name];
    if (found === null || answer === undefined) throw new Refusal(404, `no such address: ${url.pathname}`);
    if (request.method !== 'GET') acts.push(`${request.method} ${url.pathname}`);
    const body = answer({ params: found.params, query: url.searchParams, body: await bodyOf(request) });
    if (body === undefined) response.writeHead(204).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    return undefined;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    answers,
    acts,
    tell: (event) => {
      for (const stream of streams) stream.write(`id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`);
    },
    dropStreams: () => {
      for (const stream of streams) stream.destroy();
    },
    stop: () => stop(server),
  };
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function sendFile(path: string, response: ServerResponse): void {
  const name = path === '/' ? 'index.html' : path.slice(1);
  const file = join(dist, name);
  if (name.includes('..') || !existsSync(file)) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream' });
  createReadStream(file).pipe(response);
  return undefined;
}

function match(
  method: string,
  path: string,
): { readonly name: RouteName; readonly params: Record<string, string> } | null {
  const parts = path.split('/');
  // An address without parameters goes before one that a parameter would swallow.
  const names = (Object.keys(routes) as RouteName[]).toSorted(
    (a, b) => Number(routes[a].path.includes(':')) - Number(routes[b].path.includes(':')),
  );
  for (const name of names) {
    const pattern = routes[name].path.split('/');
    if (routes[name].method !== method || pattern.length !== parts.length) continue;
    const params: Record<string, string> = {};
    const fits = pattern.every((part, at) => {
      const given = decodeURIComponent(parts[at] ?? '');
      if (part.startsWith(':')) params[part.slice(1)] = given;
      return part.startsWith(':') || part === given;
    });
    if (fits) return { name, params };
  }
  return null;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? undefined : JSON.parse(text);
}
