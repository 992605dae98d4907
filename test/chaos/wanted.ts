import type { Kind, Points, Results, Round } from './results.ts';

/** A round that is still to be had. */
export interface Wanted {
  readonly what: Kind;
  readonly n: number;
  readonly scenario: string;
  readonly point?: string;
  /** The point strikes when it is come past for this time. */
  readonly hit?: number;
}

export interface Counts {
  /** Times each point is killed at. */
  readonly perPoint: number;
  /** At most this many points. */
  readonly points: number;
  readonly kills: number;
  readonly stops: number;
  readonly restarts: number;
  readonly cuts: number;
  readonly inDoubt: number;
}

/** Scenarios a point is come past in. */
function scenariosOf(points: Points, point: string): readonly string[] {
  return Object.keys(points).filter((scenario) => (points[scenario]?.[point] ?? 0) > 0);
}

/** Every point's name, in an order that the seed decides. */
export function pointsIn(points: Points, random: () => number): readonly string[] {
  const names = [...new Set(Object.values(points).flatMap((seen) => Object.keys(seen)))].toSorted();
  return names
    .map((name) => ({ name, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ name }) => name);
}

/** At the first time, at the second, and later ones: each other calls of the same kind. */
function hitOf(n: number, seen: number): number {
  if (n < 2) return Math.min(n + 1, seen);
  return 1 + ((n * 7) % Math.min(seen, 12));
}

function pointRounds(points: Points, point: string, perPoint: number, rounds: readonly Round[]): readonly Wanted[] {
  const among = scenariosOf(points, point);
  // Not every point begins with the same scenario: where there are more than rounds, each gets its turn somewhere.
  const first = point.length;
  const own = rounds.filter((round) => round.point === point);
  const struck = new Set(own.filter(({ outcome }) => outcome === 'struck').map(({ n }) => n));
  return Array.from({ length: perPoint }, (_, n) => n).flatMap((n): readonly Wanted[] => {
    const missed = own.filter((round) => round.n === n && round.outcome === 'missed').length;
    if (struck.has(n) || missed >= 2) return [];
    const scenario = among[(first + n + missed) % among.length] ?? '';
    const seen = points[scenario]?.[point] ?? 1;
    // Missed once: the first time is the surest.
    return [{ what: 'point', point, n, scenario, hit: missed > 0 ? 1 : hitOf(n, seen) }];
  });
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}

const groupSize: Readonly<Record<Kind, number>> = { point: 20, kill: 20, stop: 4, restart: 5, cut: 5, 'in-doubt': 2 };

/** What is still to be done, in groups of one kind, so ordered that every kind comes along equally fast. */
export function wantedGroups(
  counts: Counts,
  results: Results,
  commit: string,
  points: Points,
  random: () => number,
): readonly (readonly Wanted[])[] {
  const rounds = results.rounds(commit);
  const names = pointsIn(points, random).slice(0, counts.points);
  const scenarios = Object.keys(points);
  const plain = (what: Kind, count: number): readonly Wanted[] => {
    const had = new Set(rounds.filter((round) => round.what === what && round.outcome === 'struck').map(({ n }) => n));
    return Array.from({ length: count }, (_, n) => n)
      .filter((n) => !had.has(n))
      .map((n) => ({ what, n, scenario: scenarios[n % scenarios.length] ?? '' }));
  };
  const lists: readonly (readonly Wanted[])[] = [
    // All rounds of sixteen points, then of the next sixteen: broken off, it has some points ten times, not all of them twice.
    chunks(names, 16).flatMap((block) =>
      block.flatMap((point) => pointRounds(points, point, counts.perPoint, rounds)).toSorted((a, b) => a.n - b.n),
    ),
    plain('kill', counts.kills),
    plain('stop', counts.stops),
    plain('restart', counts.restarts),
    plain('cut', counts.cuts),
    plain('in-doubt', counts.inDoubt),
  ];
  return lists
    .flatMap((list) => {
      const groups = chunks(list, groupSize[list[0]?.what ?? 'point']);
      return groups.map((group, index) => ({ group, at: (index + 0.5) / groups.length }));
    })
    .toSorted((a, b) => a.at - b.at)
    .map(({ group }) => group);
}
