import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Broken } from './judge.ts';

export const kinds = ['point', 'kill', 'stop', 'restart', 'cut', 'in-doubt'] as const;
/** What strikes: a kill at a point, a kill at random, a stop past the lease, a restart of Postgres, a cut, a kill around a create. */
export type Kind = (typeof kinds)[number];

/** How often each point was come past in each scenario, as an undisturbed daemon saw it. */
export type Points = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** One process, or several, that were struck once. */
export interface Round {
  readonly kind: 'round';
  /** Rounds of one group were judged together, at its end. */
  readonly group: string;
  readonly commit: string;
  readonly what: Kind;
  readonly n: number;
  readonly point?: string;
  readonly scenario: string;
  /** `missed`: the process never came to the point. */
  readonly outcome: 'struck' | 'missed';
  /** When it was killed: before it served, before its first complete poll, or at work after that. */
  readonly during?: 'start' | 'recovery' | 'work';
  /** Began with everything still held that the last one's dead have held. */
  readonly held: boolean;
  readonly replicas: number;
  /** Milliseconds from process start to the first complete poll of every stream, for each that got there. */
  readonly recovery: readonly number[];
  /** Processor time of the same starts, in milliseconds. */
  readonly recoveryCpu?: readonly number[];
  /** Milliseconds from the death to the end of each create that it left in doubt, with the service's own waiting times. */
  readonly settled?: readonly number[];
}

export interface Judged {
  readonly kind: 'judged';
  readonly group: string;
  readonly commit: string;
  readonly what: Kind;
  /** People's doings since the world was judged last. */
  readonly tickets: number;
  readonly edits: number;
  readonly comments: number;
  readonly files: number;
  readonly removed: number;
  readonly seconds: number;
  readonly broken: readonly Broken[];
}

export type Line =
  | { readonly kind: 'run'; readonly at: string; readonly commit: string; readonly seed: number; readonly args: string }
  | { readonly kind: 'points'; readonly commit: string; readonly points: Points }
  | Round
  | Judged;

/** Everything that happened, a line each; kept in a file where one is named, so that a campaign can be gone on with. */
export class Results {
  readonly lines: Line[];
  readonly #file: string | null;

  /** Reads what a file holds already; throws where it is not ours. */
  constructor(file: string | null) {
    this.#file = file;
    const text = file !== null && existsSync(file) ? readFileSync(file, 'utf8') : '';
    this.lines = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  }

  add(line: Line): void {
    this.lines.push(line);
    if (this.#file !== null) appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  points(commit: string): Points | null {
    const found = this.lines.flatMap((line) => (line.kind === 'points' && line.commit === commit ? [line.points] : []));
    return found.at(-1) ?? null;
  }

  judged(commit: string): readonly Judged[] {
    return this.lines.flatMap((line) => (line.kind === 'judged' && line.commit === commit ? [line] : []));
  }

  /** Rounds of groups that were judged: what was never judged, has shown nothing. */
  rounds(commit: string): readonly Round[] {
    const judged = new Set(this.judged(commit).map(({ group }) => group));
    return this.lines.flatMap((line) => (line.kind === 'round' && judged.has(line.group) ? [line] : []));
  }
}
