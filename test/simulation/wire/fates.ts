import type { Dice } from '../dice.ts';

/** What becomes of one request. Times in milliseconds. */
export type Fate =
  | { readonly kind: 'arrives'; readonly thereMs: number; readonly backMs: number }
  /** The desk never sees it. */
  | { readonly kind: 'lost request'; readonly thereMs: number }
  /** Carried out, and the connection breaks before the answer. */
  | { readonly kind: 'lost answer'; readonly thereMs: number; readonly backMs: number }
  /** The connection breaks in the middle of the answer. */
  | { readonly kind: 'half an answer'; readonly thereMs: number; readonly backMs: number }
  /** Carried out; the answer never comes, and the connection stands. */
  | { readonly kind: 'silence'; readonly thereMs: number }
  /** The connection breaks at once, and the request arrives all the same, much later. */
  | { readonly kind: 'late'; readonly thereMs: number; readonly lateMs: number };

export type FateKind = Fate['kind'];

/** What a network is like: the share of requests that each trouble strikes, and how slow it is. */
export interface Weather {
  readonly shares: Readonly<Partial<Record<Exclude<FateKind, 'arrives'>, number>>>;
  /** Share of answers that take up to a minute. */
  readonly slow: number;
}

export const fairWeather: Weather = { shares: {}, slow: 0 };

/** No server of theirs works longer on a request (ServiceNow's default quota, and what the settle time is made for). */
const latestMs = 60_000;

/** Draws what becomes of a request. */
export function drawFate(dice: Dice, weather: Weather): Fate {
  const thereMs = dice.between(1, 60);
  const backMs = dice.chance(weather.slow) ? dice.between(5_000, latestMs / 2) : dice.between(1, 120);
  let left = dice.between(0, 9_999) / 10_000;
  for (const [kind, share] of Object.entries(weather.shares) as [Exclude<FateKind, 'arrives'>, number][]) {
    left -= share;
    if (left >= 0) continue;
    switch (kind) {
      case 'lost request':
      case 'silence':
        return { kind, thereMs };
      case 'lost answer':
      case 'half an answer':
        return { kind, thereMs, backMs };
      case 'late':
        return { kind, thereMs, lateMs: dice.between(thereMs, latestMs - 1) };
    }
  }
  return { kind: 'arrives', thereMs, backMs };
}
