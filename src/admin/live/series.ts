import { bothSides, type Side, sides } from '../../core/side.ts';
import type { EngineEvent } from '../../engine/events.ts';
import type { Bucket } from '../schemas/status.ts';

/** Figures that no event tells, as they stand now. */
export interface Sample {
  /** API calls since start. */
  readonly calls: Readonly<Record<Side, number>>;
  readonly queue: number;
  readonly lagSeconds: Readonly<Record<Side, number | null>>;
}

/** What happened each minute, for a day back. In memory: a restart begins anew. */
export interface MinuteSeries {
  hear(event: EngineEvent): void;
  sample(sample: Sample): void;
  /** The last minutes, oldest first, without gaps; the one that runs now is the last. */
  last(minutes: number): readonly Bucket[];
  /** Calls to a side within the last so many minutes. */
  calls(side: Side, minutes: number): number;
}

const minuteMs = 60_000;
const keptMinutes = 1440;

type Mutable = { -readonly [K in keyof Bucket]: Bucket[K] };

export function createSeries(now: () => number): MinuteSeries {
  const buckets = new Map<number, Mutable>();
  let calls: Readonly<Record<Side, number>> | null = null;

  const minuteOf = (ms: number): number => Math.floor(ms / minuteMs);
  const current = (): Mutable => {
    const minute = minuteOf(now());
    const held = buckets.get(minute) ?? emptyBucket(minute);
    if (!buckets.has(minute)) {
      buckets.set(minute, held);
      for (const old of buckets.keys()) if (old <= minute - keptMinutes) buckets.delete(old);
    }
    return held;
  };

  return {
    hear: (event) => {
      switch (event.type) {
        case 'link.updated':
          for (const move of event.moves) current().written[move.to] += 1;
          return;
        case 'link.created':
          current().created[event.on] += 1;
          return;
        case 'conflict.noted':
          current().conflicts += 1;
          return;
        case 'record.quarantined':
          current().quarantined += 1;
          return;
        case 'poll.failed':
          current().failedPolls += 1;
          return;
        default:
          return;
      }
    },
    sample: (sample) => {
      const bucket = current();
      for (const side of sides) {
        bucket.calls[side] += sample.calls[side] - (calls?.[side] ?? 0);
        const lag = sample.lagSeconds[side];
        if (lag !== null) bucket.lagSeconds[side] = Math.max(bucket.lagSeconds[side] ?? 0, lag);
      }
      bucket.queue = sample.queue;
      calls = sample.calls;
    },
    last: (minutes) => {
      const end = minuteOf(now());
      return Array.from({ length: minutes }, (_, n) => end - minutes + 1 + n).map(
        (minute) => buckets.get(minute) ?? emptyBucket(minute),
      );
    },
    calls: (side, minutes) => {
      const from = minuteOf(now()) - minutes;
      return [...buckets].reduce((sum, [minute, bucket]) => (minute > from ? sum + bucket.calls[side] : sum), 0);
    },
  };
}

function emptyBucket(minute: number): Mutable {
  return {
    at: new Date(minute * minuteMs).toISOString(),
    written: bothSides(() => 0),
    created: bothSides(() => 0),
    conflicts: 0,
    quarantined: 0,
    failedPolls: 0,
    calls: bothSides(() => 0),
    queue: 0,
    lagSeconds: bothSides(() => null),
  };
}
