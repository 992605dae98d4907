import { type Side, sides } from '../../core/side.ts';
import type { PairPause } from '../../store/store.ts';
import type { Facts } from './facts.ts';

/** Something that a person should know of, with the figures that say so. */
export type Condition =
  | { readonly kind: 'side-unauthorised'; readonly side: Side; readonly text: string | null }
  | {
      readonly kind: 'side-unreachable';
      readonly side: Side;
      readonly silentSeconds: number;
      readonly text: string | null;
    }
  | { readonly kind: 'token-ends'; readonly side: Side; readonly endsAt: string }
  | { readonly kind: 'lag'; readonly side: Side; readonly seconds: number; readonly limit: number }
  | { readonly kind: 'quarantine-grows'; readonly now: number; readonly before: number }
  | { readonly kind: 'budget'; readonly side: Side; readonly leftPercent: number; readonly limit: number }
  | { readonly kind: 'slowed'; readonly side: Side; readonly times: number; readonly leftPercent: number }
  | { readonly kind: 'stalled'; readonly name: string; readonly text: string }
  | { readonly kind: 'pair-paused'; readonly pause: PairPause };

export interface Thresholds {
  readonly lagSeconds: number;
  readonly quarantineGrowth: number;
  readonly budgetPercent: number;
}

/** A short pause is everyday life: a rate limit, a restart over there. */
const unreachableSeconds = 300;
const day = 86_400_000;
/** Long enough to find the person who may log in. */
const tokenWarnMs = 14 * day;

/** What names a condition: while it lasts it is one alert, whatever its figures do. */
export function keyOf(condition: Condition): string {
  if (condition.kind === 'pair-paused') return `${condition.kind}:${condition.pause.pair}`;
  if (condition.kind === 'stalled') return `${condition.kind}:${condition.name}`;
  return 'side' in condition ? `${condition.kind}:${condition.side}` : condition.kind;
}

/**
 * What is wrong now. `quarantinedLow`: the fewest records that were set aside at once within the last hour. A side that does not
 * answer is told once: that nothing of it is read follows from it.
 */
export function conditionsOf(facts: Facts, quarantinedLow: number, thresholds: Thresholds): readonly Condition[] {
  const grown = facts.quarantined - quarantinedLow;
  return [
    ...sides.flatMap((side) => [...standing(facts, side, thresholds), ...limits(facts, side, thresholds)]),
    ...(grown < thresholds.quarantineGrowth
      ? []
      : [{ kind: 'quarantine-grows', now: facts.quarantined, before: quarantinedLow } as const]),
    ...(facts.stalls ?? []).map((stall) => ({ kind: 'stalled', ...stall }) as const),
    ...facts.pauses.map((pause) => ({ kind: 'pair-paused', pause }) as const),
  ];
}

function standing(facts: Facts, side: Side, { lagSeconds: limit }: Thresholds): readonly Condition[] {
  const { state, text, silentSeconds, lagSeconds } = facts.sides[side];
  if (state === 'unauthorised') return [{ kind: 'side-unauthorised', side, text }];
  if (state === 'paused' && silentSeconds >= unreachableSeconds) {
    return [{ kind: 'side-unreachable', side, silentSeconds, text }];
  }
  // Before the first poll came to its end, the time since the start stands for it; a long walk is not late while its pages come in.
  const seconds = lagSeconds ?? silentSeconds;
  return seconds > limit ? [{ kind: 'lag', side, seconds, limit }] : [];
}

function limits(facts: Facts, side: Side, { budgetPercent: limit }: Thresholds): readonly Condition[] {
  const { budgetLeft, tokenEndsAt, stretch = null } = facts.sides[side];
  const leftPercent = budgetLeft === null ? null : Math.max(0, Math.floor(budgetLeft * 100));
  const found: Condition[] = [];
  if (leftPercent !== null && leftPercent < limit) found.push({ kind: 'budget', side, leftPercent, limit });
  else if (stretch !== null)
    found.push({ kind: 'slowed', side, times: stretch.times, leftPercent: Math.floor(stretch.left * 100) });
  if (tokenEndsAt !== null && Date.parse(tokenEndsAt) - facts.now < tokenWarnMs) {
    found.push({ kind: 'token-ends', side, endsAt: tokenEndsAt });
  }
  return found;
}

/** How many records were set aside at a time. */
export interface Sample {
  readonly at: number;
  readonly quarantined: number;
}

const hour = 3_600_000;

/** The samples of the last hour, with this one. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  return [...samples.filter(({ at }) => at > sample.at - hour), sample];
}

/** The fewest of these samples; 0 of none. */
export function lowestOf(samples: readonly Sample[]): number {
  return samples.length === 0 ? 0 : Math.min(...samples.map(({ quarantined }) => quarantined));
}
