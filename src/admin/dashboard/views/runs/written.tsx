import { useAnswer } from '../../api/use-answer.ts';
import { formatRoute } from '../../route/route.ts';
import { Loaded } from '../../ui/parts.tsx';
import { Table } from '../../ui/table.tsx';
import { formatNumber } from '../../ui/time.ts';
import { TimeText } from '../../ui/time-text.tsx';

/** Every run that wrote values, the rounds of the daemon included: where an undo begins. */
export function WrittenRuns() {
  const runs = useAnswer('/api/undo/runs', { query: { limit: 20 } }, { topics: ['runs'], everyMs: 30_000 });
  return (
    <section class="card" aria-labelledby="written">
      <h2 id="written">What wrote values</h2>
      <p class="soft">
        A daemon from start to stop, a sync, a resync and an undo are one run each. Open one to see what an undo of it
        would put back.
      </p>
      <Loaded answer={runs}>
        {({ items }) =>
          items.length === 0 ? (
            <p>Nothing was written yet.</p>
          ) : (
            <Table labelledBy="written" heads={['Run', 'Kind', 'From', 'To', 'Values', 'Tickets']}>
              {items.map((run) => (
                <tr key={run.runId} data-row>
                  <td>
                    <a class="id" href={formatRoute(['runs', run.runId])} title={run.runId} data-open>
                      {run.runId.slice(0, 8)}…{run.runId.slice(-4)}
                    </a>
                  </td>
                  <td>{run.kind === null ? 'daemon or sync' : run.kind}</td>
                  <td>
                    <TimeText at={run.firstAt} />
                  </td>
                  <td>
                    <TimeText at={run.lastAt} />
                  </td>
                  <td>{`${formatNumber(run.values)}${run.more ? '+' : ''}`}</td>
                  <td>{`${formatNumber(run.tickets)}${run.more ? '+' : ''}`}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </Loaded>
    </section>
  );
}
