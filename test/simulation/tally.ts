import type { Life } from './life.ts';
import { type Invariant, invariants, numberOf } from './violation.ts';

/** What many lives came to. */
export interface Tally {
  readonly lives: number;
  readonly deaths: number;
  /** Doors that processes died at, and what else has struck, with how often. */
  readonly struck: Readonly<Record<string, number>>;
  /** How often a process came to a point at which it may die, by port. */
  readonly points: Readonly<Record<string, number>>;
  readonly conflicts: number;
  readonly saves: number;
  readonly violations: Readonly<Record<Invariant, readonly number[]>>;
}

/** Counts lives as they come. */
export function createTally(): { add(seed: number, life: Life): void; readonly now: Tally } {
  const struck: Record<string, number> = {};
  const violations = Object.fromEntries(invariants.map((name) => [name, [] as number[]])) as Record<
    Invariant,
    number[]
  >;
  const points: Record<string, number> = {};
  const now = { lives: 0, deaths: 0, struck, points, conflicts: 0, saves: 0, violations };
  const count = (name: string, times: number): void => {
    struck[name] = (struck[name] ?? 0) + times;
  };
  return {
    now,
    add: (seed, { world, violation }) => {
      now.lives += 1;
      now.deaths += world.deaths.length;
      now.conflicts += world.events.filter((type) => type === 'conflict.noted').length;
      for (const [name, times] of Object.entries(world.struck)) count(name, times);
      for (const [port, times] of Object.entries(world.points)) points[port] = (points[port] ?? 0) + times;
      for (const desk of Object.values(world.desks)) {
        now.saves += desk.writes().length;
        for (const [name, times] of Object.entries(desk.faults.fired)) count(`answer ${name}`, times);
      }
      if (violation !== null) violations[violation.invariant].push(seed);
    },
  };
}

/** The tally for people: a line a fact. */
export function tallyInWords(tally: Tally, seconds: number): readonly string[] {
  const broken = Object.values(tally.violations).flat().length;
  const rows = (counts: readonly (readonly [string, number])[]): string[] =>
    counts.map(([name, times]) => `  ${String(times).padStart(8)}  ${name}`);
  return [
    `${tally.lives} seeds in ${seconds.toFixed(0)} s: ${tally.saves} saves of ours, ${tally.conflicts} conflicts noted`,
    `Struck (${tally.deaths} deaths of processes, by the door they died at):`,
    ...rows(Object.entries(tally.struck).toSorted(([, a], [, b]) => b - a)),
    'Crash points come to, by port:',
    ...rows(Object.entries(tally.points)),
    'Violations:',
    ...rows(invariants.map((name) => [`${numberOf[name].padEnd(14)} ${name}`, tally.violations[name].length] as const)),
    broken === 0
      ? `${tally.lives} seeds, 0 violations: below 3/${tally.lives} per schedule with 95 % confidence, over these faults.`
      : `${broken} of ${tally.lives} seeds broke a promise.`,
  ];
}
