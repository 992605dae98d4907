import { z } from 'zod';
import { names, page, paging, time } from './common.ts';

/** A record that is set aside, and why. */
export const quarantined = z.object({
  key: z.string(),
  linkId: z.string().nullable(),
  ...names,
  /** Bounded: what went wrong, without the record. Rows of one cause are retried or dropped together. */
  cause: z.string(),
  why: z.string(),
  attempts: z.int(),
  firstAt: time,
  nextAt: time,
});

export const quarantineQuery = z.strictObject({
  cause: z.string().max(300).optional(),
  pair: z.string().max(100).optional(),
  ...paging,
});

export const quarantinePage = page(quarantined).extend({ total: z.int() });

export const quarantineGroup = z.object({
  cause: z.string(),
  /** The sentence of its latest row. */
  why: z.string(),
  count: z.int(),
  pairs: z.array(z.string()),
  firstAt: time,
  nextAt: time,
  /** A few of its records. */
  sample: z.array(quarantined),
});
export const quarantineGroups = z.object({ total: z.int(), groups: z.array(quarantineGroup) });

/** Some rows, all of one cause, or all. */
export const selection = z.union([
  z.strictObject({ keys: z.array(z.string().min(1).max(500)).min(1).max(10_000) }),
  z.strictObject({ cause: z.string().min(1).max(300) }),
  z.strictObject({ all: z.literal(true) }),
]);

/** With `unseen`, a person says that he has looked across, and what cannot be seen there is not there: it is created. By name only. */
export const retryBody = z.union([
  z.strictObject({
    keys: z.array(z.string().min(1).max(500)).min(1).max(100),
    unseen: z.literal(true),
  }),
  ...selection.options,
]);

export const selected = z.object({ count: z.int(), text: z.string() });

export type Quarantined = z.infer<typeof quarantined>;
export type QuarantinePage = z.infer<typeof quarantinePage>;
export type QuarantineGroup = z.infer<typeof quarantineGroup>;
export type QuarantineGroups = z.infer<typeof quarantineGroups>;
export type Selection = z.infer<typeof selection>;
export type RetryBody = z.infer<typeof retryBody>;
export type Selected = z.infer<typeof selected>;
