import { useContext } from 'preact/hooks';
import type { HealthProblem, Status } from '../../schemas/status.ts';
import { post } from '../api/client.ts';
import { StatusContext, useMay } from '../api/session.ts';
import { ActButton } from '../ui/act-button.tsx';
import { announce } from '../ui/announce.tsx';
import { Mark } from '../ui/parts.tsx';
import { formatNumber } from '../ui/time.ts';
import { TimeText } from '../ui/time-text.tsx';
import { sides } from '../ui/words.ts';
import { ActivityCard } from './now/activity.tsx';
import { PairsCard } from './now/pairs.tsx';
import { ResumeButton } from './now/resume-button.tsx';
import { SeriesCard } from './now/series.tsx';
import { SideCard } from './now/side.tsx';

/** Is it working, what is late, what stands still and what helps. */
export function Now() {
  const status = useContext(StatusContext);
  const operator = useMay('operator');
  return (
    <>
      <div class="head">
        <h1>Now</h1>
        {operator && <SyncNow />}
      </div>
      {status === null ? (
        <p class="soft">Loading …</p>
      ) : (
        <>
          <HealthCard status={status} />
          <div class="cards">
            {sides.map((side) => (
              <SideCard key={side} side={side} status={status.sides[side]} />
            ))}
            <WaitingCard status={status} />
          </div>
          <SeriesCard />
          <div class="cards">
            <PairsCard status={status} />
            <ActivityCard />
          </div>
        </>
      )}
    </>
  );
}

function SyncNow() {
  return (
    <ActButton
      label="Poll both sides now"
      act={async () => {
        announce((await post('/api/sync')).text);
      }}
    />
  );
}

function HealthCard({ status }: { readonly status: Status }) {
  return (
    <section class="card" aria-label="Health" aria-live="polite">
      <p class="health">
        {status.healthy ? (
          <Mark tone="good">Healthy: both sides are polled in time, and nothing stands still.</Mark>
        ) : (
          <Mark tone="bad">Not healthy</Mark>
        )}
      </p>
      {!status.healthy && (
        <ul class="list">
          {status.problems.map((problem) => (
            <li key={`${problem.code} ${problem.side ?? ''} ${problem.pair ?? ''}`} class="toolbar" data-row>
              <span>{problem.text}</span>
              <Help problem={problem} status={status} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The button that helps, where one does. */
function Help({ problem, status }: { readonly problem: HealthProblem; readonly status: Status }) {
  const operator = useMay('operator');
  if (!operator) return null;
  if (problem.code === 'side-paused' || problem.code === 'side-late') return <SyncNow />;
  const pause = status.pauses.find((one) => problem.code === 'pair-paused' && one.pair === problem.pair);
  return pause === undefined ? null : <ResumeButton pause={pause} />;
}

function WaitingCard({ status }: { readonly status: Status }) {
  const waiting: readonly (readonly [string, number, string])[] = [
    ['Conflicts', status.openConflicts, '#/conflicts'],
    ['Set aside', status.quarantined, '#/quarantine'],
    ['Matches', status.openProposals, '#/matches'],
    ['People', status.unmatched, '#/people'],
  ];
  const odd: readonly (readonly [string, number | undefined, string])[] = [
    ['Refused', status.refused, 'Links with a field that a desk accepts and keeps as it was'],
    ['Missing', status.missing, 'Links with a record that no answer holds'],
  ];
  const { created, updated } = status.totals;
  return (
    <section class="card">
      <h2>Work</h2>
      <dl class="facts">
        <dt>Queue</dt>
        <dd>
          {formatNumber(status.queue.waiting)} waiting, {formatNumber(status.queue.active)} under way
        </dd>
        <dt>In doubt</dt>
        <dd title="Writes that were sent and whose outcome is not known yet">{formatNumber(status.inDoubt)}</dd>
        {waiting.map(([label, count, href]) => (
          <>
            <dt>{label}</dt>
            <dd>{count === 0 ? '0' : <a href={href}>{formatNumber(count)}</a>}</dd>
          </>
        ))}
        {odd.map(
          ([label, count, title]) =>
            (count ?? 0) > 0 && (
              <>
                <dt>{label}</dt>
                <dd title={title}>{formatNumber(count ?? 0)}</dd>
              </>
            ),
        )}
        <dt>Links</dt>
        <dd>
          <a href="#/links">{formatNumber(status.links.total)}</a>
        </dd>
        <dt>Since start</dt>
        <dd>
          {formatNumber(created.servicenow + created.salesforce)} created,{' '}
          {formatNumber(updated.servicenow + updated.salesforce)} updated
        </dd>
        <dt>Started</dt>
        <dd>
          <TimeText at={status.startedAt} /> <span class="soft">· version {status.version}</span>
        </dd>
      </dl>
    </section>
  );
}
