import { iso } from '../../core/clock.ts';
import { type Condition, keyOf } from './conditions.ts';

/** An alert that was sent and is not over. Times are ISO 8601. */
export interface Raised {
  readonly since: string;
  /** How often it was sent. */
  readonly times: number;
  /** When it is sent again if it still lasts. */
  readonly nextAt: string;
  /** Since when its condition is no more; null while it lasts. */
  readonly goneAt: string | null;
  /** What was said last. */
  readonly text: string;
}

/** What one channel was told, by alert. */
export type Ledger = Readonly<Record<string, Raised>>;

export interface Notice {
  readonly state: 'raised' | 'repeated' | 'resolved';
  readonly key: string;
  readonly since: string;
  readonly times: number;
  readonly text: string;
}

export interface Decided {
  readonly notices: readonly Notice[];
  /** The ledger once they were delivered. */
  readonly delivered: Ledger;
  /** The ledger if they were not: what was not said is said next time. */
  readonly undelivered: Ledger;
}

/** What comes and goes within minutes is one alert. */
const calmMs = 120_000;
const firstGapMs = 30 * 60_000;
const longestGapMs = 86_400_000;

/** The wait before the next repeat of an alert that was sent so often, in milliseconds: 30 minutes, doubling up to a day. */
export function gapMs(times: number): number {
  return Math.min(longestGapMs, firstGapMs * 2 ** Math.max(0, times - 1));
}

/** What a channel is to be told now. `describe` makes the sentence. */
export function decideAlerts(
  ledger: Ledger,
  conditions: readonly Condition[],
  now: number,
  describe: (condition: Condition) => string,
): Decided {
  const lasting = new Map(conditions.map((condition) => [keyOf(condition), condition]));
  const notices: Notice[] = [];
  const delivered: Record<string, Raised> = {};
  const undelivered: Record<string, Raised> = {};

  for (const [key, condition] of lasting) {
    const old = ledger[key];
    const text = describe(condition);
    if (old !== undefined) undelivered[key] = { ...old, goneAt: null };
    if (old !== undefined && Date.parse(old.nextAt) > now) {
      delivered[key] = { ...old, goneAt: null };
      continue;
    }
    const since = old?.since ?? iso(now);
    const times = (old?.times ?? 0) + 1;
    notices.push({ state: old === undefined ? 'raised' : 'repeated', key, since, times, text });
    delivered[key] = { since, times, nextAt: iso(now + gapMs(times)), goneAt: null, text };
  }
  for (const [key, old] of Object.entries(ledger)) {
    if (lasting.has(key)) continue;
    const gone = { ...old, goneAt: old.goneAt ?? iso(now) };
    undelivered[key] = gone;
    if (now - Date.parse(gone.goneAt) < calmMs) delivered[key] = gone;
    else notices.push({ state: 'resolved', key, since: old.since, times: old.times, text: old.text });
  }
  return { notices, delivered, undelivered };
}
