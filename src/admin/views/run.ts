import { describeError } from '../../observability/describe-error.ts';
import { counted, fieldLabel, pairName, showValue, sideNames } from '../../observability/words.ts';
import type { Drift } from '../../engine/verify.ts';
import { namesOf } from '../../operate/names-of.ts';
import type { RunProgress } from '../../operate/run-work.ts';
import type { RunState } from '../../operate/runs.ts';
import type { Drift as DriftView, Run, RunDetail } from '../schemas/runs.ts';

export interface RunViewOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** When this process started. */
  readonly startedAt: number;
}

export function runView({ row, progress, error }: RunState, options: RunViewOptions): Run {
  const { since, of } = row.position;
  return {
    id: row.id,
    kind: row.kind,
    pair: row.pair,
    state: stateOf(row.state, progress !== null, Date.parse(row.startedAt) < options.startedAt),
    since: typeof since === 'string' ? since : null,
    undoes: typeof of === 'string' ? of : null,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    live: progress !== null,
    progress: progress === null ? null : progressView(row.kind, progress, options.now),
    counts: { ...row.counts },
    error: error === null ? null : describeError(error),
  };
}

export function runDetail(state: RunState, options: RunViewOptions): RunDetail {
  return { ...runView(state, options), drift: state.drift.map(driftView) };
}

/** A row that says "running" though nobody runs it was left by a process that ended. */
function stateOf(state: RunState['row']['state'], live: boolean, older: boolean): Run['state'] {
  if (state === 'stopped') return 'paused';
  if (state === 'running' && !live && older) return 'lost';
  return state;
}

function progressView(kind: string, progress: RunProgress, now: number): NonNullable<Run['progress']> {
  const { phase, share, seen, found, startedAt, waitsFor = null } = progress;
  const elapsed = (now - startedAt) / 1000;
  const worth = phase !== 'working' && share > 0.01 && elapsed > 2;
  const words = { walking: 'reading both sides', working: 'bringing into step', comparing: 'comparing' }[phase];
  const counts =
    kind === 'undo'
      ? `${counted(found, 'value')} to put back`
      : `${counted(seen, phase === 'comparing' ? 'link' : 'row')}, ${found} to look at`;
  return {
    phase,
    share,
    seen,
    found,
    etaSeconds: worth ? Math.round((elapsed / share) * (1 - share)) : null,
    text: `${waitsFor === null ? '' : `waits: few calls to ${sideNames[waitsFor]} are left for today, and live changes come first; `}${words}: ${Math.floor(share * 100)} %, ${counts}`,
  };
}

function driftView(drift: Drift): DriftView {
  const { link } = drift;
  const base = { linkId: link.id, ...namesOf(link) };
  if (drift.kind === 'missing') {
    const why = drift.how === 'deleted' ? 'it was deleted' : 'it was deleted, or is hidden from our user';
    const text = `${pairName(link)}: ${sideNames[drift.side]} does not show its record: ${why}`;
    return { ...base, field: null, servicenow: null, salesforce: null, side: drift.side, how: drift.how, text };
  }
  const { servicenow, salesforce } = drift.values;
  const text = `${pairName(link)}: ${fieldLabel(drift.field, 'servicenow')} differs: ServiceNow "${showValue(drift.field, 'servicenow', servicenow)}", Salesforce "${showValue(drift.field, 'salesforce', salesforce)}"`;
  return { ...base, field: drift.field, servicenow, salesforce, side: null, how: null, text };
}
