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
  /** When a page of this side of this pair was last saved, in milliseconds since the epoch; null for never. */
  pageAt(pair: string, side: Side): number | null;
  /** When the queue was last empty, shorter than before, or a batch of it was done, in milliseconds since the epoch. */
  workedAt(): number;
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
  const pages = new Map<string, number>();
  let workedAt = now();
  let queue = 0;

  const heard = (pair: string, side: Side): void => {
    pages.set(`${pair} ${side}`, now());
    // A page that was saved needed the database: somebody else than the ticker may have missed it.
    lost = false;
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
          return heard(event.pair, event.side);
        case 'side.paused':
          return failed(event.side, event.error, event.untilMs);
        case 'poll.failed':
          // What is wrong with one pair is nothing to the side; a side that is down is told by `side.paused`, too.
          return event.error instanceof ConnectorError && event.error.kind === 'Unauthorized'
            ? failed(event.side, event.error, null)
            : undefined;
        case 'batch.done':
          workedAt = now();
          return undefined;
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
    pageAt: (pair, side) => pages.get(`${pair} ${side}`) ?? null,
    workedAt: () => workedAt,
    series,
    sample: (sample) => {
      // Another replica may be the one that works.
      if (sample.queue === 0 || sample.queue < queue) workedAt = now();
      queue = sample.queue;
      series.sample(sample);
    },
  };
}
