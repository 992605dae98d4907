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

/** Under which numbers of the stated invariants each promise falls. */
export const numberOf: Readonly<Record<Invariant, string>> = {
  'no second ticket': 'INV-3',
  'no lost edit': 'INV-5, INV-10',
  'noted before overwritten': 'INV-5, INV-13',
  'conflicts are true': 'INV-16, INV-6',
  'both sides agree': 'INV-1',
  'every record is accounted for': 'INV-2, INV-9',
  'cursor never passes an unqueued row': 'INV-7',
  'detached stays detached': 'INV-13',
  'let go on evidence only': 'INV-13',
  'idle when quiet': 'INV-4, INV-8',
  'bounded calls when quiet': 'INV-4, INV-11',
  'comments as they were said': 'INV-3, INV-12',
  'files as they were added': 'INV-3, INV-12',
  'comes to rest': 'INV-4',
  'same seed, same life': 'determinism',
};

export class Violation extends Error {
  override readonly name = 'Violation';
  readonly invariant: Invariant;

  constructor(invariant: Invariant, what: string, facts: unknown = null) {
    super(`${invariant}: ${what}${facts === null ? '' : `\n${JSON.stringify(facts, null, 1)}`}`);
    this.invariant = invariant;
  }
}
