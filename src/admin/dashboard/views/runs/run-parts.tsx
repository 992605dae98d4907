import type { Run } from '../../../schemas/runs.ts';
import { post } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { ActButton } from '../../ui/act-button.tsx';
import { announce } from '../../ui/announce.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { Mark } from '../../ui/parts.tsx';
import { formatDuration, formatNumber, formatShare } from '../../ui/time.ts';
import type { Tone } from '../../ui/words.ts';

const states: Readonly<Record<Run['state'], readonly [Tone, string]>> = {
  running: ['busy', 'Running'],
  paused: ['warn', 'Paused'],
  done: ['good', 'Done'],
  failed: ['bad', 'Failed'],
  cancelled: ['off', 'Stopped'],
  lost: ['warn', 'Its process is gone'],
};

export function RunState({ run }: { readonly run: Run }) {
  const [tone, word] = states[run.state];
  return <Mark tone={tone}>{word}</Mark>;
}

export function duration(run: Run, now: number): string {
  const end = run.endedAt === null ? now : Date.parse(run.endedAt);
  return formatDuration(Math.max(0, end - Date.parse(run.startedAt)));
}

/** How far a run has come, and when it will be done. */
export function RunProgress({ run }: { readonly run: Run }) {
  const { progress } = run;
  if (progress === null) return null;
  const eta = progress.etaSeconds === null ? '' : `, about ${formatDuration(progress.etaSeconds * 1000)} to go`;
  return (
    <div class="said">
      <progress aria-label={`Progress of the ${run.kind}`} max={1} value={progress.share} />
      <p>
        {formatShare(progress.share)}
        {eta} · {formatNumber(progress.seen)} looked at, {formatNumber(progress.found)} differ{' '}
        <span class="soft">
          · <bdi>{progress.text}</bdi>
        </span>
      </p>
    </div>
  );
}

interface RunActsProps {
  readonly run: Run;
  readonly onChanged: () => Promise<void>;
}

export function RunActs({ run, onChanged }: RunActsProps) {
  const operator = useMay('operator');
  if (!operator) return null;
  const params = { id: run.id };
  const resumable = run.kind === 'resync' && (run.state === 'paused' || run.state === 'lost');
  // All of an undo is decided when it begins.
  const live = run.state === 'running' && run.live && run.kind !== 'undo';
  if (!resumable && !live) return null;
  return (
    <div class="actions">
      {live && run.kind === 'resync' && (
        <ActButton
          label="Pause"
          act={async () => {
            await post('/api/runs/:id/pause', { params });
            announce('Paused; it can go on from here.');
            await onChanged();
          }}
        />
      )}
      {resumable && (
        <ActButton
          label="Go on"
          tone="main"
          act={async () => {
            await post('/api/runs/:id/resume', { params });
            announce('It goes on where it stopped.');
            await onChanged();
          }}
        />
      )}
      <ConfirmButton
        label="Stop"
        tone="danger"
        title={`Stop this ${run.kind} for good?`}
        confirm="Stop"
        act={async () => {
          await post('/api/runs/:id/stop', { params });
          announce('Stopped.');
          await onChanged();
        }}
      >
        <p>What it has done stays done. A stopped run cannot go on; a new one starts from the beginning.</p>
      </ConfirmButton>
    </div>
  );
}
