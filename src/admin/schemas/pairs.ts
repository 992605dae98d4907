import { z } from 'zod';
import { fieldValue, linkStatus, names, perSide, side, time } from './common.ts';
import { pause, pollStatus } from './status.ts';

export const pair = z.object({
  name: z.string(),
  objects: perSide(z.string()),
  startsAt: time,
  maxCreatesPerPoll: z.int(),
  /** Names of the mapped fields. */
  fields: z.array(z.string()),
  pause: pause.nullable(),
  polls: z.array(pollStatus),
  links: z.object({ total: z.int(), byStatus: z.record(linkStatus, z.int()) }),
});
export const pairList = z.object({ items: z.array(pair) });
export const pairParams = z.object({ name: z.string().min(1).max(100) });
export const pauseBody = z.strictObject({ note: z.string().max(500).optional() });

/** What a person says yes to; nothing where left out. */
export const resumeBody = z.strictObject({
  /** The deletions, merges and departures that stopped the pair are right. */
  ends: z.boolean().optional(),
  /** The instance that answers now holds the tickets that the links were made with. */
  instance: z.boolean().optional(),
});

/** One mapped field, for drawing. */
export const mappedField = z.object({
  name: z.string(),
  kind: z.string(),
  servicenow: z.string(),
  salesforce: z.string(),
  labels: perSide(z.string()),
  conflict: z.string(),
  writes: z.enum(['both', 'servicenow', 'salesforce']),
  /** Whatever else the mapping file says of it: classes, limits, …. Functions are left out. */
  settings: z.record(z.string(), z.unknown()),
});

export const mappedPair = z.object({
  name: z.string(),
  objects: perSide(z.string()),
  conflict: z.string(),
  tieBreak: side,
  fields: z.array(mappedField),
  /** Everything about the pair but its fields. Functions are left out. */
  settings: z.record(z.string(), z.unknown()),
});

export const mapping = z.object({
  /** Name of the file, without its folder. */
  file: z.string(),
  pairs: z.array(mappedPair),
  /** The mapping as JSON: what `mapping.plan` takes. False where parts of it are code, which JSON cannot hold. */
  config: z.unknown(),
  editable: z.boolean(),
});

/** A mapping that is tried on what is linked now. Data only: no code is taken from the network. */
export const planBody = z.strictObject({
  config: z.unknown().describe('`{ "pairs": [ … ] }`, as in the mapping file'),
  pair: z.string().max(100).optional(),
  /** Links to read on both sides, the latest first. */
  links: z.int().min(1).max(2000).default(400),
  samples: z.int().min(0).max(100).default(20),
});

export const planned = z.object({
  linkId: z.string().nullable(),
  ...names,
  action: z.string(),
  text: z.string(),
  fields: z.array(z.object({ field: z.string(), to: side, before: fieldValue, value: fieldValue })),
});

export const mappingPlan = z.object({
  ok: z.boolean(),
  /** What is wrong with the mapping, by place; then nothing was read. */
  problems: z.array(z.object({ where: z.string(), what: z.string() })),
  looked: z.int(),
  wouldChange: z.int(),
  wouldConflict: z.int(),
  wouldStay: z.int(),
  /** How many links each field would be written in. */
  byField: z.record(z.string(), z.int()),
  samples: z.array(planned),
  text: z.string(),
});

export type Pair = z.infer<typeof pair>;
export type Mapping = z.infer<typeof mapping>;
export type MappedPair = z.infer<typeof mappedPair>;
export type MappedField = z.infer<typeof mappedField>;
export type PlanBody = z.infer<typeof planBody>;
export type Planned = z.infer<typeof planned>;
export type MappingPlan = z.infer<typeof mappingPlan>;
