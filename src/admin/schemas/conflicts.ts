import { z } from 'zod';
import { fieldValue, names, page, paging, perSide, side, time } from './common.ts';

/** open: waits for a person. decided: a person has chosen, the next reconcile carries it out. settled: carried out. */
export const conflictStatus = z.enum(['open', 'decided', 'settled']);

const dateRange = z.object({ earliest: time, latest: time, source: z.enum(['history', 'stamp', 'interval']) });

/** The names of `conflicts list --json`, and what a person needs to decide. */
export const conflict = z.object({
  id: z.string(),
  linkId: z.string(),
  ...names,
  field: z.string(),
  labels: perSide(z.string()),
  base: perSide(fieldValue),
  servicenow: fieldValue,
  salesforce: fieldValue,
  /** For people: choices and persons by their names, texts in full. */
  texts: perSide(z.string()),
  /** What the persons are called that `base` names; null where it names none, or none that is known. */
  baseNames: perSide(z.string().nullable()),
  writers: perSide(z.string().nullable()),
  /** Of writers that a desk tells by id; null where that is not known. */
  writerNames: perSide(z.string().nullable()),
  versions: perSide(z.object({ stamp: time, count: z.number().nullable() })),
  dates: perSide(dateRange).nullable(),
  winner: side.nullable(),
  rule: z.string(),
  why: z.string(),
  status: conflictStatus,
  decision: z.union([z.object({ take: side }), z.object({ value: fieldValue })]).nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: time.nullable(),
  at: time,
  settledAt: time.nullable(),
  /** The whole in one line. */
  text: z.string(),
});

export const conflictsQuery = z.strictObject({
  status: conflictStatus.or(z.literal('all')).default('open'),
  pair: z.string().max(100).optional(),
  field: z.string().max(100).optional(),
  linkId: z.string().max(200).optional(),
  ...paging,
});

export const conflictPage = page(conflict).extend({
  /** How many there are in all under this filter, up to 10,000. */
  total: z.int(),
  /** Open ones by field, for the filter. */
  byField: z.record(z.string(), z.int()),
});

/** Whose value stands, or a third one in ServiceNow's terms. */
export const decision = z.union([
  z.strictObject({ take: side }),
  z.strictObject({ value: z.union([z.string().max(100_000), z.number(), z.boolean(), z.null()]) }),
]);

export const mostAtOnce = 10_000;

/** Chosen by ids, or by a filter: then every open conflict that it lets through, up to 10,000. */
export const resolveManyBody = z.union([
  z.strictObject({ take: side, ids: z.array(z.string().min(1).max(200)).min(1).max(mostAtOnce) }),
  z.strictObject({
    take: side,
    filter: z.strictObject({ pair: z.string().max(100).optional(), field: z.string().max(100).optional() }),
  }),
]);

export const resolvedMany = z.object({
  decided: z.int(),
  /** What somebody else was faster with, or what is not there. */
  skipped: z.array(
    z.object({
      id: z.string(),
      why: z.enum(['unknown', 'decided', 'settled']),
      by: z.string().nullable(),
      at: time.nullable(),
    }),
  ),
  /** Open ones that the filter lets through and that one request had no room for. */
  left: z.int(),
  text: z.string(),
});

export type Conflict = z.infer<typeof conflict>;
export type ConflictStatus = z.infer<typeof conflictStatus>;
export type ConflictPage = z.infer<typeof conflictPage>;
export type DecisionBody = z.infer<typeof decision>;
export type ResolveManyBody = z.infer<typeof resolveManyBody>;
export type ResolvedMany = z.infer<typeof resolvedMany>;
