import { z } from 'zod';
import { role, time } from './common.ts';

export const loginBody = z.strictObject({
  token: z.string().min(1).max(500).describe('CASEBRIDGE_ADMIN_TOKEN, or a token of "casebridge tokens add"'),
});

/** Who is asking. `csrf` goes into the header `x-csrf-token` of every request of a session that changes something. */
export const sessionInfo = z.object({
  name: z.string(),
  role,
  via: z.enum(['token', 'session']),
  csrf: z.string().nullable(),
  /** A session ends then, whatever happens; null for a bearer token. */
  endsAt: time.nullable(),
  /** A session that is not used for so long ends; null for a bearer token. */
  idleSeconds: z.number().nullable(),
});

export type LoginBody = z.infer<typeof loginBody>;
export type SessionInfo = z.infer<typeof sessionInfo>;
