import { ConnectorError } from '../../connectors/errors.ts';
import { bothSides, type Side } from '../../core/side.ts';
import type { EngineEvent } from '../../engine/events.ts';
import { describeError } from '../../observability/describe-error.ts';
import { createSeries, type MinuteSeries, type Sample } from './series.ts';

export interface SideVitals {
  readonly state: 'starting' | 'running' | 'paused' | 'unauthorised';
  readonly text: string | null;
  /** Milliseconds since the epoch. */
  readonly pausedUntil: number | null;
  /** When an answer of this side was last read. */
  readonly heardAt: number | null;
}

/** How things went since this process started, as told by the engine's events. */
export interface Vitals {
  readonly startedAt: number;
  hear(event: EngineEvent): void;
  side(side: Side): SideVitals;
  databaseLost(): boolean;
  readonly series: MinuteSeries;
  /** Takes the figures that no event tells. */
  sample(sample: Sample): void;
}

const starting: SideVitals = { state: 'starting', text: null, pausedUntil: null, heardAt: null };

/** `now`: milliseconds since the epoch. */
export function createVitals(now: () => number): Vitals {
  const series = createSeries(now);
  const state: Record<Side, SideVitals> = bothSides(() => starting);
  let lost = false;

  const heard = (side: Side): void => {
    state[side] = { state: 'running', text: null, pausedUntil: null, heardAt: now() };
  };
  const failed = (side: Side, error: ConnectorError | Error, untilMs: number | null): void => {
    const shut = error instanceof ConnectorError && error.kind === 'Unauthorized';
    state[side] = {
      state: shut ? 'unauthorised' : 'paused',
      text: describeError(error),
      pausedUntil: untilMs ?? state[side].pausedUntil,
      heardAt: state[side].heardAt,
    };
  };

  return {
    startedAt: now(),
    hear: (event) => {
      series.hear(event);
      switch (event.type) {
        case 'poll.page':
        case 'poll.done':
          return heard(event.side);
        case 'side.paused':
          return failed(event.side, event.error, event.untilMs);
        case 'poll.failed':
          // What is wrong with one pair is nothing to the side; a side that is down is told by `side.paused`, too.
          return event.error instanceof ConnectorError && event.error.kind === 'Unauthorized'
            ? failed(event.side, event.error, null)
            : undefined;
        case 'store.lost':
          lost = true;
          return undefined;
        case 'store.back':
          lost = false;
          return undefined;
        default:
          return undefined;
      }
    },
    side: (side) => state[side],
    databaseLost: () => lost,
    series,
    sample: (sample) => series.sample(sample),
  };
}
