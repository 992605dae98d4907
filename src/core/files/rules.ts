import type { Channel } from '../children.ts';
import type { Side } from '../side.ts';

/** Who may read a file across; `withhold` keeps it at home. */
export type FileChannelRule = Channel | 'withhold';

/** How files of one pair travel. */
export interface FileRules {
  /** When files of this pair were first switched on: what links made before hold from then on is carried. ISO 8601. */
  readonly startsAt: string;
  /** Whose files travel. */
  readonly from: 'both' | Side;
  /** Larger ones stay at home. Bytes. */
  readonly maxBytes: number;
  /** Name endings without the dot, lower case: only these, where given. */
  readonly allow: readonly string[] | null;
  /** Name endings that never travel. */
  readonly deny: readonly string[];
  /** By the side a file was added on, and its channel there. */
  readonly channels: Readonly<Record<Side, Readonly<Record<Channel, FileChannelRule>>>>;
  /** Whether a file follows that a person has taken off its ticket. */
  readonly deleted: 'ignore' | 'detach';
  /** Whether a new version of a file is carried, as a further file. */
  readonly newVersion: 'carry' | 'ignore';
}
