import type { z } from 'zod';

/**
 * Who may ask. `open`: anybody; `signed`: who knows CASEBRIDGE_WAKE_SECRET; the others: a token or a session of that role or a
 * higher one (viewer < operator < admin).
 */
export type Access = 'open' | 'signed' | 'viewer' | 'operator' | 'admin';

/** For acts that always ask for it. */
export const always = (): boolean => true;

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Parameters as `:id`. */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  /** Whether a session has to be of a recent login for this: what cannot be taken back easily, or lets others in. */
  readonly fresh?: (body: unknown) => boolean;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** What comes back; a stream has a content type instead. */
  readonly answer?: z.ZodType;
  readonly stream?: string;
  /** Most bytes of a body, where that is less than for the others. */
  readonly mostBytes?: number;
  /** Where it is not 200. */
  readonly status?: 201 | 202 | 204;
}
