import { z } from 'zod';
import { fieldValue, names, side, time } from './common.ts';

/** A run that wrote something. */
export const writtenRun = z.object({
  runId: z.string(),
  /** Null for the rounds of a daemon or of `sync`: their history is all that is kept of them. */
  kind: z.string().nullable(),
  /** The run that it undid. */
  undoes: z.string().nullable(),
  /** First and last write. */
  firstAt: time,
  lastAt: time,
  values: z.int(),
  tickets: z.int(),
  /** True where there are more values and tickets than were counted. */
  more: z.boolean(),
});

export const writtenRunsQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50) });
export const writtenRuns = z.object({ items: z.array(writtenRun) });

const when = z.iso.datetime({ offset: true });

const which = {
  /** As the history of a ticket names it. */
  run: z.string().min(1).max(200),
  pair: z.string().max(100).optional(),
  /** By its name in the mapping file. */
  field: z.string().max(100).optional(),
  /** Only what was written then. */
  since: when.optional(),
  until: when.optional(),
};

export const undoAsk = z.strictObject(which);
export const undoBody = z.strictObject({
  ...which,
  mark: z.string().min(1).max(100).describe('of the plan that a person has seen'),
});

export const undoItem = z.object({
  action: z.enum(['put-back', 'leave']),
  linkId: z.string(),
  ...names,
  pair: z.string().nullable(),
  field: z.string(),
  side,
  now: fieldValue,
  backTo: fieldValue,
  text: z.string(),
});

export const undoPlan = z.object({
  /** Names exactly these values: an undo carries out the plan that its mark names, or nothing. */
  mark: z.string(),
  putBack: z.int(),
  tickets: z.int(),
  leave: z.int(),
  /** The first 500, those to put back first. */
  items: z.array(undoItem),
});

export type WrittenRun = z.infer<typeof writtenRun>;
export type UndoAsk = z.infer<typeof undoAsk>;
export type UndoItem = z.infer<typeof undoItem>;
export type UndoPlan = z.infer<typeof undoPlan>;
