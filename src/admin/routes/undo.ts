import { run } from '../schemas/runs.ts';
import { undoAsk, undoBody, undoPlan, writtenRuns, writtenRunsQuery } from '../schemas/undo.ts';
import { always, type Route } from './route.ts';

/** Putting back what a run overwrote. */
export const undoRoutes = {
  undoRuns: {
    method: 'GET',
    path: '/api/undo/runs',
    access: 'viewer',
    summary: 'Runs that wrote something, the one begun last first',
    query: writtenRunsQuery,
    answer: writtenRuns,
  },
  undoPlan: {
    method: 'POST',
    path: '/api/undo/plan',
    access: 'operator',
    summary: 'What an undo of a run would put back now; reads both sides, writes nothing',
    body: undoAsk,
    answer: undoPlan,
  },
  undo: {
    method: 'POST',
    path: '/api/undo',
    access: 'operator',
    summary: 'Carry out the plan of this mark; 409 where it is no longer what would be put back',
    fresh: always,
    body: undoBody,
    answer: run,
    status: 202,
  },
} as const satisfies Readonly<Record<string, Route>>;
