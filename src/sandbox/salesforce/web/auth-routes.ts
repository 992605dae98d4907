import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { allowedRedirect } from '../auth/connected-app.ts';
import { grant, OAuthRefusal } from '../auth/grants.ts';
import type { AuthParts } from '../auth/grants.ts';
import { identity, userInfo } from '../auth/identity.ts';
import type { Session } from '../auth/sessions.ts';
import { user } from '../schema/people.ts';
import { bytesOf } from './body.ts';
import { html, page, send } from './html.ts';
import { sendAnswer } from './reply.ts';

const expired = { expires: 'Thu, 01 Jan 1970 00:00:00 GMT' };
/** Codes are for one use and soon; sources differ on minutes, clients must not wait. */
const codeMs = 15 * 60_000;

function formOf(request: FastifyRequest): URLSearchParams {
  const form = new URLSearchParams(bytesOf(request).toString());
  // Client id and secret may come as HTTP Basic.
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic !== undefined && !form.has('client_id')) {
    const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString().split(':');
    form.set('client_id', decodeURIComponent(id));
    form.set('client_secret', decodeURIComponent(secret));
  }
  return form;
}

function bearer(parts: AuthParts, request: FastifyRequest): Session | null {
  const asked = new URL(request.url, parts.host()).searchParams.get('oauth_token');
  const token = /^(?:Bearer|OAuth)\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? asked ?? undefined;
  return token === undefined ? null : parts.sessions.use(token);
}

/** Token, revocation, introspection, identity, and the page on which a person allows the app. */
export function authRoutes(app: FastifyInstance, parts: AuthParts): void {
  app.post('/services/oauth2/token', (request, reply) => {
    try {
      return sendAnswer(request, reply, { status: 200, body: grant(parts, formOf(request)), headers: expired });
    } catch (error) {
      if (!(error instanceof OAuthRefusal)) throw error;
      const body = { error: error.error, error_description: error.description };
      return sendAnswer(request, reply, { status: 400, body, headers: expired });
    }
  });
  const revoke = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const token = formOf(request).get('token') ?? new URL(request.url, parts.host()).searchParams.get('token') ?? '';
    if (parts.sessions.revoke(token)) return sendAnswer(request, reply, { status: 200 });
    // jsforce reads this error as a form, unlike the token endpoint's (jsforce oauth2.ts).
    const body = 'error=unsupported_token_type&error_description=this+token+type+is+not+supported';
    return sendAnswer(request, reply, { status: 400, body, type: 'application/x-www-form-urlencoded' });
  };
  app.post('/services/oauth2/revoke', revoke);
  app.get('/services/oauth2/revoke', revoke);
  app.post('/services/oauth2/introspect', (request, reply) => {
    const session = parts.sessions.peek(formOf(request).get('token') ?? '');
    return sendAnswer(request, reply, {
      status: 200,
      body: session === null ? { active: false } : introspection(parts, session),
    });
  });
  const info = (request: FastifyRequest, reply: FastifyReply, show: typeof userInfo): FastifyReply => {
    const session = bearer(parts, request);
    if (session === null)
      return sendAnswer(request, reply, { status: 403, body: 'Bad_OAuth_Token', type: 'text/html;charset=UTF-8' });
    return sendAnswer(request, reply, { status: 200, body: show(parts.org, session, parts.host()) });
  };
  app.get('/services/oauth2/userinfo', (request, reply) => info(request, reply, userInfo));
  app.get('/id/:org/:user', (request, reply) => info(request, reply, identity));
  app.get('/services/oauth2/authorize', (request, reply) => approvalPage(parts, request, reply));
  app.post('/services/oauth2/authorize', (request, reply) => decide(parts, request, reply));
}

function introspection(parts: AuthParts, session: Session): Record<string, unknown> {
  const issued = Math.floor(session.issuedAt / 1000);
  return {
    active: true,
    scope: session.scope,
    client_id: session.clientId,
    username: parts.org.row(session.userId)?.values['Username'],
    sub: `${parts.host()}/id/${parts.org.known.organization}/${session.userId}`,
    token_type: 'access_token',
    exp: Math.floor((session.usedAt + parts.org.settings.sessionMs) / 1000),
    iat: issued,
    nbf: issued,
  };
}

/** What is wrong with an authorisation request that must not be answered by a redirect; null if nothing is. */
function unsafe(parts: AuthParts, asked: URLSearchParams): string | null {
  if (asked.get('client_id') !== parts.app.clientId)
    return 'error=invalid_client_id&error_description=client identifier invalid';
  if (!allowedRedirect(asked.get('redirect_uri') ?? '')) {
    return 'error=redirect_uri_mismatch&error_description=redirect_uri must match configuration';
  }
  return null;
}

function back(reply: FastifyReply, asked: URLSearchParams, answer: Readonly<Record<string, string>>): FastifyReply {
  const target = new URL(asked.get('redirect_uri') ?? '');
  for (const [name, value] of Object.entries(answer)) target.searchParams.set(name, value);
  const state = asked.get('state');
  if (state !== null) target.searchParams.set('state', state);
  return reply.redirect(target.href, 302);
}

function refusedEarly(parts: AuthParts, asked: URLSearchParams, reply: FastifyReply): FastifyReply | null {
  const trouble = unsafe(parts, asked);
  if (trouble !== null) return send(reply.code(400), page('Error', html`<p>${trouble}</p>`));
  if (asked.get('response_type') !== 'code') {
    return back(reply, asked, { error: 'unsupported_response_type', error_description: 'response type must be code' });
  }
  if (parts.org.settings.pkceRequired && asked.get('code_challenge') === null) {
    return back(reply, asked, { error: 'invalid_request', error_description: 'missing required code challenge' });
  }
  return null;
}

function approvalPage(parts: AuthParts, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const asked = new URL(request.url, parts.host()).searchParams;
  const refused = refusedEarly(parts, asked, reply);
  if (refused !== null) return refused;
  const hidden = [...asked].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`);
  const people = [...parts.org.table(user).rows.values()].map((row) => {
    const name = String(row.values['Username']);
    return html`<option>${name}</option>`;
  });
  return send(
    reply,
    page(
      'Allow access?',
      html`<form method="post" action="/services/oauth2/authorize">
        ${hidden}
        <p>Casebridge asks to reach your Salesforce data by its API.</p>
        <label
          >Sign in as
          <select name="username">
            ${people}
          </select></label
        >
        <button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button>
      </form>`,
    ),
  );
}

function decide(parts: AuthParts, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const form = formOf(request);
  const refused = refusedEarly(parts, form, reply);
  if (refused !== null) return refused;
  const person = [...parts.org.table(user).rows.values()].find(
    (row) => row.values['Username'] === form.get('username'),
  );
  if (form.get('decision') !== 'allow' || person === undefined) {
    return back(reply, form, { error: 'access_denied', error_description: 'end-user denied authorization' });
  }
  const code = `aPrx${Array.from({ length: 60 }, () => Math.floor(parts.org.random() * 36).toString(36)).join('')}`;
  parts.codes.set(code, {
    clientId: parts.app.clientId,
    redirectUri: form.get('redirect_uri') ?? '',
    challenge: form.get('code_challenge'),
    userId: person.id,
    scope: form.get('scope') ?? 'refresh_token api',
    expiresAt: parts.org.now() + codeMs,
    used: false,
  });
  return back(reply, form, { code });
}
