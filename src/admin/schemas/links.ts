import { z } from 'zod';
import { detail, fieldValue, flag, linkStatus, names, page, paging, perSide, side, time } from './common.ts';
import { conflict } from './conflicts.ts';
import { quarantined } from './quarantine.ts';

/** One row of the link table: the names of `links list --json`, and what the two tickets are called. */
export const linkRow = z.object({
  id: z.string(),
  ...names,
  status: linkStatus,
  lastSyncedAt: time,
  createdAt: time,
  /** The side the ticket was born on. */
  origin: side,
  /** Short description, as last agreed; null where the pair maps none. */
  title: z.string().nullable(),
  /** Fields that are left alone on purpose. */
  holds: z.int(),
});

const filter = {
  search: z
    .string()
    .max(200)
    .optional()
    .describe('link id, id or number of either record, the beginning of a number, or words of the title'),
  status: linkStatus.optional(),
  pair: z.string().max(100).optional(),
};

export const linksQuery = z.strictObject({ ...filter, latestFirst: flag.optional(), ...paging });
export const exportQuery = z.strictObject(filter);

export const linkPage = page(linkRow).extend({
  /** Of the whole table; of the chosen pair where one is chosen. */
  byStatus: z.record(linkStatus, z.int()),
});

/** What became of one field. */
export const historyEntry = z.object({
  id: z.string(),
  field: z.string(),
  label: z.string(),
  from: side,
  to: side,
  before: fieldValue,
  value: fieldValue,
  /** What the persons are called that they name; null where they name none, or none that is known. */
  beforeName: z.string().nullable(),
  valueName: z.string().nullable(),
  because: z.enum(['one-sided', 'conflict', 'create', 'person', 'found-landed']).or(z.string()),
  /** The rule that decides conflicts of this field now; null where the mapping has it no more. */
  rule: z.string().nullable(),
  /** Who made the change in the desk it came from. */
  by: z.string().nullable(),
  /** Where the desk tells an id; null where the name is not known. */
  byName: z.string().nullable(),
  runId: z.string(),
  at: time,
  text: z.string(),
});

export const historyPage = page(historyEntry);
export const historyQuery = z.strictObject({ field: z.string().max(100).optional(), ...paging });

/** One mapped field of a link, side by side. */
export const linkField = z.object({
  /** Rule name. */
  field: z.string(),
  labels: perSide(z.string()),
  /** Native field names. */
  names: perSide(z.string()),
  rule: z.string(),
  writes: z.enum(['both', 'servicenow', 'salesforce']),
  /** As each side held it when the two last agreed. */
  base: perSide(fieldValue),
  /** For people: choices and persons by their names. */
  baseText: perSide(z.string()),
  hold: z.string().nullable(),
  conflictId: z.string().nullable(),
});

export const child = z.object({
  id: z.string(),
  kind: z.enum(['comment', 'file']),
  side,
  channel: z.enum(['public', 'internal']),
  state: z.enum(['planned', 'sent', 'carried', 'withheld', 'refused', 'known']).or(z.string()),
  sourceId: z.string(),
  counterpartId: z.string().nullable(),
  /** What is kept beside: name and size of a file, why something was withheld. */
  detail,
  createdAt: time,
  updatedAt: time,
});

export const linkDetail = linkRow.extend({
  /** The two tickets in their own desks. */
  urls: perSide(z.string().nullable()),
  fields: z.array(linkField),
  holds: z.int(),
  holdTexts: z.array(z.object({ field: z.string(), text: z.string() })),
  /** What was seen of the two records' life: missing, deleted, out of scope; null while both are there. */
  life: z.record(z.string(), z.unknown()).nullable(),
  conflicts: z.array(conflict),
  quarantine: quarantined.nullable(),
  /** Writes that were sent and whose outcome is not known yet. */
  pending: z.array(z.object({ side, field: z.string(), value: fieldValue, sentAt: time })),
  history: z.array(historyEntry),
  children: z.array(child),
  /** False where the mapping file has this pair no more. */
  mapped: z.boolean(),
});

/** Both sides as they are at this moment. Costs one API call a side. */
export const linkNow = z.object({
  readAt: time,
  sides: perSide(
    z.object({
      /** error: it could not be asked; `text` says why. */
      kind: z.enum(['found', 'absent', 'deleted', 'error']),
      text: z.string().nullable(),
      updatedAt: time.nullable(),
      updatedBy: z.string().nullable(),
      number: z.string().nullable(),
    }),
  ),
  fields: z.array(
    z.object({
      field: z.string(),
      labels: perSide(z.string()),
      now: perSide(fieldValue),
      nowText: perSide(z.string()),
      base: perSide(fieldValue),
      /** True where the side has moved away from what was last agreed. */
      changed: perSide(z.boolean()),
      /** True where both sides hold the same thing as far as each can. */
      agree: z.boolean(),
    }),
  ),
});

/** Two tickets, by id or number. `pair` may be left out where there is one only. */
export const byHandBody = z.strictObject({
  servicenow: z.string().trim().min(1).max(100),
  salesforce: z.string().trim().min(1).max(100),
  pair: z.string().max(100).optional(),
  dryRun: z.boolean().default(false),
});

export const linkedByHand = z.object({
  /** As it is, or would be. */
  link: linkRow,
  /** Fields on which the two differ: the next reconcile decides them by their rules, and keeps what loses. */
  differing: z.array(z.string()),
  text: z.string(),
});

export type LinkedByHand = z.infer<typeof linkedByHand>;
export type LinkRow = z.infer<typeof linkRow>;
export type LinkPage = z.infer<typeof linkPage>;
export type LinkField = z.infer<typeof linkField>;
export type LinkDetail = z.infer<typeof linkDetail>;
export type LinkNow = z.infer<typeof linkNow>;
export type HistoryEntry = z.infer<typeof historyEntry>;
export type Child = z.infer<typeof child>;
