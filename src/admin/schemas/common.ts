import { z } from 'zod';

/** Building blocks of every resource. Times are ISO 8601 in UTC; ids are text. */

export const side = z.enum(['servicenow', 'salesforce']);

/** A value as a desk's API holds it. */
export const fieldValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const time = z.string().describe('ISO 8601, UTC');

export const role = z.enum(['viewer', 'operator', 'admin']);

export const linkStatus = z.enum(['synced', 'pending', 'conflict', 'quarantined', 'detached']);

/** The same thing for each side. */
export const perSide = <T extends z.ZodType>(value: T) => z.object({ servicenow: value, salesforce: value });

/** Free data of few and small parts: shown, never counted on. */
export const detail = z.record(z.string(), fieldValue);

/** Both records of a pair by id and number. */
export const names = {
  pair: z.string(),
  servicenowId: z.string().nullable(),
  salesforceId: z.string().nullable(),
  servicenowNumber: z.string().nullable(),
  salesforceNumber: z.string().nullable(),
};

/** A page of a list. `next` is the `after` of the page behind it; null at the end. */
export const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });

export const paging = {
  after: z.string().max(1000).optional().describe('`next` of the page before'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
};

export const idParams = z.object({ id: z.string().min(1).max(200) });

/** Query parameters are text: `true`, `1`, `false`, `0`. */
export const flag = z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1');

/** RFC 9457. `detail` is one sentence: what is wrong, where, and what to do. */
export const problem = z.object({
  type: z.string().describe('`about:blank`, or `/problems/<name>`'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  /** What each part of a request that does not fit is wrong about. */
  issues: z.array(z.object({ where: z.string(), what: z.string() })).optional(),
  /** On 409: who was there before, and when. */
  by: z.string().nullable().optional(),
  at: z.string().nullable().optional(),
  /** On 429: seconds to wait. */
  retryAfter: z.number().optional(),
});

/** An act that was taken note of; the engine carries it out. */
export const accepted = z.object({ text: z.string() });

export type Side = z.infer<typeof side>;
export type FieldValue = z.infer<typeof fieldValue>;
export type Role = z.infer<typeof role>;
export type LinkStatus = z.infer<typeof linkStatus>;
export type Problem = z.infer<typeof problem>;
export type Accepted = z.infer<typeof accepted>;
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
