import { post } from '../api/client.ts';
import { useMay } from '../api/session.ts';
import { formatRoute } from '../route/route.ts';
import { ActButton } from '../ui/act-button.tsx';
import { announce } from '../ui/announce.tsx';
import { ListPages } from '../ui/list-pages.tsx';
import { PairSelect } from '../ui/pair-select.tsx';
import { Empty, SideName } from '../ui/parts.tsx';
import { formatNumber } from '../ui/time.ts';
import { TimeText } from '../ui/time-text.tsx';
import { useList } from '../ui/use-list.ts';
import type { ViewProps } from '../view.tsx';

const reasons: Readonly<Record<string, string>> = {
  none: 'Nobody across fits.',
  several: 'Several across fit, and none is taken by chance.',
};

/** People, teams and accounts that were met on one side and have no counterpart on the other. */
export function People({ route }: ViewProps) {
  const { pair = '' } = route.query;
  const operator = useMay('operator');
  const list = useList('/api/unmatched', { ...(pair === '' ? {} : { pair }), limit: 100 }, ['links']);
  return (
    <>
      <div class="head">
        <h1>People without counterpart</h1>
        <div class="toolbar">
          <PairSelect pair={pair} />
          {operator && list.items.length > 0 && (
            <ActButton
              label="Look again"
              title="Look again for everybody whom a ticket waits for"
              act={async () => {
                announce((await post('/api/unmatched/again', { body: pair === '' ? {} : { pair } })).text);
                list.reload();
              }}
            />
          )}
        </div>
      </div>
      <ListPages
        list={list}
        keyOf={(row) => [row.pair, row.side, row.field, row.value].join(' ')}
        empty={
          <Empty title="Everybody has a counterpart">
            <p>A person, team or account that was not found across is listed here, with what was used instead.</p>
          </Empty>
        }
      >
        {(row) => (
          <>
            <div class="head">
              <h2>
                <bdi>{row.label ?? row.value}</bdi>
              </h2>
              <span class="soft">
                {formatNumber(row.times)} times, last <TimeText at={row.lastAt} />
              </span>
            </div>
            <p>
              In <SideName side={row.side} />, field <code>{row.field}</code>, value <code>{row.value}</code>.{' '}
              {row.linkId !== null && (
                <a href={formatRoute(['links', row.linkId])} data-open>
                  The latest ticket
                </a>
              )}
            </p>
            <p>{row.why !== undefined && <bdi>{reasons[row.why] ?? row.why}</bdi>}</p>
            <p class="soft">
              Give them the same e-mail address on both sides, or name the two in the mapping’s table of people.
            </p>
          </>
        )}
      </ListPages>
    </>
  );
}
