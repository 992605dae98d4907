import type { RunDetail } from '../../schemas/runs.ts';
import { useAnswer } from '../api/use-answer.ts';
import { ApiProblem } from '../api/problem.ts';
import { formatRoute } from '../route/route.ts';
import { Loaded, Value } from '../ui/parts.tsx';
import { LinkCell, Table } from '../ui/table.tsx';
import { formatNumber } from '../ui/time.ts';
import { TimeText } from '../ui/time-text.tsx';
import { useNow } from '../ui/use-now.ts';
import { UndoCard } from './runs/undo-card.tsx';
import { duration, RunActs, RunProgress, RunState } from './runs/run-parts.tsx';

/** One run: how far it is, what it counted, and what a verify found. */
export function RunPage({ id }: { readonly id: string }) {
  const run = useAnswer('/api/runs/:id', { params: { id } }, { topics: ['runs'], everyMs: 5000 });
  const now = useNow();
  if (run.data === null && run.problem instanceof ApiProblem && run.problem.status === 404)
    return (
      <>
        <nav aria-label="Where this is" class="soft">
          <a href="#/runs">Runs</a>
        </nav>
        <div class="head">
          <h1>Run</h1>
        </div>
        <p>
          <span class="id">{id}</span> is no resync and no verify. If it is a round of the daemon or of{' '}
          <code>sync</code>, what it wrote is all that is kept of it.
        </p>
        <UndoCard run={id} />
      </>
    );
  return (
    <>
      <nav aria-label="Where this is" class="soft">
        <a href="#/runs">Runs</a>
      </nav>
      <Loaded answer={run}>
        {(data) => (
          <>
            <div class="head">
              <h1>
                {data.kind}
                {data.pair === null ? '' : ` of ${data.pair}`}
              </h1>
              <RunState run={data} />
            </div>
            <section class="card" aria-label="Progress" aria-live="polite">
              <RunProgress run={data} />
              {data.error !== null && (
                <p class="problem">
                  <bdi>{data.error}</bdi>
                </p>
              )}
              <dl class="facts">
                <dt>Run</dt>
                <dd class="id">{data.id}</dd>
                {data.undoes !== null && (
                  <>
                    <dt>Puts back</dt>
                    <dd>
                      <a class="id" href={formatRoute(['runs', data.undoes])}>
                        {data.undoes}
                      </a>
                    </dd>
                  </>
                )}
                <dt>Started</dt>
                <dd>
                  <TimeText at={data.startedAt} as="exact" />
                </dd>
                <dt>Ended</dt>
                <dd>
                  <TimeText at={data.endedAt} as="exact" none="not yet" />
                </dd>
                <dt>Took</dt>
                <dd>{duration(data, now)}</dd>
                {Object.entries(data.counts).map(([name, count]) => (
                  <>
                    <dt>{name}</dt>
                    <dd>{formatNumber(count)}</dd>
                  </>
                ))}
              </dl>
              <RunActs run={data} onChanged={run.reload} />
            </section>
            {data.state !== 'running' && data.kind !== 'verify' && <UndoCard run={data.id} />}
            {data.drift.length > 0 && <DriftTable drift={data.drift} />}
          </>
        )}
      </Loaded>
    </>
  );
}

function DriftTable({ drift }: { readonly drift: RunDetail['drift'] }) {
  return (
    <section class="card">
      <h2>What differs</h2>
      <Table heads={['Tickets', 'What', 'ServiceNow', 'Salesforce']}>
        {drift.map((one) => (
          <tr key={`${one.linkId} ${one.field ?? ''} ${one.side ?? ''}`} data-row>
            <LinkCell of={one} />
            <td>
              <bdi>{one.text}</bdi>
            </td>
            <td>
              <Value value={one.servicenow} />
            </td>
            <td>
              <Value value={one.salesforce} />
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
