import { note } from '../../operate/operator.ts';
import { clearedCookie, sessionCookie } from '../auth/cookie.ts';
import type { Gate } from '../auth/gate.ts';
import { csrfOf, idleMs } from '../auth/sessions.ts';
import type { Who } from '../context.ts';
import type { SessionInfo } from '../schemas/session.ts';
import type { HandlersOf } from './types.ts';

/** Logging in and out. */
export function sessionHandlers(gate: Gate): HandlersOf<'login' | 'logout' | 'session'> {
  return {
    login: async ({ body, request, reply, operator }) => {
      const { secret, row } = await gate.login(body.token, request);
      reply.header('set-cookie', sessionCookie(secret, gate.isHttps(request)));
      await note({ ...operator, actor: row.name }, 'login', null, { role: row.role, from: request.ip });
      return infoOf({
        name: row.name,
        role: row.role,
        via: 'session',
        tokenId: row.tokenId,
        session: { hash: row.hash, secret, createdAt: row.createdAt, endsAt: row.endsAt },
      });
    },
    logout: async ({ who, request, reply, operator }) => {
      const session = who?.session ?? null;
      if (session !== null) await gate.logout(session.hash);
      reply.header('set-cookie', clearedCookie(gate.isHttps(request)));
      await note(operator, 'logout', null);
      return undefined;
    },
    session: async ({ who }) => infoOf(who),
  };
}

function infoOf(who: Who | null): SessionInfo {
  const session = who?.session ?? null;
  return {
    name: who?.name ?? '',
    role: who?.role ?? 'viewer',
    via: who?.via ?? 'token',
    csrf: session === null ? null : csrfOf(session.secret),
    endsAt: session?.endsAt ?? null,
    idleSeconds: session === null ? null : idleMs / 1000,
  };
}
