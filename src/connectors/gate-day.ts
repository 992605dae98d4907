import type { Clock } from '../core/clock.ts';
import type { Claim, Grant, Usage } from '../core/limits.ts';

/** What is known of one vendor's day: our calls in the last 24 hours, the vendor's own figures, and whether the day is used up. */
export interface CallDay {
  /** One call of ours was answered with these figures. */
  add(usage: Usage): void;
  /** Calls in the last 24 hours, to the hour: of all replicas, as far as heard. */
  count(): number;
  /** The figures heard last, by whichever replica. */
  usage(): Usage | null;
  /** No call before `ms` from now have passed. */
  end(ms: number): void;
  /** Milliseconds since the epoch. */
  overUntil(): number;
}

/** The same, kept with other replicas. */
export interface SharedDay extends CallDay {
  /** What was not told yet. */
  claim(): Pick<Claim, 'calls' | 'dayOverMs' | 'usage'>;
  /** There is something that was not told yet. */
  untold(): boolean;
  /** The answer to what was claimed last. */
  granted(grant: Grant): void;
}

const hourMs = 3_600_000;
const nothing = { calls: 0, over: 0, usage: null };

/** A day that starts empty. Without `granted`, it is this process's own. */
export function createDay(clock: Clock): SharedDay {
  /** By hour: our own calls, less those that the sum of all replicas holds. */
  let hours = new Map<number, number>();
  let ofAll = 0;
  let last: Usage | null = null;
  let over = 0;
  let untold: { readonly calls: number; readonly over: number; readonly usage: Usage | null } = nothing;
  let told = untold;

  const hourOf = (): number => Math.floor(clock.now() / hourMs);
  return {
    add: (usage) => {
      const hour = hourOf();
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
      for (const old of hours.keys()) if (old <= hour - 24) hours.delete(old);
      last = usage;
      untold = { ...untold, calls: untold.calls + 1, usage };
    },
    count: () => [...hours].reduce((sum, [hour, count]) => (hour > hourOf() - 24 ? sum + count : sum), ofAll),
    usage: () => last,
    end: (ms) => {
      over = Math.max(over, clock.now() + ms);
      untold = { ...untold, over };
    },
    overUntil: () => over,
    claim: () => {
      told = untold;
      return { calls: told.calls, dayOverMs: Math.max(0, told.over - clock.now()), usage: told.usage };
    },
    untold: () => untold.calls > 0 || untold.over > 0 || untold.usage !== null,
    granted: (grant) => {
      const calls = untold.calls - told.calls;
      untold = {
        calls,
        over: untold.over === told.over ? 0 : untold.over,
        usage: untold.usage === told.usage ? null : untold.usage,
      };
      hours = new Map(calls > 0 ? [[hourOf(), calls]] : []);
      ofAll = grant.calls;
      if (untold.usage === null) last = grant.usage ?? last;
      if (grant.dayOverMs > 0) over = Math.max(over, clock.now() + grant.dayOverMs);
    },
  };
}
