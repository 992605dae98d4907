import { z } from 'zod';
import { fieldValue, names, side, time } from './common.ts';

export const run = z.object({
  id: z.string(),
  kind: z.string().describe('resync, verify, sync, start, undo, …'),
  pair: z.string().nullable(),
  /** paused: goes on where it stopped. cancelled: a person ended it. lost: its process is gone; a resync can be resumed. */
  state: z.enum(['running', 'paused', 'done', 'failed', 'cancelled', 'lost']),
  since: time.nullable(),
  /** The run that an undo puts back. */
  undoes: z.string().nullable(),
  startedAt: time,
  endedAt: time.nullable(),
  /** True where it is under way in this process. */
  live: z.boolean(),
  /** Null where it is not live. */
  progress: z
    .object({
      phase: z.enum(['walking', 'working', 'comparing']),
      /** 0 to 1. */
      share: z.number(),
      /** Rows or links looked at so far. */
      seen: z.int(),
      /** What differs so far. */
      found: z.int(),
      etaSeconds: z.number().nullable(),
      text: z.string(),
    })
    .nullable(),
  counts: z.record(z.string(), z.number()),
  /** Why it failed. */
  error: z.string().nullable(),
});

export const drift = z.object({
  linkId: z.string(),
  ...names,
  /** Null: one record does not come back. */
  field: z.string().nullable(),
  servicenow: fieldValue,
  salesforce: fieldValue,
  side: side.nullable(),
  how: z.enum(['absent', 'deleted']).nullable(),
  text: z.string(),
});

export const runDetail = run.extend({
  /** Of a verify by this process: the first 500 differences. */
  drift: z.array(drift),
});

export const runsQuery = z.strictObject({
  kind: z.string().max(20).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const runList = z.object({ items: z.array(run) });

export const startRun = z.union([
  z.strictObject({
    kind: z.literal('resync'),
    pair: z.string().max(100).optional(),
    /** Only records changed since. */
    since: z.iso.datetime({ offset: true }).optional(),
  }),
  z.strictObject({ kind: z.literal('verify'), pair: z.string().max(100).optional() }),
]);

export type Run = z.infer<typeof run>;
export type RunDetail = z.infer<typeof runDetail>;
export type Drift = z.infer<typeof drift>;
export type StartRun = z.infer<typeof startRun>;
