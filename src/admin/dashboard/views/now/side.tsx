import type { Side } from '../../../schemas/common.ts';
import type { SideStatus } from '../../../schemas/status.ts';
import { DeskLink, Mark, SideName } from '../../ui/parts.tsx';
import { formatDuration, formatNumber, formatShare } from '../../ui/time.ts';
import { TimeText } from '../../ui/time-text.tsx';
import { sideNames, type Tone } from '../../ui/words.ts';

const states: Readonly<Record<SideStatus['state'], readonly [Tone, string]>> = {
  starting: ['busy', 'Starting'],
  running: ['good', 'Running'],
  paused: ['warn', 'Paused'],
  unauthorised: ['bad', 'Not let in'],
};

interface SideCardProps {
  readonly side: Side;
  readonly status: SideStatus;
}

export function SideCard({ side, status }: SideCardProps) {
  const [tone, word] = states[status.state];
  return (
    <section class="card">
      <div class="head">
        <h2>
          <SideName side={side} />
        </h2>
        <Mark tone={status.late && tone === 'good' ? 'warn' : tone}>
          {status.late && tone === 'good' ? 'Late' : word}
        </Mark>
      </div>
      {status.text !== null && <p>{status.text}</p>}
      <dl class="facts">
        {status.pausedUntil !== null && (
          <>
            <dt>Asked again</dt>
            <dd>
              <TimeText at={status.pausedUntil} />
            </dd>
          </>
        )}
        <dt>Last complete poll</dt>
        <dd>
          <TimeText at={status.lastCompleteAt} none="never" />
        </dd>
        <dt>Lag</dt>
        <dd>
          {status.lagSeconds === null
            ? '–'
            : status.lagSeconds < 1
              ? 'under 1 s'
              : formatDuration(status.lagSeconds * 1000)}
          {status.gapSeconds !== null && (
            <span class="soft"> · polled every {formatDuration(status.gapSeconds * 1000)}</span>
          )}
        </dd>
        <dt>API calls</dt>
        <dd>
          {formatNumber(status.calls.lastHour)} an hour · {formatNumber(status.calls.lastDay)} a day
        </dd>
        {status.stretch !== null && (
          <>
            <dt>Slowed</dt>
            <dd>
              <Mark tone="warn">{status.stretch.times} times as seldom</Mark>{' '}
              <span class="soft">{formatShare(status.stretch.left)} of our calls for today are left</span>
            </dd>
          </>
        )}
        <Budget side={side} budget={status.budget} />
      </dl>
      <div class="actions">
        <DeskLink url={status.url}>Open {sideNames[side]}</DeskLink>
      </div>
    </section>
  );
}

/** How much of the vendor's limit is gone, and how much of that is ours. */
function Budget({ side, budget }: { readonly side: Side; readonly budget: SideStatus['budget'] }) {
  if (budget === null || budget.used === null || budget.limit === null || budget.limit === 0) return null;
  const { used, limit, share, ours } = budget;
  return (
    <>
      <dt>Budget</dt>
      <dd>
        <meter
          aria-label={`Calls used in ${sideNames[side]}`}
          min={0}
          max={limit}
          high={limit * 0.8}
          optimum={0}
          value={used}
        />{' '}
        {formatNumber(used)} of {formatNumber(limit)} ({formatShare(used / limit)})
        {ours !== null && <>, {formatNumber(ours)} of them ours</>}
        {share !== null && <span class="soft"> · we may use {formatShare(share)}</span>}
      </dd>
    </>
  );
}
