import { useState } from 'preact/hooks';
import type { Side } from '../../schemas/common.ts';
import type { Conflict, ConflictStatus } from '../../schemas/conflicts.ts';
import { post } from '../api/client.ts';
import { useMay } from '../api/session.ts';
import { setFilters } from '../route/use-route.ts';
import { announce } from '../ui/announce.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { ListPages } from '../ui/list-pages.tsx';
import { PairSelect } from '../ui/pair-select.tsx';
import { Empty } from '../ui/parts.tsx';
import { formatNumber } from '../ui/time.ts';
import { type ListState, useList } from '../ui/use-list.ts';
import { bothNames, sideNames, sides } from '../ui/words.ts';
import type { ViewProps } from '../view.tsx';
import { ConflictCard } from './conflicts/conflict-card.tsx';

const statuses: Readonly<Record<ConflictStatus | 'all', string>> = {
  open: 'waiting for a person',
  decided: 'decided, being carried out',
  settled: 'settled',
  all: 'all',
};
const mostPicked = 10_000;

/** Fields that both sides changed. One is decided in its card, many in the bar above. */
export function Conflicts({ route }: ViewProps) {
  const status =
    (Object.keys(statuses) as (ConflictStatus | 'all')[]).find((one) => one === route.query['status']) ?? 'open';
  const { pair = '', field = '', linkId = '' } = route.query;
  const filter = {
    ...(pair === '' ? {} : { pair }),
    ...(field === '' ? {} : { field }),
  };
  const list = useList('/api/conflicts', { status, ...filter, ...(linkId === '' ? {} : { linkId }), limit: 50 }, [
    'conflicts',
  ]);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const operator = useMay('operator');
  const fields = Object.entries(list.first?.byField ?? {});
  const open = list.items.filter((conflict) => conflict.status === 'open');

  return (
    <>
      <div class="head">
        <h1>Conflicts</h1>
        {list.first !== null && <span class="soft">{formatNumber(list.first.total)} under this filter</span>}
      </div>
      <div class="toolbar">
        <label>
          Show
          <select value={status} onChange={(event) => setFilters({ status: event.currentTarget.value })}>
            {Object.entries(statuses).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label>
          Field
          <select value={field} onChange={(event) => setFilters({ field: event.currentTarget.value })}>
            <option value="">all</option>
            {fields.map(([name, count]) => (
              <option key={name} value={name}>
                {name} ({formatNumber(count)})
              </option>
            ))}
            {field !== '' && !fields.some(([name]) => name === field) && <option value={field}>{field}</option>}
          </select>
        </label>
        <PairSelect pair={pair} />
        {linkId !== '' && (
          <button type="button" onClick={() => setFilters({ linkId: undefined })}>
            Of one link only ×
          </button>
        )}
      </div>
      {operator && status === 'open' && open.length > 0 && (
        <ManyBar list={list} open={open} picked={picked} onPick={setPicked} filter={linkId === '' ? filter : null} />
      )}
      <ListPages
        list={list}
        empty={
          <Empty title={status === 'open' ? 'No conflict waits for a person' : 'No conflict here'}>
            <p>
              Conflicts that a rule decides are settled by themselves; both values are kept, and shown under “settled”.
            </p>
          </Empty>
        }
        keyOf={(conflict) => conflict.id}
      >
        {(conflict) => (
          <ConflictCard
            conflict={conflict}
            onChanged={list.reload}
            lead={
              operator &&
              conflict.status === 'open' && (
                <input
                  type="checkbox"
                  class="pick"
                  aria-label={`Select ${bothNames(conflict)}, ${conflict.labels.servicenow}`}
                  checked={picked.has(conflict.id)}
                  onChange={(event) => setPicked(toggled(picked, conflict.id, event.currentTarget.checked))}
                />
              )
            }
          />
        )}
      </ListPages>
    </>
  );
}

function toggled(all: ReadonlySet<string>, id: string, on: boolean): ReadonlySet<string> {
  const next = new Set(all);
  if (on) next.add(id);
  else next.delete(id);
  return next;
}

interface ManyBarProps {
  readonly list: ListState<Conflict, { readonly total: number }>;
  readonly open: readonly Conflict[];
  readonly picked: ReadonlySet<string>;
  readonly onPick: (picked: ReadonlySet<string>) => void;
  /** What “all matching” means; null where it cannot be said. */
  readonly filter: { readonly pair?: string; readonly field?: string } | null;
}

/** Decides many at once: those selected here, or every one that the filter lets through, shown or not. */
function ManyBar({ list, open, picked, onPick, filter }: ManyBarProps) {
  const [allMatching, setAllMatching] = useState(false);
  const chosen = open.filter((conflict) => picked.has(conflict.id));
  const total = list.first?.total ?? open.length;
  const count = allMatching ? total : chosen.length;
  const allHere = chosen.length === open.length;
  const act = async (take: Side): Promise<void> => {
    const body =
      allMatching && filter !== null
        ? { take, filter }
        : { take, ids: chosen.slice(0, mostPicked).map((one) => one.id) };
    const done = await post('/api/conflicts/resolve', { body });
    announce(done.text);
    onPick(new Set());
    setAllMatching(false);
    list.reload();
  };
  return (
    <section class="card toolbar" aria-label="Decide many at once">
      <label>
        <input
          type="checkbox"
          checked={allHere}
          onChange={(event) => {
            setAllMatching(false);
            onPick(event.currentTarget.checked ? new Set(open.map((one) => one.id)) : new Set());
          }}
        />
        All {formatNumber(open.length)} shown
      </label>
      {filter !== null && total > open.length && allHere && (
        <button type="button" aria-pressed={allMatching} onClick={() => setAllMatching(!allMatching)}>
          All {formatNumber(total)} under this filter
        </button>
      )}
      <span role="status" class="soft">
        {formatNumber(count)} selected
      </span>
      {sides.map((side) => (
        <ConfirmButton
          key={side}
          label={`Take ${sideNames[side]}’s for these`}
          disabled={count === 0}
          title={`Take ${sideNames[side]}’s value in ${formatNumber(count)} conflicts?`}
          confirm={`Decide ${formatNumber(count)}`}
          act={() => act(side)}
        >
          <p>
            Each is carried out at once. The other values stay on record, under “settled” and in the history of each
            link.
          </p>
        </ConfirmButton>
      ))}
    </section>
  );
}
