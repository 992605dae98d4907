import type { Hold, Link } from '../../core/link.ts';
import { type Side, sides } from '../../core/side.ts';
import type { MatchingTx, ProposalRow } from '../matching.ts';
import { byText, type State } from './state.ts';

/** Proposals, and links found by their records alone. */
export function matchingMethods(state: State): MatchingTx {
  const keyOf = ({ pair, ids }: Pick<ProposalRow, 'pair' | 'ids'>): string =>
    `${pair} ${ids.servicenow} ${ids.salesforce}`;
  const byId = (id: string): ProposalRow | undefined => state.proposals.where((row) => row.id === id)[0];
  const linkedBy = (side: Side, ids: ReadonlySet<string>): readonly Link[] =>
    state.links.where((link) => ids.has(link.ids[side])).toSorted(byText((link) => link.id));
  return {
    proposalsOf: async (pair, side, ids) => {
      const wanted = new Set(ids);
      return state.proposals
        .where((row) => row.pair === pair && wanted.has(row.ids[side]))
        .toSorted(byText((row) => row.id));
    },
    saveProposals: async (rows) => {
      for (const row of rows) {
        const held = state.proposals.get(keyOf(row));
        if (held === undefined) state.proposals.set(keyOf(row), row);
        else if (held.status === 'open')
          state.proposals.set(keyOf(row), { ...held, why: row.why, numbers: row.numbers });
      }
    },
    listProposals: async ({ status, pair, after, limit }) =>
      state.proposals
        .where((row) => status === undefined || row.status === status)
        .filter((row) => (pair === undefined || row.pair === pair) && (after === undefined || row.id > after))
        .toSorted(byText((row) => row.id))
        .slice(0, limit),
    proposalById: async (id) => byId(id) ?? null,
    decideProposal: async (id, status, at) => {
      const held = byId(id);
      if (held?.status !== 'open') return false;
      state.proposals.set(keyOf(held), { ...held, status, decidedAt: at });
      return true;
    },
    dropProposals: async (pair, side, ids) => {
      const named = new Set(ids);
      const dropped = state.proposals
        .where((one) => one.pair === pair && one.status === 'open' && named.has(one.ids[side]))
        .toSorted(byText((row) => row.id));
      for (const row of dropped) state.proposals.delete(keyOf(row));
      return dropped;
    },

    linksAnywhere: async (side, ids) => linkedBy(side, new Set(ids)),
    linksToRejoin: async (links) => {
      const records = new Set(links.flatMap((link) => sides.map((side) => `${side} ${link.ids[side]}`)));
      const waiting = state.links.where(
        (link) => link.status !== 'detached' && namedBy(link.holds).some((parent) => records.has(parent)),
      );
      const joined = links.filter((link) =>
        waitsFor(link.holds).some((parent) =>
          sides.some(
            (side) =>
              state.links.where((one) => one.status !== 'detached' && `${side} ${one.ids[side]}` === parent).length > 0,
          ),
        ),
      );
      return [...new Set([...waiting, ...joined].map((link) => link.id))];
    },
  };
}

/** Parents that the holds name, in a circle or not linked. */
function namedBy(holds: readonly Hold[]): readonly string[] {
  const circles = holds.flatMap(({ reason }) =>
    reason.kind === 'parent-circle' ? [`${reason.side} ${reason.value}`] : [],
  );
  return [...waitsFor(holds), ...circles];
}

function waitsFor(holds: readonly Hold[]): readonly string[] {
  return holds.flatMap(({ reason }) => (reason.kind === 'parent-not-linked' ? [`${reason.side} ${reason.value}`] : []));
}
