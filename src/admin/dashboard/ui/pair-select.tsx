import { useContext } from 'preact/hooks';
import { StatusContext } from '../api/session.ts';
import { setFilters } from '../route/use-route.ts';

interface PairSelectProps {
  readonly pair: string;
  /** What a choice does; it becomes a filter of the address where left out. */
  readonly onPair?: (pair: string) => void;
}

const toAddress = (pair: string): void => setFilters({ pair });

/** Chooses a pair of tables; not shown where there is only one. */
export function PairSelect({ pair, onPair = toAddress }: PairSelectProps) {
  const status = useContext(StatusContext);
  const names = [...new Set([...(status?.polls.map((poll) => poll.pair) ?? []), ...(pair === '' ? [] : [pair])])];
  if (names.length < 2) return null;
  return (
    <label>
      Pair
      <select value={pair} onChange={(event) => onPair(event.currentTarget.value)}>
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
