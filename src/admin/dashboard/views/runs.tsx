import { useState } from 'preact/hooks';
import type { Run } from '../../schemas/runs.ts';
import { post } from '../api/client.ts';
import { useMay } from '../api/session.ts';
import { useAnswer } from '../api/use-answer.ts';
import { formatRoute } from '../route/route.ts';
import { setFilters } from '../route/use-route.ts';
import { ActButton } from '../ui/act-button.tsx';
import { announce } from '../ui/announce.tsx';
import { PairSelect } from '../ui/pair-select.tsx';
import { Empty, Loaded } from '../ui/parts.tsx';
import { formatNumber } from '../ui/time.ts';
import { TimeText } from '../ui/time-text.tsx';
import { useNow } from '../ui/use-now.ts';
import { RunActs, RunProgress, RunState, duration } from './runs/run-parts.tsx';
import { WrittenRuns } from './runs/written.tsx';
import type { ViewProps } from '../view.tsx';

const kinds = ['resync', 'verify', 'undo', 'sync', 'start'];

/** What runs now with its progress, what ran before, and how to start a resync or a verify. */
export function Runs({ route }: ViewProps) {
  const { kind = '' } = route.query;
  const runs = useAnswer(
    '/api/runs',
    { query: { limit: 100, ...(kind === '' ? {} : { kind }) } },
    { topics: ['runs'], everyMs: 10_000 },
  );
  const operator = useMay('operator');
  return (
    <>
      <div class="head">
        <h1>Runs</h1>
        <label>
          Kind
          <select value={kind} onChange={(event) => setFilters({ kind: event.currentTarget.value })}>
            <option value="">all</option>
            {kinds.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
      </div>
      {operator && <StartCard onStarted={runs.reload} />}
      <Loaded answer={runs}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing ran yet">
              <p>A resync compares every record in scope and repairs what differs; a verify only reports it.</p>
            </Empty>
          ) : (
            <ul class="list">
              {items.map((run) => (
                <li key={run.id} class="card row" data-row>
                  <RunCard run={run} onChanged={runs.reload} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <WrittenRuns />
    </>
  );
}

interface RunCardProps {
  readonly run: Run;
  readonly onChanged: () => Promise<void>;
}

function RunCard({ run, onChanged }: RunCardProps) {
  const now = useNow();
  return (
    <>
      <div class="head">
        <h2>
          <a href={formatRoute(['runs', run.id])} data-open>
            {run.kind}
            {run.pair === null ? '' : ` of ${run.pair}`}
          </a>
        </h2>
        <span class="toolbar">
          <RunState run={run} />
          <span class="soft">
            <TimeText at={run.startedAt} /> · {duration(run, now)}
          </span>
        </span>
      </div>
      <RunProgress run={run} />
      {run.error !== null && (
        <p class="problem">
          <bdi>{run.error}</bdi>
        </p>
      )}
      <Counts counts={run.counts} />
      <RunActs run={run} onChanged={onChanged} />
    </>
  );
}

function Counts({ counts }: { readonly counts: Run['counts'] }) {
  const kept = Object.entries(counts).filter(([, count]) => count !== 0);
  if (kept.length === 0) return null;
  return <p class="soft">{kept.map(([name, count]) => `${name} ${formatNumber(count)}`).join(' · ')}</p>;
}

function StartCard({ onStarted }: { readonly onStarted: () => Promise<void> }) {
  const [pair, setPair] = useState('');
  const [since, setSince] = useState('');
  const of = pair === '' ? {} : { pair };
  const start = async (body: Parameters<typeof post<'/api/runs'>>[1]): Promise<void> => {
    const run = await post('/api/runs', body);
    announce(`The ${run.kind} has started.`);
    await onStarted();
  };
  return (
    <section class="card" aria-label="Start a run">
      <div class="toolbar">
        <PairSelect pair={pair} onPair={setPair} />
        <label>
          Changed since
          <input type="datetime-local" value={since} onInput={(event) => setSince(event.currentTarget.value)} />
        </label>
        <ActButton
          label="Resync"
          tone="main"
          title="Compare every record in scope on both sides, and repair what differs"
          act={() =>
            start({
              body: { kind: 'resync', ...of, ...(since === '' ? {} : { since: new Date(since).toISOString() }) },
            })
          }
        />
        <ActButton
          label="Verify"
          title="Read both sides and report what differs; writes nothing"
          act={() => start({ body: { kind: 'verify', ...of } })}
        />
      </div>
      <p class="soft">
        A resync repairs what differs; a verify only reports it. Both read every record in scope: about two API calls
        for a thousand tickets.
      </p>
    </section>
  );
}
