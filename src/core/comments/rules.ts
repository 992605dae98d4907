import type { Channel } from '../children.ts';
import type { Side } from '../side.ts';

/** What happens to an edit, a deletion or a later publication of a comment that is across already. */
export type FollowUp =
  /** One internal comment says so, with the new text of an edit. */
  'followUp' | 'ignore';

/** Where comments of one side and channel go. */
export type ChannelRule = Channel | 'withhold';

/** How much one comment of a side may hold. */
export interface TextLimit {
  readonly most: number;
  /** How the side counts: Salesforce in bytes of UTF-8 (CaseComment.CommentBody), ServiceNow in characters. */
  readonly unit: 'bytes' | 'characters';
}

/** How comments of one pair travel. */
export interface CommentRules {
  /** When comments of this pair were first switched on: what links made before hold from then on is carried. ISO 8601. */
  readonly startsAt: string;
  /** Whose comments travel. */
  readonly from: 'both' | Side;
  /** What stands above a carried text: `{author}`, `{time}` and `{system}` are filled in; empty for nothing. */
  readonly prefix: string;
  /** IANA name of the zone that `{time}` is written in. */
  readonly timeZone: string;
  /** By the side a comment was written on. */
  readonly channels: Readonly<Record<Side, Readonly<Record<Channel, ChannelRule>>>>;
  /** By the same side. Where false no internal text is ever posted as public, whatever `channels` says. */
  readonly internalBecomesPublic: Readonly<Record<Side, boolean>>;
  readonly edited: FollowUp;
  readonly deleted: FollowUp;
  readonly published: FollowUp;
  /** Salesforce feed posts and e-mails are carried too, as internal comments. */
  readonly feed: boolean;
  readonly emails: boolean;
  /** How many of the comments that its origin holds already a new counterpart gets, the latest ones. */
  readonly history: number;
  /** By the side that is written. */
  readonly limits: Readonly<Record<Side, TextLimit>>;
}
