/** What is promised, and judged by the desks' own history. */
export const invariants = [
  'no second ticket',
  'no lost edit',
  'noted before overwritten',
  'conflicts are true',
  'both sides agree',
  'every record is accounted for',
  'cursor never passes an unqueued row',
  'detached stays detached',
  'let go on evidence only',
  'idle when quiet',
  'bounded calls when quiet',
  'comments as they were said',
  'files as they were added',
  'comes to rest',
  'same seed, same life',
] as const;

export type Invariant = (typeof invariants)[number];

export class Violation extends Error {
  override readonly name = 'Violation';
  readonly invariant: Invariant;

  constructor(invariant: Invariant, what: string, facts: unknown = null) {
    super(`${invariant}: ${what}${facts === null ? '' : `\n${JSON.stringify(facts, null, 1)}`}`);
    this.invariant = invariant;
  }
}
