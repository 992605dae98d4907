import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import Fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CallRecord } from '../sandbox.ts';
import { armFaults } from '../faults.ts';
import { errorAnswer } from './api.ts';
import type { ApiAnswer, ApiRequest, Instance } from './api.ts';
import { authenticate } from './authenticate.ts';
import type { Caller } from './authenticate.ts';
import { type Content, isContent, receive as takeIn } from '../content.ts';
import { safeDecode } from './batch-api.ts';
import { routeControls } from './controls.ts';
import { dispatch } from './dispatch.ts';
import { faultAnswers } from './fault-answers.ts';
import { limitsOf, rateRefusal, standardHeaders } from './headers.ts';
import type { HourlyCount } from './headers.ts';
import type { OAuthServer, OAuthSettings } from './oauth.ts';
import { routeOAuth } from './oauth-routes.ts';
import { routePages } from './pages.ts';
import { Refusal, refusals } from './refusal.ts';
import { SessionQueue, sessionCookie, sessionCookies } from './sessions.ts';
import { Threads } from './threads.ts';

/** 8,182 bytes passed and 8,347 did not, host counted (recorded: error-414-url-too-long-rec). */
const maxUrlBytes = 8192;
const restHeaders = ['X-Transaction-ID', 'Server-Timing', 'X-Is-Logged-In'];

export interface ServerOptions {
  readonly instance: Instance;
  readonly oauth: OAuthServer;
  readonly oauthSettings: OAuthSettings;
  readonly latencyMs: number;
  readonly calls: MutableCall[];
}

export type MutableCall = { -readonly [K in keyof CallRecord]: CallRecord[K] };

declare module 'fastify' {
  interface FastifyRequest {
    sandboxCall?: MutableCall;
    /** Content type as sent to an API, before it was made one the server takes. */
    sandboxType?: string;
  }
}

/** The HTTP server of the desk, not yet listening. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { instance, oauth } = options;
  const app = Fastify({
    bodyLimit: 1_100_000_000,
    forceCloseConnections: true,
    http: { maxHeaderSize: 131_072 },
    routerOptions: { maxParamLength: 100_000 },
  });
  // The body of an API request is the API's own affair, whatever its type says.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request: FastifyRequest, payload: IncomingMessage): Promise<Content | Buffer> =>
    isUpload(request) ? takeIn(payload) : buffer(payload),
  );
  await app.register(formbody);
  await app.register(multipart, { limits: { fileSize: 1_073_741_824, files: 1 } });
  const sessions = new SessionQueue();
  const threads = new Threads(instance.properties);
  const hours: HourlyCount = { hour: -1, count: 0 };
  app.addHook('onRequest', async (request, reply) => receive(options, hours, request, reply));
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.sandboxCall !== undefined) request.sandboxCall.status = reply.statusCode;
    // A page was not made by the REST layer and carries none of its headers (oauth-token-hibernating-200-html-rec).
    if (String(reply.getHeader('content-type')).startsWith('text/html'))
      for (const name of restHeaders) reply.removeHeader(name);
    return payload;
  });
  armFaults(app, instance.faults, faultAnswers(instance, oauth), (request) =>
    isApi(request) ? true : isToken(request) ? 'when-named' : false,
  );
  app.addHook('onRequest', async (request) => {
    if (!isApi(request) && !isToken(request)) return;
    const fault = instance.faults.strike(
      { method: request.method, path: pathOf(request), onlyNamed: isToken(request) },
      ['revoked-token'],
    );
    if (fault !== null) oauth.revokeAll();
  });
  app.setErrorHandler((error, _request, reply) => {
    const refusal =
      error instanceof Refusal
        ? error
        : new Refusal(500, error instanceof Error ? error.message : 'unknown failure', null);
    return send(reply, errorAnswer(refusal, instance.random));
  });
  routeOAuth(app, options);
  routeControls(app, options);
  routePages(app, instance);
  app.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/api/*',
    exposeHeadRoute: true,
    handler: (request, reply) => answerApi(options, { sessions, threads }, request, reply),
  });
  return app;
}

async function receive(
  options: ServerOptions,
  hours: HourlyCount,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { instance } = options;
  const counted = isApi(request);
  if (!request.url.startsWith('/sandbox/')) {
    const call = { method: request.method, path: pathOf(request), status: 0, counted, atMs: instance.now() };
    options.calls.push(call);
    request.sandboxCall = call;
  }
  reply.headers(standardHeaders(instance, request));
  if (!counted && !request.url.startsWith('/sandbox/')) await pause(options.latencyMs);
  if (instance.url().length + Buffer.byteLength(request.url) > maxUrlBytes) {
    return reply
      .code(414)
      .type('text/html')
      .send(
        '<html><head><title>414 Request-URI Too Large</title></head><body><h1>414 Request-URI Too Large</h1></body></html>',
      );
  }
  const length = Number(request.headers['content-length'] ?? '0');
  const { maxBodyBytes } = instance.properties;
  if (counted && length > maxBodyBytes && !request.url.includes('/attachment/')) {
    const detail = `Rejected large REST payload with content-length = ${length} bytes. Max allowed: ${maxBodyBytes} bytes.`;
    return send(reply, errorAnswer(refusals.unreadable(detail), instance.random));
  }
  if (!counted) return undefined;
  keepContentType(request);
  const limited = limitsOf(instance, hours);
  reply.headers(limited.headers);
  return limited.refusal === null ? undefined : send(reply, errorAnswer(limited.refusal, instance.random));
}

async function answerApi(
  options: ServerOptions,
  { sessions, threads }: { readonly sessions: SessionQueue; readonly threads: Threads },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { instance, oauth } = options;
  const caller = authenticate(request.headers.authorization, oauth);
  if (caller === null) {
    // The challenge and the closed connection are both recorded (error-401-no-credentials-rec).
    reply.headers({ 'WWW-Authenticate': 'BASIC realm="Service-now"', Connection: 'close' });
    return send(reply, errorAnswer(refusals.unauthenticated(), instance.random));
  }
  reply.header('X-Is-Logged-In', 'true');
  reply.header('Set-Cookie', sessionCookies(request.headers.cookie, instance.newId));
  const api = await readApiRequest(request, caller);
  const waitsFrom = instance.now();
  let turnedAway = false;
  const answer = await sessions.run(sessionCookie(request.headers.cookie), async () => {
    const done = await threads.run(async () => {
      const waited = Math.max(0, Math.round(instance.now() - waitsFrom));
      // Only zeros are on record (table-post-incident-rec); the wait for a thread is what it is named for (KB0635398).
      reply.header('Server-Timing', `sem_wait;dur=${waited}, sesh_wait;dur=0`);
      await pause(options.latencyMs);
      return dispatch(instance, api);
    });
    turnedAway = done === null;
    return done;
  });
  // A semaphore's refusal carries no X-RateLimit headers (KB0546297); its body was never seen, so the rule's stands in.
  if (turnedAway) return send(reply, errorAnswer(rateRefusal(100), instance.random));
  return answer === null ? reply.code(202).send() : send(reply, answer);
}

async function readApiRequest(request: FastifyRequest, caller: Caller): Promise<ApiRequest> {
  const at = request.url.indexOf('?');
  const rawQuery = at < 0 ? '' : request.url.slice(at + 1);
  const upload = request.isMultipart() ? await takeApart(request) : null;
  return {
    method: request.method,
    path: upload === null ? pathOf(request) : pathOf(request).replace(/\/upload$/, '/file'),
    rawQuery,
    query: upload?.query ?? new URLSearchParams(rawQuery),
    headers: { ...flatHeaders(request), 'content-type': upload?.type ?? request.sandboxType ?? '' },
    body: bodyOf(request),
    ...contentIn(request, upload),
    user: caller.user,
    byToken: caller.byToken,
  };
}

/** Instances take types that are none, such as `text/plain (.txt)` (attachment-list-incident-rec); the server here would refuse them. */
function keepContentType(request: FastifyRequest): void {
  const type = request.raw.headers['content-type'] ?? '';
  if (type.startsWith('multipart/')) return;
  request.sandboxType = type;
  if (type !== '') request.raw.headers['content-type'] = 'application/octet-stream';
}

