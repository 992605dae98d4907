import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { LinkStatus } from '../../schemas/common.ts';
import type { LinkPage, LinkRow } from '../../schemas/links.ts';
import { address } from '../api/client.ts';
import { listen } from '../api/live.ts';
import { StatusContext } from '../api/session.ts';
import { formatRoute } from '../route/route.ts';
import { setFilters } from '../route/use-route.ts';
import { PairSelect } from '../ui/pair-select.tsx';
import { Empty, LinkStatusMark } from '../ui/parts.tsx';
import { formatNumber } from '../ui/time.ts';
import { TimeText } from '../ui/time-text.tsx';
import { usePages } from '../ui/use-pages.ts';
import { VirtualTable } from '../ui/virtual-table.tsx';
import { statusNames } from '../ui/words.ts';
import type { ViewProps } from '../view.tsx';

const statuses = Object.keys(statusNames) as readonly LinkStatus[];

/** Every pair of tickets. The URL holds search and filters, so that a view can be sent to somebody. */
export function Links({ route }: ViewProps) {
  const { search = '', pair = '', focus } = route.query;
  const status = statuses.find((one) => one === route.query['status']);
  const oldestFirst = route.query['order'] === 'oldest';
  const filter = {
    ...(search === '' ? {} : { search }),
    ...(status === undefined ? {} : { status }),
    ...(pair === '' ? {} : { pair }),
  };
  const pages = usePages('/api/links', { ...filter, latestFirst: oldestFirst ? 'false' : 'true', limit: 200 });
  const first: LinkPage | null = pages.first;

  return (
    <>
      <div class="head">
        <h1>Links</h1>
        <div class="actions">
          <Refresh reload={pages.reload} />
          <a class="button" href={address('/api/links/export.csv', {}, filter)} download>
            CSV
          </a>
          <a class="button" href={address('/api/links/export.json', {}, filter)} download>
            JSON
          </a>
        </div>
      </div>
      <div class="toolbar" role="search">
        <SearchBox search={search} focus={focus === 'search'} />
        <label>
          Status
          <select value={status ?? ''} onChange={(event) => setFilters({ status: event.currentTarget.value })}>
            <option value="">all</option>
            {statuses.map((one) => (
              <option key={one} value={one}>
                {statusNames[one]}
                {first === null ? '' : ` (${formatNumber(first.byStatus[one])})`}
              </option>
            ))}
          </select>
        </label>
        <PairSelect pair={pair} />
        <label>
          Order
          <select
            value={oldestFirst ? 'oldest' : ''}
            onChange={(event) => setFilters({ order: event.currentTarget.value })}
          >
            <option value="">latest first</option>
            <option value="oldest">oldest first</option>
          </select>
        </label>
      </div>
      <VirtualTable
        label="Links"
        pages={pages}
        columns={columns}
        total={totalOf(first, search, status)}
        empty={<NoLinks filtered={search !== '' || status !== undefined || pair !== ''} />}
      />
    </>
  );
}

/** The server counts by status; what a search lets through is known at its end. */
function totalOf(first: LinkPage | null, search: string, status: LinkStatus | undefined): number | null {
  if (first === null || search !== '') return null;
  if (status !== undefined) return first.byStatus[status];
  return Object.values(first.byStatus).reduce((sum, count) => sum + count, 0);
}

const columns = [
  {
    head: 'ServiceNow',
    cell: (row: LinkRow) => (
      <a href={formatRoute(['links', row.id])} data-open>
        <bdi>{row.servicenowNumber ?? row.servicenowId}</bdi>
      </a>
    ),
  },
  { head: 'Salesforce', cell: (row: LinkRow) => <bdi>{row.salesforceNumber ?? row.salesforceId}</bdi> },
  { head: 'Status', cell: (row: LinkRow) => <LinkStatusMark status={row.status} /> },
  { head: 'Title', size: 'wide' as const, cell: (row: LinkRow) => <bdi>{row.title ?? ''}</bdi> },
  { head: 'Pair', size: 'lesser' as const, cell: (row: LinkRow) => row.pair },
  { head: 'Last in step', cell: (row: LinkRow) => <TimeText at={row.lastSyncedAt} /> },
];

/** Rows do not move under a reader: what changed is shown when asked for. */
function Refresh({ reload }: { readonly reload: () => void }) {
  const [changed, setChanged] = useState(false);
  useEffect(() => listen(['links', 'conflicts', 'quarantine'], () => setChanged(true)), []);
  if (!changed) return null;
  return (
    <button
      type="button"
      onClick={() => {
        setChanged(false);
        reload();
      }}
    >
      Changed meanwhile: show
    </button>
  );
}

/** Asks while one types, a moment after the last key. */
function SearchBox({ search, focus }: { readonly search: string; readonly focus: boolean }) {
  const [text, setText] = useState(search);
  const box = useRef<HTMLInputElement>(null);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => setText(search), [search]);
  useEffect(() => {
    if (focus) box.current?.focus();
  }, [focus]);
  return (
    <input
      ref={box}
      type="search"
      data-search
      aria-label="Search by number, id or words of the title"
      placeholder="Number, id or words of the title   /"
      value={text}
      onInput={(event) => {
        const { value } = event.currentTarget;
        setText(value);
        window.clearTimeout(timer.current);
        timer.current = window.setTimeout(() => setFilters({ search: value.trim(), focus: undefined }), 200);
      }}
    />
  );
}

function NoLinks({ filtered }: { readonly filtered: boolean }) {
  const status = useContext(StatusContext);
  if (filtered)
    return (
      <Empty title="No link fits">
        <p>Search by a whole number or its beginning, by an id, or by words of the title; or take a filter away.</p>
        <a href="#/links">Show all links</a>
      </Empty>
    );
  return (
    <Empty title="Nothing is linked yet">
      <p>
        Tickets are linked when they are found in scope by a poll.
        {status?.healthy === false && ' Something keeps Casebridge from working: see Now.'}
      </p>
      <a href="#/now">See how it is doing</a>
    </Empty>
  );
}
