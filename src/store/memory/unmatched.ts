import { onePerPerson, type UnmatchedKey, type UnmatchedTx } from '../unmatched.ts';
import { byText, type State } from './state.ts';

export function unmatchedMethods(state: State): UnmatchedTx {
  return {
    noteUnmatched: async (rows) => {
      for (const row of onePerPerson(rows)) {
        const known = state.unmatched.get(keyOf(row));
        state.unmatched.set(
          keyOf(row),
          known === undefined ? row : { ...row, times: known.times + row.times, firstAt: known.firstAt },
        );
      }
    },
    clearUnmatched: async (keys) => {
      for (const key of keys) state.unmatched.delete(keyOf(key));
    },
    listUnmatched: async ({ pair, after, limit }) =>
      state.unmatched
        .where((row) => pair === undefined || row.pair === pair)
        .filter((row) => after === undefined || keyOf(row) > keyOf(after))
        .toSorted(byText(keyOf))
        .slice(0, limit),
  };
}

/** In the order of its parts: a NUL stands before everything that a part may hold. */
function keyOf({ pair, side, field, value }: UnmatchedKey): string {
  return [pair, side, field, value].join('\u0000');
}
