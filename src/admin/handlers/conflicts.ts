import { counted } from '../../observability/words.ts';
import { decideConflict, decideMany, type DecidedMany } from '../../operate/conflicts.ts';
import { peopleOfConflicts } from '../../operate/people-of.ts';
import { Refused } from '../../operate/refused.ts';
import type { SettledValue } from '../../core/plan.ts';
import type { ConflictRow } from '../../store/store.ts';
import type { Conflict, DecisionBody } from '../schemas/conflicts.ts';
import { conflictView } from '../views/conflict.ts';
import { pageOf } from '../views/names.ts';
import { given } from './links.ts';
import type { HandlersOf, MakeHandlers } from './types.ts';

type ConflictRoutes = 'conflicts' | 'conflict' | 'conflictResolve' | 'conflictsResolve';

/** Fields that both sides changed. */
export const conflictHandlers: MakeHandlers<ConflictRoutes> = ({ engine, names }): HandlersOf<ConflictRoutes> => {
  const { store } = engine;
  const viewOf = async (row: ConflictRow): Promise<Conflict> => {
    const { values, writers } = peopleOfConflicts([row]);
    return conflictView(row, await names.read(values, writers));
  };
  return {
    conflicts: async ({ query }) => {
      const { status, limit, after, ...rest } = query;
      const filter = { ...given(rest), ...(status === 'all' ? {} : { status }) };
      const { rows, ...counts } = await store.transaction(async (tx) => {
        const from = after === undefined ? {} : { after };
        const rows = await tx.conflictPage({ ...filter, ...from, limit: limit + 1 });
        const total = Object.values(await tx.countConflicts(filter)).reduce((sum, count) => sum + count, 0);
        const { field: _field, ...anyField } = given(rest);
        const byField = { ...(await tx.countConflicts({ ...anyField, status: 'open' })) };
        return { rows, total, byField };
      });
      const { values, writers } = peopleOfConflicts(rows);
      const known = await names.read(values, writers);
      const page = pageOf(
        rows,
        limit,
        (row) => row.id,
        (row) => conflictView(row, known),
      );
      return { ...page, ...counts };
    },
    conflict: async ({ params: { id } }) => {
      const row = await store.transaction((tx) => tx.conflictById(id));
      if (row === null) throw new Refused({ kind: 'no-conflict', id });
      return viewOf(row);
    },
    conflictResolve: async ({ params, body, operator }) =>
      viewOf(await decideConflict(operator, params.id, decisionOf(body))),
    conflictsResolve: async ({ body, operator }) => {
      const decision: SettledValue = { kind: 'take', side: body.take };
      const chosen = 'ids' in body ? { ids: body.ids } : { filter: given(body.filter) };
      const result = await decideMany(operator, chosen, decision);
      return { ...result, skipped: [...result.skipped], text: describeMany(result) };
    },
  };
};

function decisionOf(body: DecisionBody): SettledValue {
  return 'take' in body ? { kind: 'take', side: body.take } : { kind: 'value', value: body.value };
}

function describeMany({ decided, skipped, left }: DecidedMany): string {
  return [
    `${counted(decided, 'conflict')} decided.`,
    ...(skipped.length === 0 ? [] : [`${skipped.length} left out: somebody was faster, or they are gone.`]),
    ...(left === 0 ? [] : [`${left} more are open.`]),
  ].join(' ');
}
