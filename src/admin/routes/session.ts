import { z } from 'zod';
import { eventsQuery } from '../schemas/events.ts';
import { loginBody, sessionInfo } from '../schemas/session.ts';
import { series, seriesQuery, status } from '../schemas/status.ts';
import type { Route } from './route.ts';

/** Logging in, and how things stand. */
export const sessionRoutes = {
  login: {
    method: 'POST',
    path: '/api/login',
    access: 'open',
    summary: 'Log in with a token; sets the session cookie',
    body: loginBody,
    answer: sessionInfo,
  },
  logout: {
    method: 'POST',
    path: '/api/logout',
    access: 'viewer',
    summary: 'End this session',
    status: 204,
  },
  session: {
    method: 'GET',
    path: '/api/session',
    access: 'viewer',
    summary: 'Who is asking, and what for',
    answer: sessionInfo,
  },
  status: {
    method: 'GET',
    path: '/api/status',
    access: 'viewer',
    summary: 'How both sides, the queue and the pairs are doing',
    answer: status,
  },
  series: {
    method: 'GET',
    path: '/api/series',
    access: 'viewer',
    summary: 'What happened each minute, as this process saw it',
    query: seriesQuery,
    answer: series,
  },
  events: {
    method: 'GET',
    path: '/api/events',
    access: 'viewer',
    summary: 'What happens, as server-sent events; goes on after Last-Event-ID',
    query: eventsQuery,
    stream: 'text/event-stream',
  },
  openapi: {
    method: 'GET',
    path: '/api/openapi.json',
    access: 'viewer',
    summary: 'This API as an OpenAPI 3.1 document',
    answer: z.record(z.string(), z.unknown()),
  },
} as const satisfies Readonly<Record<string, Route>>;
