import { accepted, idParams } from '../schemas/common.ts';
import {
  conflict,
  conflictPage,
  conflictsQuery,
  decision,
  resolvedMany,
  resolveManyBody,
} from '../schemas/conflicts.ts';
import { againBody, proposalPage, proposalsQuery, unmatchedPage, unmatchedQuery } from '../schemas/people.ts';
import {
  quarantineGroups,
  quarantinePage,
  quarantineQuery,
  retryBody,
  selected,
  selection,
} from '../schemas/quarantine.ts';
import { always, type Route } from './route.ts';

/** A ticket may be there twice after that. */
function saysUnseen(body: unknown): boolean {
  const { data } = retryBody.safeParse(body);
  return data !== undefined && 'unseen' in data;
}

/** What waits for a person. */
export const waitingRoutes = {
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
    summary: 'Try records again now: some, all of one cause, or all; with `unseen`, create what cannot be seen across',
    fresh: saysUnseen,
    body: retryBody,
    answer: selected,
  },
  quarantineDrop: {
    method: 'POST',
    path: '/api/quarantine/drop',
    access: 'operator',
    summary: 'Forget records until they change again: some, all of one cause, or all',
    fresh: always,
    body: selection,
    answer: selected,
  },
  unmatched: {
    method: 'GET',
    path: '/api/unmatched',
    access: 'viewer',
    summary: 'People, teams and accounts without a counterpart',
    query: unmatchedQuery,
    answer: unmatchedPage,
  },
  unmatchedAgain: {
    method: 'POST',
    path: '/api/unmatched/again',
    access: 'operator',
    summary: 'Look again for everybody whom a ticket waits for',
    body: againBody,
    answer: accepted,
    status: 202,
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
} as const satisfies Readonly<Record<string, Route>>;
