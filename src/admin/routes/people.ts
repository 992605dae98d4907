import { idParams } from '../schemas/common.ts';
import { auditPage, auditQuery, madeToken, newToken, token, tokenList } from '../schemas/tokens.ts';
import { always, type Route } from './route.ts';

/** Who may come in, and what they did. */
export const peopleRoutes = {
  audit: {
    method: 'GET',
    path: '/api/audit',
    access: 'operator',
    summary: 'What people did, latest first',
    query: auditQuery,
    answer: auditPage,
  },
  tokens: {
    method: 'GET',
    path: '/api/tokens',
    access: 'admin',
    summary: 'Tokens, without their secrets',
    answer: tokenList,
  },
  tokenAdd: {
    method: 'POST',
    path: '/api/tokens',
    access: 'admin',
    summary: 'Make a token; it is shown once',
    fresh: always,
    body: newToken,
    answer: madeToken,
    status: 201,
  },
  tokenRevoke: {
    method: 'DELETE',
    path: '/api/tokens/:id',
    access: 'admin',
    summary: 'End a token, and every session that was opened with it',
    fresh: always,
    params: idParams,
    answer: token,
  },
} as const satisfies Readonly<Record<string, Route>>;
