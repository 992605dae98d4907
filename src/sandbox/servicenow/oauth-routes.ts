import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decodeBasic } from './authenticate.ts';
import { allowPage, loginPage, messagePage } from './oauth-pages.ts';
import type { ServerOptions } from './server.ts';

/** One body for every refusal, whatever the cause (oauth-token-denied-rec, oauth-refresh-denied-rec). */
const denied = JSON.stringify({ error_description: 'access_denied', error: 'server_error' });
const tokenType = 'application/json;charset=utf-8';

/** Token, authorisation, login and revocation endpoints. */
export function routeOAuth(app: FastifyInstance, options: ServerOptions): void {
  /** Session cookie of a browser → user name. */
  const sessions = new Map<string, string>();
  app.post('/oauth_token.do', (request, reply) => answerToken(options, request, reply));
  // Unauthenticated; status and body are undocumented (oauth-revoke-doc), so an empty 200.
  app.get('/oauth_revoke_token.do', (request, reply) => {
    options.oauth.revoke(queryOf(request).get('token') ?? '');
    return reply.code(200).send('');
  });
  app.get('/oauth_auth.do', (request, reply) => showAuthorize(options, sessions, request, reply));
  app.post('/oauth_auth.do', (request, reply) => decideAuthorize(options, sessions, request, reply));
  app.get('/oauth_login.do', (request, reply) =>
    reply.type('text/html').send(loginPage(queryOf(request).get('next') ?? '/', false)),
  );
  app.post('/oauth_login.do', (request, reply) => {
    const form = formOf(request);
    const next = form.get('next') ?? '/';
    const user = form.get('user_name') ?? '';
    if (!options.oauth.passwordOk(user, form.get('user_password') ?? ''))
      return reply.code(200).type('text/html').send(loginPage(next, true));
    const session = options.instance.newId();
    sessions.set(session, user);
    return reply
      .header('Set-Cookie', `glide_session_store=${session}; Max-Age=1800; Path=/; HttpOnly; SameSite=Lax`)
      .redirect(localPath(next), 302);
  });
}

function answerToken(options: ServerOptions, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const form = formOf(request);
  // Parameters in the URL are refused on newly built instances (OAuth-token-processor-parm).
  if (
    options.oauthSettings.bodyParametersOnly &&
    ['grant_type', 'client_secret', 'password'].some((name) => queryOf(request).has(name))
  )
    return refuse(reply);
  for (const [name, value] of options.oauthSettings.bodyParametersOnly ? [] : queryOf(request))
    if (!form.has(name)) form.set(name, value);
  // Client credentials as form fields or as HTTP Basic: ServiceNow's own Python client sends the latter.
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme.toLowerCase() === 'basic' && !form.has('client_secret')) {
    const [id, secret] = decodeBasic(value);
    form.set('client_id', form.get('client_id') ?? id);
    form.set('client_secret', secret);
  }
  const answer = options.oauth.grant(form);
  return answer === null
    ? refuse(reply)
    : reply.code(200).header('Content-Type', tokenType).send(JSON.stringify(answer));
}

function refuse(reply: FastifyReply): FastifyReply {
  return reply.code(401).header('Content-Type', tokenType).send(denied);
}

/** Login first, then Allow or Deny, then back with a code (KB0725643). */
function showAuthorize(
  options: ServerOptions,
  sessions: ReadonlyMap<string, string>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const asked = queryOf(request);
  const problem = problemWith(options, asked);
  if (problem !== null) return reply.code(200).type('text/html').send(messagePage(problem));
  const user = sessions.get(sessionOf(request));
  if (user === undefined) return reply.redirect(`/oauth_login.do?next=${encodeURIComponent(request.url)}`, 302);
  return reply.type('text/html').send(allowPage(user, asked));
}

function decideAuthorize(
  options: ServerOptions,
  sessions: ReadonlyMap<string, string>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const asked = formOf(request);
  const user = sessions.get(sessionOf(request));
  const problem = problemWith(options, asked);
  if (user === undefined || problem !== null)
    return reply
      .code(200)
      .type('text/html')
      .send(messagePage(problem ?? 'Session expired'));
  const back = new URL(asked.get('redirect_uri') ?? '');
  const code =
    asked.get('decision') === 'allow'
      ? options.oauth.authorize({
          clientId: asked.get('client_id') ?? '',
          redirectUri: asked.get('redirect_uri') ?? '',
          challenge: asked.get('code_challenge'),
          user,
        })
      : null;
  if (code === null) back.searchParams.set('error', 'access_denied');
  else back.searchParams.set('code', code);
  const state = asked.get('state');
  if (state !== null) back.searchParams.set('state', state);
  return reply.redirect(back.toString(), 302);
}

function problemWith(options: ServerOptions, asked: URLSearchParams): string | null {
  if (asked.get('response_type') !== 'code') return 'Invalid response_type';
  // authorization-workflow gives the sentence.
  if (options.oauthSettings.stateRequired && (asked.get('state') ?? '') === '')
    return 'Missing State parameter in request';
  const method = asked.get('code_challenge_method');
  if (asked.has('code_challenge') && method !== 'S256') return 'Invalid code_challenge_method';
  return options.oauth.knowsRedirect(asked.get('client_id') ?? '', asked.get('redirect_uri') ?? '')
    ? null
    : 'Invalid redirect_uri';
}

// A login must not send the browser to somebody else's site.
function localPath(next: string): string {
  return next.startsWith('/') && !next.startsWith('//') ? next : '/';
}

function sessionOf(request: FastifyRequest): string {
  return /(?:^|;\s*)glide_session_store=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
}

function queryOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1));
}

/** A form body; anything else, JSON above all, is as good as empty and ends in the refusal (r_OAuthAPIRequestParameters). */
export function formOf(request: FastifyRequest): URLSearchParams {
  const form = new URLSearchParams();
  const { body } = request;
  if (typeof body !== 'object' || body === null || Buffer.isBuffer(body)) return form;
  for (const [name, value] of Object.entries(body))
    form.set(name, Array.isArray(value) ? String(value[0]) : String(value));
  return form;
}
