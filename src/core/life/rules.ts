import type { Fields, SourceRecord } from '../record.ts';
import type { Side } from '../side.ts';

/**
 * What happens to the ticket across. `detach`: it gets an internal notice and is left alone from then on. `close`: closed as well.
 * `delete`: deleted, if nobody has touched it since. `ignore`: left alone without a word.
 */
export type LifeAct = 'detach' | 'close' | 'delete' | 'ignore';

/** What a pair does when something becomes of one of its two records. */
export interface LifeRules {
  readonly deleted: LifeAct;
  /** `follow`: the link goes over to the record that is left, if that one has none. */
  readonly merged: LifeAct | 'follow';
  /** Here `ignore` follows a record wherever it goes. */
  readonly outOfScope: Exclude<LifeAct, 'delete'>;
  readonly backInScope: 'attach' | 'ignore';
  /** Most of these events within ten minutes before the pair stops and asks. */
  readonly maxPerRun: number;
  /** Deletions are followed from then on, ISO 8601; null where they are not. */
  readonly followedFrom: string | null;
  /** False only where the record surely does not meet the pair's scope condition for its side. */
  inScope(record: SourceRecord): boolean;
  /** What closes this ticket and is not there already: nothing for a closed one, null where the mapping knows no closing class. */
  closing(target: SourceRecord): Fields | null;
  /** The native fields that say whether a ticket is closed. */
  readonly stateFields: Readonly<Record<Side, readonly string[]>>;
}

/** Where a mapping says nothing: tell the other side, and let go. */
export const defaultLife: LifeRules = {
  deleted: 'detach',
  merged: 'follow',
  outOfScope: 'ignore',
  backInScope: 'attach',
  maxPerRun: 20,
  followedFrom: null,
  inScope: () => true,
  closing: () => null,
  stateFields: { servicenow: [], salesforce: [] },
};
