import { z } from 'zod';
import { accepted, idParams, problem } from './schemas/common.ts';
import {
  conflict,
  conflictPage,
  conflictsQuery,
  decision,
  resolvedMany,
  resolveManyBody,
} from './schemas/conflicts.ts';
import { eventsQuery, wakeBody } from './schemas/events.ts';
import {
  exportQuery,
  historyPage,
  historyQuery,
  linkDetail,
  linkNow,
  linkPage,
  linkRow,
  linksQuery,
} from './schemas/links.ts';
import { mapping, mappingPlan, pairList, pairParams, pauseBody, planBody } from './schemas/pairs.ts';
import { proposalPage, proposalsQuery, unmatchedPage, unmatchedQuery } from './schemas/people.ts';
import { quarantineGroups, quarantinePage, quarantineQuery, selected, selection } from './schemas/quarantine.ts';
import { run, runDetail, runList, runsQuery, startRun } from './schemas/runs.ts';
import { loginBody, sessionInfo } from './schemas/session.ts';
import { series, seriesQuery, status } from './schemas/status.ts';
import { auditPage, auditQuery, madeToken, newToken, token, tokenList } from './schemas/tokens.ts';

/**
 * Who may ask. `open`: anybody; `signed`: who knows CASEBRIDGE_WAKE_SECRET; the others: a token or a session of that role or a
 * higher one (viewer < operator < admin).
 */
export type Access = 'open' | 'signed' | 'viewer' | 'operator' | 'admin';

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Parameters as `:id`. */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** What comes back; a stream has a content type instead. */
  readonly answer?: z.ZodType;
  readonly stream?: string;
  /** Where it is not 200. */
  readonly status?: 201 | 202 | 204;
}

