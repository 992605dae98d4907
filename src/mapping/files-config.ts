import { z } from 'zod';
import type { Channel } from '../core/children.ts';
import type { FileChannelRule, FileRules } from '../core/files/rules.ts';
import type { Side } from '../core/side.ts';

/** How attachments and files travel. `{}` takes every default. */
export interface FilesConfig {
  /** Whose files are carried; default `both`. */
  readonly from?: 'both' | Side;
  /** Larger ones stay where they are, and a comment across says so. Bytes; default 100 MB (104,857,600). */
  readonly maxBytes?: number;
  /** Name endings without the dot: only those of `allow`, never those of `deny`. Default: what Windows runs when it is opened. */
  readonly types?: { readonly allow?: readonly string[]; readonly deny?: readonly string[] };
  /**
   * Who may read a carried file. `servicenow`: what an attachment becomes in Salesforce, default `internal`
   * (Visibility=InternalUsers). `salesforce.internal`: what happens to files that customers do not see there; default `withhold`
   * where a caller can read the ServiceNow ticket, else `internal`.
   */
  readonly channels?: {
    readonly servicenow?: FileChannelRule;
    readonly salesforce?: { readonly public?: FileChannelRule; readonly internal?: FileChannelRule };
  };
  /** The rule by name without which no internal file ever gets where a caller or a customer can read it. */
  readonly internalBecomesPublic?: boolean;
  /** `detach`: a file taken off its ticket is taken off across as well. Default `ignore`. */
  readonly deleted?: 'ignore' | 'detach';
  /** A new version of a Salesforce file is carried as a further file (`carry`, default) or not at all. */
  readonly newVersion?: 'carry' | 'ignore';
}

const extension = z.string().regex(/^[A-Za-z0-9_-]{1,20}$/, 'is no name ending: letters and digits, without the dot');
const endings = z.array(extension);
const channelRule = z.enum(['public', 'internal', 'withhold']);

/** Salesforce takes 2 GB by multipart; ServiceNow 1,024 MB by default (`com.glide.attachment.max_size`). */
const mostBytes = 2 * 1024 ** 3;

export const filesSchema = z
  .strictObject({
    from: z.enum(['both', 'servicenow', 'salesforce']).exactOptional(),
    maxBytes: z
      .int()
      .min(1, 'must be at least 1')
      .max(mostBytes, 'is more than Salesforce takes: 2 GB')
      .exactOptional(),
    types: z.strictObject({ allow: endings.exactOptional(), deny: endings.exactOptional() }).exactOptional(),
    channels: z
      .strictObject({
        servicenow: channelRule.exactOptional(),
        salesforce: z
          .strictObject({ public: channelRule.exactOptional(), internal: channelRule.exactOptional() })
          .exactOptional(),
      })
      .exactOptional(),
    internalBecomesPublic: z.boolean().exactOptional(),
    deleted: z.enum(['ignore', 'detach']).exactOptional(),
    newVersion: z.enum(['carry', 'ignore']).exactOptional(),
  })
  .check(({ value, issues }) => {
    const publishes = value.channels?.servicenow === 'public' || value.channels?.salesforce?.internal === 'public';
    if (!publishes || value.internalBecomesPublic === true) return;
    issues.push({
      code: 'custom',
      input: value,
      path: ['channels'],
      message: 'makes internal files public: say `internalBecomesPublic: true` beside it, if that is meant',
    });
  });

const defaultMaxBytes = 100 * 1024 * 1024;

/** What Windows runs when it is opened. Both vendors let their administrators refuse more. */
const runnable = [
  'bat',
  'cmd',
  'com',
  'cpl',
  'exe',
  'hta',
  'jar',
  'js',
  'jse',
  'lnk',
  'msi',
  'pif',
  'ps1',
  'reg',
  'scr',
  'vb',
  'vbe',
  'vbs',
  'wsf',
  'wsh',
];

/** Tables that only people of the desk read. Of any other it is taken that a caller may read his own tickets, files and all. */
const deskOnly: ReadonlySet<string> = new Set([
  'change_request',
  'change_task',
  'incident_task',
  'problem',
  'problem_task',
  'sc_task',
]);

/** The rules for files of one pair. `startsAt`: when files of this pair were first switched on. */
export function buildFileRules(config: FilesConfig, table: string, startsAt: string): FileRules {
  const { channels, types } = config;
  const lower = (list: readonly string[]): readonly string[] => list.map((ending) => ending.toLowerCase());
  const publishes = config.internalBecomesPublic === true;
  const guarded = (rule: FileChannelRule): FileChannelRule => (rule === 'public' && !publishes ? 'internal' : rule);
  const fromServiceNow = guarded(channels?.servicenow ?? 'internal');
  return {
    startsAt,
    from: config.from ?? 'both',
    maxBytes: config.maxBytes ?? defaultMaxBytes,
    allow: types?.allow === undefined ? null : lower(types.allow),
    deny: lower(types?.deny ?? runnable),
    channels: {
      // ServiceNow has no mark on a file: the connector calls all of them internal.
      servicenow: { public: fromServiceNow, internal: fromServiceNow },
      salesforce: {
        public: channels?.salesforce?.public ?? 'public',
        internal: internalIntoServiceNow(channels?.salesforce?.internal, table, publishes),
      },
    },
    deleted: config.deleted ?? 'ignore',
    newVersion: config.newVersion ?? 'carry',
  };
}

/** Whoever reads a ServiceNow ticket reads its files: where a caller does, an internal file there is a public one. */
function internalIntoServiceNow(
  wanted: FileChannelRule | undefined,
  table: string,
  publishes: boolean,
): Extract<FileChannelRule, Channel | 'withhold'> {
  const rule = wanted ?? (deskOnly.has(table) ? 'internal' : 'withhold');
  if (rule === 'withhold' || deskOnly.has(table)) return rule === 'public' ? 'internal' : rule;
  return publishes ? 'public' : 'withhold';
}
