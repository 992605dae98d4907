import { z } from 'zod';
import type { Channel } from '../core/children.ts';
import type { ChannelRule, CommentRules, FollowUp } from '../core/comments/rules.ts';
import { bothSides, type Side } from '../core/side.ts';

/** Where comments go, by the channel they were written on. */
export interface ChannelsConfig {
  /** Additional comments, published CaseComments. Default `public`. */
  readonly public?: ChannelRule;
  /** Work notes, unpublished CaseComments. Default `internal`. */
  readonly internal?: 'internal' | 'withhold';
  /** The only way in which internal texts reach customers: everything written internally is posted as public across. */
  readonly 'internal-becomes-public'?: boolean;
}

/** How comments and work notes travel. `{}` takes every default. */
export interface CommentsConfig {
  /** Whose comments are carried; default `both`. */
  readonly from?: 'both' | Side;
  /** The line above a carried text, with `{author}`, `{time}` and `{system}`; `''` for none. Default `{author} ({time})`. */
  readonly prefix?: string;
  /** In which time zone `{time}` is written, as `Europe/Lisbon`; default `UTC`. */
  readonly timeZone?: string;
  /** For both directions, or for comments written on one side. */
  readonly channels?: ChannelsConfig & Partial<Record<Side, ChannelsConfig>>;
  /** What is done when a carried comment is edited, deleted, or shown to or hidden from the customer: one internal comment that says so (default), or nothing. */
  readonly edited?: FollowUp;
  readonly deleted?: FollowUp;
  readonly published?: FollowUp;
  /** Posts of the Case feed are carried as internal comments; default false. */
  readonly feed?: boolean;
  /** E-mails of the Case are carried as internal comments; default false. */
  readonly emails?: boolean;
  /** Most comments that a new counterpart gets of what its origin held before, the latest ones; default 500. */
  readonly history?: number;
  /** Longer comments are split: bytes of UTF-8 for Salesforce, characters for ServiceNow. Default 4,000 each. */
  readonly limits?: Partial<Record<Side, number>>;
}

const followUp = z.enum(['followUp', 'ignore']).exactOptional();
const channels = {
  public: z.enum(['public', 'internal', 'withhold']).exactOptional(),
  internal: z.enum(['internal', 'withhold']).exactOptional(),
  'internal-becomes-public': z.boolean().exactOptional(),
};
const ofSide = z
  .strictObject(channels)
  .refine(isClear, 'says both that internal becomes public and where else it goes: leave one of them out');
const limit = z
  .int()
  .min(200, 'leaves no room: at least 200')
  .max(1_000_000, 'is more than any comment holds')
  .exactOptional();

/** The shape of a pair's `comments`. */
export const commentsSchema = z.strictObject({
  from: z.enum(['both', 'servicenow', 'salesforce']).exactOptional(),
  prefix: z
    .string()
    .max(500, 'is too long')
    .refine(isPattern, 'knows {author}, {time} and {system} only')
    .exactOptional(),
  timeZone: z.string().refine(isTimeZone, 'is no time zone: write it as Europe/Lisbon').exactOptional(),
  channels: z
    .strictObject({ ...channels, servicenow: ofSide.exactOptional(), salesforce: ofSide.exactOptional() })
    .refine(isClear, 'says both that internal becomes public and where else it goes: leave one of them out')
    .exactOptional(),
  edited: followUp,
  deleted: followUp,
  published: followUp,
  feed: z.boolean().exactOptional(),
  emails: z.boolean().exactOptional(),
  history: z.int().min(0, 'must be at least 0').exactOptional(),
  limits: z.strictObject({ servicenow: limit, salesforce: limit }).exactOptional(),
});

function isClear(config: { readonly internal?: string; readonly 'internal-becomes-public'?: boolean }): boolean {
  return config['internal-becomes-public'] !== true || config.internal === undefined;
}

function isPattern(prefix: string): boolean {
  return [...prefix.matchAll(/\{(\w*)\}/g)].every(([, name]) => ['author', 'time', 'system'].includes(name ?? ''));
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The rules of a pair's comments. Expects a config without problems. */
export function buildCommentRules(config: CommentsConfig, startsAt: string): CommentRules {
  return {
    startsAt,
    from: config.from ?? 'both',
    prefix: config.prefix ?? '{author} ({time})',
    timeZone: config.timeZone ?? 'UTC',
    channels: bothSides((side) => channelsOf(config, side)),
    internalBecomesPublic: bothSides((side) => becomesPublic(config, side)),
    edited: config.edited ?? 'followUp',
    deleted: config.deleted ?? 'followUp',
    published: config.published ?? 'followUp',
    feed: config.feed ?? false,
    emails: config.emails ?? false,
    history: config.history ?? 500,
    limits: {
      // Chosen, not measured: no source at hand gives a limit for a journal entry.
      servicenow: { most: config.limits?.servicenow ?? 4000, unit: 'characters' },
      // CommentBody: 4,000 bytes (object reference, CaseComment).
      salesforce: { most: config.limits?.salesforce ?? 4000, unit: 'bytes' },
    },
  };
}

function channelsOf({ channels: all }: CommentsConfig, side: Side): Readonly<Record<Channel, ChannelRule>> {
  const own = all?.[side];
  return {
    public: own?.public ?? all?.public ?? 'public',
    internal: own?.internal ?? all?.internal ?? 'internal',
  };
}

/** What a side says of its internal comments stands over what is said for both. */
function becomesPublic({ channels: all }: CommentsConfig, side: Side): boolean {
  const own = all?.[side];
  if (own?.['internal-becomes-public'] !== undefined) return own['internal-becomes-public'];
  return own?.internal === undefined && all?.['internal-becomes-public'] === true;
}