/** Every address of the API. The server, the OpenAPI document and the tests of who may do what are made from this table. */
export const routes = {
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

  links: {
    method: 'GET',
    path: '/api/links',
    access: 'viewer',
    summary: 'Pairs of tickets',
    query: linksQuery,
    answer: linkPage,
  },
  linksCsv: {
    method: 'GET',
    path: '/api/links/export.csv',
    access: 'viewer',
    summary: 'The link table for a spreadsheet',
    query: exportQuery,
    stream: 'text/csv; charset=utf-8',
  },
  linksJson: {
    method: 'GET',
    path: '/api/links/export.json',
    access: 'viewer',
    summary: 'The link table as JSON lines',
    query: exportQuery,
    stream: 'application/x-ndjson; charset=utf-8',
  },
  link: {
    method: 'GET',
    path: '/api/links/:id',
    access: 'viewer',
    summary: 'One pair: what both sides last agreed on, what is held, what happened',
    params: idParams,
    answer: linkDetail,
  },
  linkNow: {
    method: 'GET',
    path: '/api/links/:id/now',
    access: 'viewer',
    summary: 'Both sides of a pair, read now',
    params: idParams,
    answer: linkNow,
  },
  linkHistory: {
    method: 'GET',
    path: '/api/links/:id/history',
    access: 'viewer',
    summary: 'What happened to the fields of a pair, latest first',
    params: idParams,
    query: historyQuery,
    answer: historyPage,
  },
  linkResync: {
    method: 'POST',
    path: '/api/links/:id/resync',
    access: 'operator',
    summary: 'Compare both sides of a pair again, now',
    params: idParams,
    answer: accepted,
    status: 202,
  },
  linkRetry: {
    method: 'POST',
    path: '/api/links/:id/retry',
    access: 'operator',
    summary: 'Try a pair that is set aside again, now',
    params: idParams,
    answer: accepted,
    status: 202,
  },
  linkUnlink: {
    method: 'POST',
    path: '/api/links/:id/unlink',
    access: 'operator',
    summary: 'End a pair: its two records are never matched or created from again',
    params: idParams,
    answer: linkRow,
  },
  linkRelink: {
    method: 'POST',
    path: '/api/links/:id/relink',
    access: 'operator',
    summary: 'Take up a pair again that was ended',
    params: idParams,
    answer: linkRow,
  },

  conflicts: {
    method: 'GET',
    path: '/api/conflicts',
    access: 'viewer',
    summary: 'Fields that both sides changed',
    query: conflictsQuery,
    answer: conflictPage,
  },
  conflict: {
    method: 'GET',
    path: '/api/conflicts/:id',
    access: 'viewer',
    summary: 'One conflict',
    params: idParams,
    answer: conflict,
  },
  conflictResolve: {
    method: 'POST',
    path: '/api/conflicts/:id/resolve',
    access: 'operator',
    summary: 'Decide a conflict; 409 where somebody was faster',
    params: idParams,
    body: decision,
    answer: conflict,
  },
  conflictsResolve: {
    method: 'POST',
    path: '/api/conflicts/resolve',
    access: 'operator',
    summary: 'Decide many conflicts at once, by ids or by a filter',
    body: resolveManyBody,
    answer: resolvedMany,
  },

  quarantine: {
    method: 'GET',
    path: '/api/quarantine',
    access: 'viewer',
    summary: 'Records that are set aside',
    query: quarantineQuery,
    answer: quarantinePage,
  },
  quarantineGroups: {
    method: 'GET',
    path: '/api/quarantine/groups',
    access: 'viewer',
    summary: 'Records that are set aside, by cause',
    answer: quarantineGroups,
  },
  quarantineRetry: {
    method: 'POST',
    path: '/api/quarantine/retry',
    access: 'operator',
    summary: 'Try records again now: some, all of one cause, or all',
    body: selection,
    answer: selected,
  },
  quarantineDrop: {
    method: 'POST',
    path: '/api/quarantine/drop',
    access: 'operator',
    summary: 'Forget records until they change again: some, all of one cause, or all',
    body: selection,
    answer: selected,
  },

  runs: {
    method: 'GET',
    path: '/api/runs',
    access: 'viewer',
    summary: 'Runs, latest first',
    query: runsQuery,
    answer: runList,
  },
  run: {
    method: 'GET',
    path: '/api/runs/:id',
    access: 'viewer',
    summary: 'One run, with its progress',
    params: idParams,
    answer: runDetail,
  },
  runStart: {
    method: 'POST',
    path: '/api/runs',
    access: 'operator',
    summary: 'Start a resync or a verify; 409 while another is under way',
    body: startRun,
    answer: run,
    status: 202,
  },
  runPause: {
    method: 'POST',
    path: '/api/runs/:id/pause',
    access: 'operator',
    summary: 'Stop a resync so that it can go on from there',
    params: idParams,
    answer: run,
  },
  runStop: {
    method: 'POST',
    path: '/api/runs/:id/stop',
    access: 'operator',
    summary: 'End a run for good',
    params: idParams,
    answer: run,
  },
  runResume: {
    method: 'POST',
    path: '/api/runs/:id/resume',
    access: 'operator',
    summary: 'Go on with a resync that was paused or whose process ended',
    params: idParams,
    answer: run,
    status: 202,
  },

  syncNow: {
    method: 'POST',
    path: '/api/sync',
    access: 'operator',
    summary: 'Poll both sides now',
    answer: accepted,
    status: 202,
  },
  wake: {
    method: 'POST',
    path: '/api/wake',
    access: 'signed',
    summary: 'A desk says that something changed: poll now',
    body: wakeBody,
    answer: accepted,
    status: 202,
  },

  pairs: {
    method: 'GET',
    path: '/api/pairs',
    access: 'viewer',
    summary: 'Pairs of tables',
    answer: pairList,
  },
  pairPause: {
    method: 'POST',
    path: '/api/pairs/:name/pause',
    access: 'operator',
    summary: 'Let a pair of tables stand still until it is resumed',
    params: pairParams,
    body: pauseBody,
    answer: accepted,
  },
  pairResume: {
    method: 'POST',
    path: '/api/pairs/:name/resume',
    access: 'operator',
    summary: 'Set a pair of tables going again',
    params: pairParams,
    answer: accepted,
  },
  mapping: {
    method: 'GET',
    path: '/api/mapping',
    access: 'viewer',
    summary: 'The mapping in force, as data',
    answer: mapping,
  },
  mappingPlan: {
    method: 'POST',
    path: '/api/mapping/plan',
    access: 'operator',
    summary: 'What another mapping would change in what is linked now; writes nothing',
    body: planBody,
    answer: mappingPlan,
  },

  unmatched: {
    method: 'GET',
    path: '/api/unmatched',
    access: 'viewer',
    summary: 'People, teams and accounts without a counterpart',
    query: unmatchedQuery,
    answer: unmatchedPage,
  },
  proposals: {
    method: 'GET',
    path: '/api/proposals',
    access: 'viewer',
    summary: 'Records that may be the same ticket',
    query: proposalsQuery,
    answer: proposalPage,
  },
  proposalAccept: {
    method: 'POST',
    path: '/api/proposals/:id/accept',
    access: 'operator',
    summary: 'These two are one ticket: pair them',
    params: idParams,
    answer: accepted,
  },
  proposalReject: {
    method: 'POST',
    path: '/api/proposals/:id/reject',
    access: 'operator',
    summary: 'These two are not one ticket: never propose them again',
    params: idParams,
    answer: accepted,
  },

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
    body: newToken,
    answer: madeToken,
    status: 201,
  },
  tokenRevoke: {
    method: 'DELETE',
    path: '/api/tokens/:id',
    access: 'admin',
    summary: 'End a token, and every session that was opened with it',
    params: idParams,
    answer: token,
  },
} as const satisfies Readonly<Record<string, Route>>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;

type Out<T> = T extends z.ZodType ? z.output<T> : undefined;
type In<T> = T extends z.ZodType ? z.input<T> : undefined;
type Part<N extends RouteName, K extends string> = Routes[N] extends Readonly<Record<K, infer T>> ? T : undefined;

/** What a handler returns, and what a client gets. */
export type Answer<N extends RouteName> = Out<Part<N, 'answer'>>;
/** What a handler is given. */
export type Params<N extends RouteName> = Out<Part<N, 'params'>>;
export type Query<N extends RouteName> = Out<Part<N, 'query'>>;
export type Body<N extends RouteName> = Out<Part<N, 'body'>>;
/** What a client sends. */
export type QueryInput<N extends RouteName> = In<Part<N, 'query'>>;
export type BodyInput<N extends RouteName> = In<Part<N, 'body'>>;

/** Every answer that is not what was asked for. */
export const problemSchema = problem;
