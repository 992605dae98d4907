import type { AsideTx } from '../aside.ts';
import { partsOf } from '../aside.ts';
import type { QuarantineRow } from '../store.ts';
import { byText, type State } from './state.ts';

/** What people ask of the records that are set aside. */
export function asideMethods(state: State): AsideTx {
  const rowsOf = (pair?: string): readonly QuarantineRow[] =>
    state.quarantine.where((row) => pair === undefined || row.pair === pair).toSorted(byText(placeOf));
  return {
    quarantinePage: async ({ pair, after, limit }) =>
      rowsOf(pair)
        .filter((row) => after === undefined || placeOf(row) > placeOf(after))
        .slice(0, limit),
    quarantineGroups: async (pair) =>
      [...Map.groupBy(rowsOf(pair), (row) => JSON.stringify([row.pair, ...partsOf(row.reason)])).values()].flatMap(
        (rows) => {
          const last = rows.at(-1);
          if (last === undefined) return [];
          const least = (of: (row: QuarantineRow) => string): string => rows.map(of).toSorted()[0] ?? of(last);
          return {
            pair: last.pair,
            reason: last.reason,
            count: rows.length,
            firstAt: least((row) => row.firstAt),
            nextAt: least((row) => row.nextAt),
            keys: rows.slice(0, 5).map((row) => row.key),
          };
        },
      ),
    releaseQuarantine: async (pair, at, instead) => {
      for (const row of rowsOf(pair)) {
        const meant = row.reason.kind === 'plan' && row.reason.why === instead?.of;
        state.quarantine.set(row.key, {
          ...row,
          nextAt: at,
          reason: meant ? { kind: 'plan', why: instead.is } : row.reason,
        });
      }
    },
  };
}

function placeOf({ firstAt, key }: Pick<QuarantineRow, 'firstAt' | 'key'>): string {
  return `${firstAt} ${key}`;
}
