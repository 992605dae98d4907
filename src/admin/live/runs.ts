import type { RunState } from '../../operate/runs.ts';
import { runView } from '../views/run.ts';
import type { NewEvent } from './hub.ts';

/** A step of a background run as the live stream tells it. */
export function liveRun(type: 'run.started' | 'run.progress' | 'run.ended', state: RunState, now: number): NewEvent {
  const view = runView(state, { now, startedAt: 0 });
  return {
    topic: 'runs',
    type,
    pair: view.pair,
    side: null,
    linkId: null,
    text: `${view.kind}${view.pair === null ? '' : ` of ${view.pair}`}: ${view.progress?.text ?? view.error ?? view.state}`,
    data: {
      runId: view.id,
      kind: view.kind,
      state: view.state,
      share: view.progress?.share ?? null,
      etaSeconds: view.progress?.etaSeconds ?? null,
      seen: view.progress?.seen ?? null,
      found: view.progress?.found ?? null,
    },
  };
}