function pause(ms: number): Promise<void> | undefined {
  return ms <= 0 ? undefined : new Promise((resolve) => setTimeout(resolve, ms));
}

/** `table_name` and `table_sys_id` come before the file, which is the last part (attachment-post-upload-multipart-doc). */
async function takeApart(
  request: FastifyRequest,
): Promise<{ query: URLSearchParams; type: string; content: Content | null }> {
  const query = new URLSearchParams();
  for await (const part of request.parts()) {
    if (part.type === 'field') {
      query.set(part.fieldname, String(part.value));
      continue;
    }
    query.set('file_name', part.filename);
    return { query, type: part.mimetype, content: await takeIn(part.file) };
  }
  return { query, type: '', content: null };
}

function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** A file is taken in as it flows, whatever it is said to be. */
function isUpload(request: FastifyRequest): boolean {
  return request.method === 'POST' && /^\/api\/now(\/v[12])?\/attachment\/file(\?|$)/.test(request.url);
}

function contentIn(
  request: FastifyRequest,
  upload: { readonly content: Content | null } | null,
): { readonly content?: Content } {
  const content: unknown = upload === null ? (isUpload(request) ? request.body : null) : upload.content;
  return isContent(content) ? { content } : {};
}

function flatHeaders(request: FastifyRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );
}

export function send(reply: FastifyReply, answer: ApiAnswer): FastifyReply {
  return reply
    .code(answer.status)
    .headers(answer.headers)
    .send(isContent(answer.body) ? answer.body.stream() : (answer.body ?? undefined));
}

export function pathOf(request: FastifyRequest): string {
  return safeDecode(request.url.split('?')[0] ?? '');
}

function isApi(request: FastifyRequest): boolean {
  return request.url.startsWith('/api/');
}

function isToken(request: FastifyRequest): boolean {
  return request.url.startsWith('/oauth_');
}
