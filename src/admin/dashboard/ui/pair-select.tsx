import { useContext } from 'preact/hooks';
import { StatusContext } from '../api/session.ts';
import { setFilters } from '../route/use-route.ts';

/** Filters by pair of tables; not shown where there is only one. */
export function PairSelect({ pair }: { readonly pair: string }) {
  const status = useContext(StatusContext);
  const names = [...new Set([...(status?.polls.map((poll) => poll.pair) ?? []), ...(pair === '' ? [] : [pair])])];
  if (names.length < 2) return null;
  return (
    <label>
      Pair
      <select value={pair} onChange={(event) => setFilters({ pair: event.currentTarget.value })}>
        <option value="">all</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
