import multipart from '@fastify/multipart';
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as delay } from 'node:timers/promises';
import { armFaults } from '../../faults.ts';
import type { CallRecord } from '../../sandbox.ts';
import type { AuthParts } from '../auth/grants.ts';
import { ApiError, dailyLimitEntry, notFound, sessionEntry } from '../errors.ts';
import type { ApiAnswer, ApiRequest } from '../rest/message.ts';
import type { Usage } from '../rest/limits.ts';
import { servesVersion, versions } from '../rest/versions.ts';
import { authRoutes } from './auth-routes.ts';
import { readBody } from './body.ts';
import { controlRoutes } from './controls.ts';
import { faultAnswers } from './fault-answers.ts';
import { metadataApi } from './metadata-api.ts';
import { pageRoutes } from './pages.ts';
import { sendAnswer, standingHeaders } from './reply.ts';

export interface WebParts extends AuthParts {
  readonly api: (request: ApiRequest) => ApiAnswer;
  readonly usage: Usage;
  readonly calls: CallRecord[];
  readonly latencyMs: number;
}

type MutableCall = { -readonly [Key in keyof CallRecord]: CallRecord[Key] };

declare module 'fastify' {
  interface FastifyRequest {
    salesforceCall?: MutableCall;
  }
}

/** The HTTP face of the org: OAuth, the REST API, the switches and the pages. */
export function buildServer(parts: WebParts): FastifyInstance {
  // Longer URLs must reach us to be answered by 414, so the header limit is wide.
  const app = fastify({
    bodyLimit: 64 * 1024 * 1024,
    forceCloseConnections: true,
    http: { maxHeaderSize: 256 * 1024 },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  // Multipart is limited to 2 GB (REST guide, "Insert or Update Blob Data").
  void app.register(multipart, { limits: { fileSize: 2 * 1024 ** 3, fieldSize: 64 * 1024 * 1024, files: 5 } });
  countCalls(app, parts);
  armFaults(app, parts.org.faults, faultAnswers, (request) => {
    if (request.url.startsWith('/services/oauth2/')) return 'when-named';
    return request.url.startsWith('/services/data/');
  });
  authRoutes(app, parts);
  metadataApi(app, parts);
  controlRoutes(app, parts);
  pageRoutes(app, parts);
  const list = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    sendAnswer(request, reply, { status: 200, body: versions });
  // Recording `rest-versions-list`: no token needed, no limit header.
  app.get('/services/data', list);
  app.get('/services/data/', list);
  app.all('/services/data/*', (request, reply) => answerApi(parts, request, reply));
  app.setNotFoundHandler((request, reply) => sendAnswer(request, reply, { status: 404, body: notFound().entries }));
  app.setErrorHandler((error, request, reply) => {
    const answer: ApiAnswer =
      error instanceof ApiError
        ? { status: error.status, body: error.entries }
        : {
            status: 500,
            body: [{ message: `An unexpected error occurred: ${String(error)}`, errorCode: 'UNKNOWN_EXCEPTION' }],
          };
    return sendAnswer(request, reply, answer);
  });
  return app;
}

/** Notes every request and gives the answer the org's clock and standing headers. */
function countCalls(app: FastifyInstance, parts: WebParts): void {
  app.addHook('onRequest', async (request, reply) => {
    const [path = ''] = request.url.split('?');
    if (!path.startsWith('/services/') && !path.startsWith('/id/')) return;
    const call: MutableCall = { method: request.method, path, status: 0, counted: false, atMs: parts.org.now() };
    request.salesforceCall = call;
    parts.calls.push(call);
    reply.headers({ ...standingHeaders, date: new Date(parts.org.now()).toUTCString() });
    reply.header(
      'x-sfdc-request-id',
      Array.from({ length: 32 }, () => Math.floor(parts.org.random() * 16).toString(16)).join(''),
    );
    if (parts.latencyMs > 0) await delay(parts.latencyMs);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.salesforceCall !== undefined) request.salesforceCall.status = reply.statusCode;
    return payload;
  });
}

const uriLimit = 16_384;

async function answerApi(parts: WebParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  // Recording `query-414-uri-too-long`: the web tier's own page.
  if (request.url.length > uriLimit) {
    const page = '<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>';
    return sendAnswer(request, reply, { status: 414, body: page, type: 'text/html' });
  }
  const token = /^(?:Bearer|OAuth)\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const struck = parts.org.faults.strike({ method: request.method, path: request.url }, ['revoked-token']);
  if (struck !== null) parts.sessions.revoke(token);
  const session = parts.sessions.use(token);
  if (session === null) {
    // Recording `rest-401-invalid-session`: no limit header.
    return sendAnswer(request, reply, { status: 401, body: [sessionEntry], headers: { 'www-authenticate': 'Token' } });
  }
  const target = new URL(request.url, parts.host());
  const [, , , version = '', ...path] = target.pathname.split('/').map(decodeURIComponent);
  const { org, usage } = parts;
  usage.count(org.now());
  if (request.salesforceCall !== undefined) request.salesforceCall.counted = true;
  const used = usage.used(org.now());
  if (used > org.settings.dailyApiRequests) return sendAnswer(request, reply, { status: 403, body: [dailyLimitEntry] });
  const answer = servesVersion(version.slice(1))
    ? await run(parts, request, {
        version: version.slice(1),
        path: path.filter((segment) => segment !== ''),
        query: target.searchParams,
        session,
      })
    : { status: 404, body: notFound().entries };
  reply.header('sforce-limit-info', `api-usage=${usage.used(org.now())}/${org.settings.dailyApiRequests}`);
  // `error-after`: done, and yet the answer says that something went wrong.
  if (org.faults.strike({ method: request.method, path: request.url }, ['error-after']) !== null) {
    return sendAnswer(request, reply, { status: 500, body: [unexpected] });
  }
  return sendAnswer(request, reply, answer);
}

const unexpected = { message: 'An unexpected error occurred.', errorCode: 'UNKNOWN_EXCEPTION' };

interface Target {
  readonly version: string;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly session: { readonly token: string; readonly userId: string };
}

async function run(parts: WebParts, request: FastifyRequest, target: Target): Promise<ApiAnswer> {
  try {
    const body = await readBody(request);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
    );
    return parts.api({
      org: parts.org,
      method: request.method,
      version: target.version,
      base: `/services/data/v${target.version}`,
      host: parts.host(),
      path: target.path,
      query: target.query,
      headers,
      body: body.json,
      blobs: Object.fromEntries(Object.entries(body.blobs).map(([name, content]) => [name, parts.org.hold(content)])),
      userId: target.session.userId,
      session: target.session.token,
      nested: false,
      text:
        request.headers['content-type']?.startsWith('text/csv') === true && Buffer.isBuffer(request.body)
          ? request.body.toString()
          : null,
    });
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, body: error.entries };
    throw error;
  }
}
