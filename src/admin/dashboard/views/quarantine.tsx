import type { QuarantineGroup, Quarantined } from '../../schemas/quarantine.ts';
import { post } from '../api/client.ts';
import { useMay } from '../api/session.ts';
import { useAnswer } from '../api/use-answer.ts';
import { formatRoute } from '../route/route.ts';
import { setFilters } from '../route/use-route.ts';
import { ActButton } from '../ui/act-button.tsx';
import { announce } from '../ui/announce.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { ListPages } from '../ui/list-pages.tsx';
import { Empty, Loaded } from '../ui/parts.tsx';
import { formatNumber } from '../ui/time.ts';
import { TimeText } from '../ui/time-text.tsx';
import { useList } from '../ui/use-list.ts';
import { bothNames } from '../ui/words.ts';
import type { ViewProps } from '../view.tsx';

const topics = ['quarantine'] as const;

/** Records that are set aside, by what went wrong: one cause is mended once, and its records are retried together. */
export function Quarantine({ route }: ViewProps) {
  const { cause = '' } = route.query;
  return cause === '' ? <Groups /> : <Cause cause={cause} />;
}

function Groups() {
  const groups = useAnswer('/api/quarantine/groups', {}, { topics });
  const operator = useMay('operator');
  return (
    <>
      <div class="head">
        <h1>Quarantine</h1>
        {operator && groups.data !== null && groups.data.total > 0 && (
          <ActButton
            label="Retry all"
            act={async () => {
              announce((await post('/api/quarantine/retry', { body: { all: true } })).text);
              await groups.reload();
            }}
          />
        )}
      </div>
      <Loaded answer={groups}>
        {(data) =>
          data.groups.length === 0 ? (
            <Empty title="Nothing is set aside">
              <p>A record that a side refuses comes here with the reason, and is tried again by itself.</p>
            </Empty>
          ) : (
            <ul class="list">
              {data.groups.map((group) => (
                <li key={group.cause} class="card row" data-row>
                  <GroupCard group={group} onChanged={groups.reload} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </>
  );
}

interface GroupCardProps {
  readonly group: QuarantineGroup;
  readonly onChanged: () => Promise<void>;
}

function GroupCard({ group, onChanged }: GroupCardProps) {
  return (
    <>
      <div class="head">
        <h2>
          <a href={formatRoute(['quarantine'], { cause: group.cause })} data-open>
            {formatNumber(group.count)} {group.count === 1 ? 'record' : 'records'}
          </a>
        </h2>
        <span class="soft">
          {group.pairs.join(', ')} · since <TimeText at={group.firstAt} /> · tried again <TimeText at={group.nextAt} />
        </span>
      </div>
      <p>
        <bdi>{group.why}</bdi>
      </p>
      <p class="soft">
        {group.sample.map((row, at) => (
          <>
            {at > 0 && ', '}
            <Record row={row} />
          </>
        ))}
        {group.count > group.sample.length && ' …'}
      </p>
      <Acts selection={{ cause: group.cause }} cause={group.cause} count={group.count} onChanged={onChanged} />
    </>
  );
}

function Record({ row }: { readonly row: Quarantined }) {
  const names = <bdi>{bothNames(row)}</bdi>;
  return row.linkId === null ? names : <a href={formatRoute(['links', row.linkId])}>{names}</a>;
}

interface ActsProps {
  readonly selection: { readonly cause: string } | { readonly keys: string[] };
  readonly cause: string;
  readonly count: number;
  readonly onChanged: () => Promise<void> | void;
}

/** A create whose fate nobody can see: the one cause that a person's own look across mends. */
const blind = 'plan:probe-unknown';

function Acts({ selection, cause, count, onChanged }: ActsProps) {
  const operator = useMay('operator');
  if (!operator) return null;
  const these = count === 1 ? 'this record' : `these ${formatNumber(count)} records`;
  return (
    <div class="actions">
      <ActButton
        label={count === 1 ? 'Retry' : `Retry ${formatNumber(count)}`}
        act={async () => {
          announce((await post('/api/quarantine/retry', { body: selection })).text);
          await onChanged();
        }}
      />
      {cause === blind && 'keys' in selection && (
        <ConfirmButton
          label="Create anyway"
          tone="danger"
          title="Create it although nothing can be seen across?"
          confirm="I have looked; create it"
          act={async () => {
            announce((await post('/api/quarantine/retry', { body: { ...selection, unseen: true } })).text);
            await onChanged();
          }}
        >
          <p>
            Our user sees no tickets across, so that nobody can tell whether this one is there already. Look for it
            there yourself first: if it exists, there will be two.
          </p>
        </ConfirmButton>
      )}
      <ConfirmButton
        label={count === 1 ? 'Drop' : `Drop ${formatNumber(count)}`}
        tone="danger"
        title={`Drop ${these}?`}
        confirm="Drop"
        act={async () => {
          announce((await post('/api/quarantine/drop', { body: selection })).text);
          await onChanged();
        }}
      >
        <p>
          What waits for {these} is forgotten until the ticket changes again. Nothing is written, and nothing is deleted
          on either side.
        </p>
      </ConfirmButton>
    </div>
  );
}

function Cause({ cause }: { readonly cause: string }) {
  const list = useList('/api/quarantine', { cause, limit: 50 }, topics);
  return (
    <>
      <nav aria-label="Where this is" class="soft">
        <a href="#/quarantine">Quarantine</a>
      </nav>
      <div class="head">
        <h1>Set aside for one cause</h1>
        {list.first !== null && <span class="soft">{formatNumber(list.first.total)} records</span>}
      </div>
      {list.first !== null && list.first.total > 1 && (
        <Acts selection={{ cause }} cause={cause} count={list.first.total} onChanged={list.reload} />
      )}
      <ListPages
        list={list}
        keyOf={(row) => row.key}
        empty={
          <Empty title="Nothing is set aside for this cause any more">
            <button type="button" onClick={() => setFilters({ cause: undefined })}>
              All causes
            </button>
          </Empty>
        }
      >
        {(row) => (
          <>
            <div class="head">
              <h2>
                <Record row={row} />
              </h2>
              <span class="soft">
                tried {formatNumber(row.attempts)} times since <TimeText at={row.firstAt} />; again{' '}
                <TimeText at={row.nextAt} />
              </span>
            </div>
            <p>
              <bdi>{row.why}</bdi>
            </p>
            <Acts selection={{ keys: [row.key] }} cause={cause} count={1} onChanged={list.reload} />
          </>
        )}
      </ListPages>
    </>
  );
}
