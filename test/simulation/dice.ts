import { seededRandom } from '../support/random.ts';

/** Everything random in one life comes from dice; the same seed throws the same. */
export interface Dice {
  /** A whole number, 0 ≤ n < `count`. */
  upTo(count: number): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  chance(share: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** Each of them or not. */
  some<T>(list: readonly T[]): readonly T[];
}

export function createDice(seed: number): Dice {
  const random = seededRandom(Math.imul(seed + 1, 0x9e3779b1));
  const upTo = (count: number): number => Math.floor(random() * count);
  return {
    upTo,
    between: (least, most) => least + upTo(most - least + 1),
    chance: (share) => random() < share,
    pick: (list) => list[upTo(list.length)] ?? list[0],
    some: (list) => list.filter(() => random() < 0.5),
  };
}
