import { z } from 'zod';
import { names, page, paging, side, time } from './common.ts';

/** A person, team or account that has no counterpart across. */
export const unmatched = z.object({
  pair: z.string(),
  side,
  field: z.string(),
  value: z.string(),
  label: z.string().nullable(),
  /** Why nobody was found: a word of the engine's, such as `none` or `several`. */
  why: z.string().optional(),
  times: z.int(),
  linkId: z.string().nullable(),
  firstAt: time,
  lastAt: time,
});
export const unmatchedQuery = z.strictObject({ pair: z.string().max(100).optional(), ...paging });
export const unmatchedPage = page(unmatched);

export const againBody = z.strictObject({ pair: z.string().max(100).optional() });

/** Two records that may be the same ticket. A person accepts or rejects. */
export const proposal = z.object({
  id: z.string(),
  ...names,
  /** Which rule found it, and the values that were alike. */
  why: z.record(z.string(), z.unknown()),
  text: z.string(),
  status: z.enum(['open', 'accepted', 'rejected']),
  at: time,
  decidedAt: time.nullable(),
});
export const proposalsQuery = z.strictObject({
  status: z.enum(['open', 'accepted', 'rejected', 'all']).default('open'),
  pair: z.string().max(100).optional(),
  ...paging,
});
export const proposalPage = page(proposal);

export type Unmatched = z.infer<typeof unmatched>;
export type Proposal = z.infer<typeof proposal>;
