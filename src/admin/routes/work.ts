import { accepted, idParams } from '../schemas/common.ts';
import { wakeBody } from '../schemas/events.ts';
import { mapping, mappingPlan, pairList, pairParams, pauseBody, planBody, resumeBody } from '../schemas/pairs.ts';
import { run, runDetail, runList, runsQuery, startRun } from '../schemas/runs.ts';
import { always, type Route } from './route.ts';

/** Runs, polls, pairs of tables and their mapping. */
export const workRoutes = {
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
    fresh: isResync,
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
    fresh: always,
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
    mostBytes: 1024,
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
    fresh: always,
    params: pairParams,
    body: resumeBody,
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
} as const satisfies Readonly<Record<string, Route>>;

function isResync(body: unknown): boolean {
  return startRun.safeParse(body).data?.kind === 'resync';
}
