import { describeEvent } from '../../observability/describe-event.ts';
import { counted, oneLine } from '../../observability/words.ts';
import { namesOf } from '../../operate/names-of.ts';
import { lookAgain } from '../../operate/people.ts';
import { z } from 'zod';
import { decideProposal } from '../../operate/proposals.ts';
import type { ProposalRow } from '../../store/store.ts';
import type { UnmatchedKey, UnmatchedRow } from '../../store/unmatched.ts';
import { ApiProblem } from '../problem.ts';
import { side } from '../schemas/common.ts';
import type { Proposal } from '../schemas/people.ts';
import { pageOf } from '../views/names.ts';
import { given } from './links.ts';
import type { HandlersOf, MakeHandlers } from './types.ts';

type PeopleRoutes = 'unmatched' | 'unmatchedAgain' | 'proposals' | 'proposalAccept' | 'proposalReject';

/** What a person has to say who is who. */
export const peopleHandlers: MakeHandlers<PeopleRoutes> = ({ engine }): HandlersOf<PeopleRoutes> => {
  const { store } = engine;
  return {
    unmatched: async ({ query: { limit, after, pair } }) =>
      store.transaction(async (tx) => {
        const from = after === undefined ? {} : { after: placeIn(after) };
        const rows = await tx.listUnmatched({ ...given({ pair }), ...from, limit: limit + 1 });
        return pageOf(rows, limit, placeOf, (row) => ({ ...row }));
      }),
    unmatchedAgain: async ({ body, operator }) => {
      const count = await lookAgain(operator, body.pair);
      return { text: `${counted(count, 'ticket')} looked at again.` };
    },
    proposals: async ({ query: { status, limit, ...filter } }) =>
      store.transaction(async (tx) => {
        const state = status === 'all' ? {} : { status };
        const rows = await tx.listProposals({ ...given(filter), ...state, limit: limit + 1 });
        return pageOf(rows, limit, (row) => row.id, proposalView);
      }),
    proposalAccept: async ({ params, operator }) => ({
      text: `${bothOf(await decideProposal(operator, params.id, 'accepted'))} are one ticket: they are paired now.`,
    }),
    proposalReject: async ({ params, operator }) => ({
      text: `${bothOf(await decideProposal(operator, params.id, 'rejected'))} are two tickets: they are never proposed again.`,
    }),
  };
};

/** Where a page ended, in one word that fits in an address. */
function placeOf({ pair, side, field, value }: UnmatchedRow): string {
  return Buffer.from(JSON.stringify([pair, side, field, value])).toString('base64url');
}

const place = z.tuple([z.string(), side, z.string(), z.string()]);

function placeIn(after: string): UnmatchedKey {
  try {
    const [pair, on, field, value] = place.parse(JSON.parse(Buffer.from(after, 'base64url').toString()));
    return { pair, side: on, field, value };
  } catch {
    throw new ApiProblem(400, '"after" is not the `next` of a page of this list.');
  }
}

function proposalView(row: ProposalRow): Proposal {
  return {
    id: row.id,
    ...namesOf(row),
    why: { ...row.why },
    text: describeEvent({ type: 'match.proposed', proposal: row }),
    status: row.status,
    at: row.at,
    decidedAt: row.decidedAt,
  };
}

function bothOf({ ids, numbers }: ProposalRow): string {
  return `${oneLine(numbers.servicenow ?? ids.servicenow)} and ${oneLine(numbers.salesforce ?? ids.salesforce)}`;
}
